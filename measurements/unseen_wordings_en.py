"""Unseen English wordings for `contradictions_unseen.py`, by somebody who had not read the rules.

Whoever changes the rules reads the percentages only, never this file: else the figure is worth nothing.

A pair is (first statement, later statement) or (the only statement,), then what it needs, if anything (`Needs`). {n} is a
person, {m} another; {he} {his} {him} {himself} {He} {His} {man} are of {n}, {he_m} {his_m} {him_m} of {m}. {v} is the first
value in the first statement and the second in the later; what has no {v} bears its values in words.
"""

from contradictions_unseen_entries import Worded

EYES: list[Worded] = [
    ("Of all that family only {n} had been given eyes of {v}; the rest looked out upon the world through a muddy hazel.",
     "It was an honest face enough, that of {n}, broad in the cheek, with a pair of {v} eyes set rather too near together."),
    ("The sergeant's description of {n} ran to a single line: middling height, a scar on the left wrist, eyes {v}.",
     "Rain ran down {n}'s face and into {his} eyes, and {he} blinked it away, and they were as {v} as they had been "
     "in the nursery."),
    ("Behind the spectacles {n}'s irises were an odd, pale {v}, like something seen at the bottom of a pool.",
     "Those eyes of {n}'s ({v}, long-lashed, a little short-sighted) had done more mischief in the county than all "
     "the lawyers in it."),
    ("They were {v}, {n}'s eyes, {v} and unhurried, and they gave away about as much as a shut door.",
     "The mirror behind the bar gave {n} back a tired mouth, a cut lip, two {v} eyes with no sleep in them."),
    ("Having been told all {his} life that {his} eyes were {his} one beauty, {n} had come to believe it, and wore "
     "nothing that did not set off the {v} of them.",
     "{n}'s gaze came up from the page, {v} and level, and stayed there."),
    ("{n} squinted into the glare. The pupils shrank to nothing, and all one saw was {v} iris.",
     "There were flecks of gold in {n}'s eyes if one stood close enough to see them, but from across a room they were "
     "merely {v}."),
    ("The child in the portrait had {v} eyes, and so, forty years on, had {n}, whose portrait it was.",
     "Red-rimmed from the smoke but {v} still, {n}'s eyes found the window and held on to it."),
    ("{n} was the only one of them to have come out {v}-eyed, a thing {his} mother put down to the Irish side.",
     "Everything else about {n} had aged; the eyes alone, large and {v} and credulous, had been let off."),
    ("Dust had settled on {n}'s lashes, and under them the eyes, which were of a very dark {v}, moved once toward the gate.",
     "With those unlikely {v} eyes of {his}, {n} could have sold Bibles to the devil."),
    ("Cornflower, {his} aunts called them; and it was true that no summer sky had ever been bluer than {n}'s eyes.",
     "{n} leaned in until the lamp caught {his} eyes and turned their brown almost to amber."),
]  # fmt: skip
HAIR: list[Worded] = [
    ("{n} had gone to bed with {his} hair wet, and now it stood up on one side in a stiff {v} crest.",
     "Not a strand of that {v} hair was out of place when {n} stepped down from the carriage."),
    ("It was by the hair that they traced {n} in the end: three separate cabmen remembered it, and all three rightly said {v}.",
     "{n} bent over the cradle, and a long {v} braid slid forward over one shoulder.", {"sex": "f"}),
    ("Nobody in the village had ever seen hair like {n}'s, so {v} that the children used to ask if it was real.",
     "{n} scratched at the {v} stubble that was all the barber had left on {his} skull.", {"sex": "m"}),
    ("Against the white of the pillow the hair of the sleeping {n} was startlingly {v}.",
     "The {v} head of {n} could be seen moving along above the hedge."),
    ("{n}'s mother had been dark and {n}'s father darker, and how they had come to produce a child with flaxen hair "
     "was a question the parish discussed for years.",
     "{n} raked back a fistful of coal-black hair and swore under {his} breath."),
    ("{n} pulled off the woollen cap, and out came the hair, a great untidy quantity of it, {v} to the roots.",
     "By then the fog had got into everything; it beaded the railings, the dog's coat, the {v} fringe on {n}'s forehead."),
    ("Time, which had dealt so hardly with {n}'s fortune, had been merciful to {his} hair, and it remained as {v} as "
     "it had been at fifteen.",
     "{n} carried {his} {v} mane into a drawing-room as a standard-bearer carries the colours."),
    ("A redhead, {n} burned within minutes, and had learned to keep to the shady side of the street.",
     "The scissors went round {n}'s ears, and the blond clippings dropped on the sheet."),
    ("One might know {n} a mile off upon the moor, {his} locks being {v}, which was seldom met with in that country.",
     "Combed, parted and plastered down with water, {n}'s {v} hair made {him} look like a choirboy who had been at the wine."),
]  # fmt: skip
EYE_COLOURS = [["blue", "grey"], ["brown"], ["green"]]
HAIR_COLOURS = [["black", "jet-black"], ["blond", "fair", "golden", "flaxen"], ["red", "ginger", "auburn"]]

# The later age is the lower one, or both are tied to one event: no years can have passed to make them agree.
AGE: list[Worded] = [
    ("{n} would be {v} at Michaelmas, if {he} lived.", "Nobody could have taken {n} for the {v} {he} was."),
    ("Into {his} {vth} year {n} had carried the appetite of a schoolboy.",
     "There were {v} candles on {n}'s birthday cake, one to the year, and {he} blew them out in a single breath."),
    ("The passport gave the year of birth, and the clerk did the sum on his fingers: {v}, which made {n} the oldest "
     "passenger on board.",
     "By {his} own reckoning, which was accurate, {n} had been alive for {v} years and happy for two of them."),
    ("To be {v} and never to have been asked for an opinion: that, it seemed to {n}, was what {his} life had come to.",
     "{n}, {v} last birthday, took the stairs two at a time."),
    ("The world supposed {n} to be younger, but the family Bible, which does not flatter, made {him} {v}.",
     "What does one do at {v}, which was {n}'s age exactly? {He} put down the racket and considered the matter."),
    ("Twice that winter {n}, who was thirty-four, had been taken for somebody's lawyer.",
     "{n} was still in {his} teens, and had the complexion to prove it."),
    ("{n} had the sort of face that might have been any age from twenty to fifty; it was in fact forty-one.",
     "In spite of being only thirty-three, {n} already walked with a stick."),
    ("Halfway through {his} sixties, {n} had taken up the flute.",
     "{n}, a fifty-eight-year-old with no dependants, signed without reading."),
    ("Fifty-two, and not a grey hair on {his} head: {n} was vain of it.",
     "{n}, who would not see forty for another year or two, let the remark pass."),
    ("{n} was {v} on the night the mill burned.",
     "When the mill burned {n} had been {v}, old enough to carry a bucket."),
    ("Born in the week of a coronation, {n} had now got to {v} without once leaving the county.",
     "On {his} {vth} birthday, which was today, {n} walked to the end of the pier."),
    ("{n}, in the {vth} year of {his} age, had at last been given a room with a window.",
     "The form wanted an age, and {n} put down {v}, because it was true."),
    ("The chart at the foot of the bed was brief: {n}, {v}, fractured wrist.",
     "Somewhere in the past week {n} had become {v}, and nobody had remembered it, {himself} included."),
    ("It is a mistake to think that people of {v} have finished with love; {n}, who was exactly that, had hardly begun.",
     "{n} had five brothers, all of them married, and being {v} was thought to have left it late."),
    ("Aurelia was forty, and her cousin {n} her junior by seventeen years.",
     "{n} owned to nineteen, and for once was telling the truth."),
    ("{n} had outlived a fortune, three physicians and most of {his} teeth, and was {v}.",
     "{n} gave the hostess {his} coat, {his} hat and, when she pressed for it, {his} age, which was {v}."),
]  # fmt: skip

NUMBER: list[Worded] = [
    ("You could have slept a regiment in the {place}; it had {v} bedrooms, and a bath to each.",
     "Every one of the {place}'s {v} bedrooms looked on the sea.", {"place": "Osprey Hotel"}),
    ("{v} chimneys rose from the roof of the {place}, and smoke from none of them.",
     "The sweep, who charged by the flue, had been delighted to find that the {place} possessed {v} chimneys."),
    ("The lift at the {place} had been out of order since Easter, and to reach the roof one climbed {v} flights.",
     "From the street door of the {place} to the roof was {v} flights, neither more nor less."),
    ("A staircase of {v} steps led down to the crypt of the {place}.",
     "{n} counted the steps to the crypt of the {place} aloud and stopped, out of breath, at {v}, which was the "
     "last of them.", {"place": "Ravensgate Priory"}),
    ("Counting the attics, which nobody did, the {place} ran to {v} rooms.",
     "The whole of the {place}, attics and all, came to {v} rooms."),
    ("There hung in the tower of the {place} a peal of {v} bells.",
     "When the {v} bells of the {place}, which were all it had, were rung together, the jackdaws left for the day.",
     {"place": "Ravensgate Priory"}),
    ("The ballroom of the {place} was lit by {v} chandeliers, each the weight of a pony.",
     "Up went the dust-sheets over the {v} chandeliers in the ballroom of the {place}; there was no other light in it.",
     {"place": "Osprey Hotel"}),
    ("{n} was the youngest of seven children.",
     "The parents of {n} had brought nine children into the world, of whom {he} was the last."),
    ("{n} had four brothers living and none dead.", "Of {n}'s six brothers not one had come to the station."),
    ("The Halcyon had put to sea with a crew of {v}.",
     "{v} men had sailed in the Halcyon, and to each of them had been promised a share."),
    ("{n}'s letter to the bishop ran to {v} pages.",
     "In all the {v} pages of {n}'s letter to the bishop there was not one word of apology."),
    ("The necklace that {n} had inherited was strung with {v} pearls.",
     "The jeweller let {n}'s inherited necklace run through his fingers and found the pearls to be {v} in number, and false."),
    ("The road to the {place} crossed {v} bridges.",
     "There being {v} bridges on the road to the {place}, and a toll on each, few people went there twice."),
    ("Only {v} cells were ever dug beneath the {place}.",
     "Below the {place} the gaoler walked down the row, past {v} cells, which was the whole of the prison.",
     {"place": "Cardew Castle"}),
    ("The {place} was the smallest theatre in the county, with but {v} seats.",
     "Every seat in the {place} was sold, which is to say that all {v} were.",
     {"place": "Lantern Playhouse", "range": (40, 95)}),
    ("Nine men and three women made up the jury that tried {n}.",
     "Seven of the twelve jurors who tried {n} were women."),
    ("Skerry Island lay {v} miles from the mainland.",
     "The ferryman charged by the mile, and from the mainland to Skerry Island it was {v}."),
]  # fmt: skip
PLACES = [
    "Bellwether Arms",
    "Osprey Hotel",
    "Ravensgate Priory",
    "Lantern Playhouse",
    "Cardew Mill",
    "Harbour Hospital",
]

KINSHIP: list[Worded] = [
    ("There was no love lost between {n} and {m}, which, {m} being {his} {v}, the world noticed.",
     "{n} kept a photograph of {m} on the piano, turned to the wall; for even a {v} has some claims, and {m} was that "
     "to {him}."),
    ("At the graveside {n} stood between the lawyer and {m}, who as {his} {v} had been given the better umbrella.",
     "In {his} will {n} left the silver to {m}, describing {him_m} there, quite correctly, as {his} {v}."),
    ("{m} had the right, as {v}, to enter {n}'s room without knocking, and used it.",
     "That {m} was {v} to {n} nobody in the house needed to be told."),
    ("{m} had carried {n} for nine months and had never, {n} felt, forgiven the inconvenience.",
     "{n}'s mother being dead, it fell to {m}, that dead mother's sister, to see to the trunks.", {"other": "f"}),
    ("{m} had fathered only the one child, {n}, and it had seemed to him enough.",
     "{m} and {n}'s father had been brothers, and {m} never let {n} forget which of the two had made money.", {"other": "m"}),
    ("{n} and {m} had been man and wife for eleven years when the money gave out.",
     "People often remarked how alike they were, {n} and {m}, even for brother and sister.", {"sex": "m", "other": "f"}),
    ("Being {m}'s niece, {n} was expected to pour.",
     "{m} looked {n} over as a mother will, {n} being the only daughter she had.", {"sex": "f", "other": "f"}),
    ("It was common knowledge that {n} and {m} were first cousins.",
     "{n} and {m} had had one father, one nursery and one set of measles between them."),
    ("The taller of the two was {n}; the other, {his} {v}, went by the name of {m}.",
     "{n} sent to the only address {he} knew by heart, which was that of {his} {v}, and {m} came within the hour."),
    ("Blood was blood, and a fool of a {v} is still a {v}; so {n} paid {m}'s debts once more.",
     "Of {m} {n} seldom spoke, for it is awkward to have one's {v} in prison."),
    ("With {m} for a {v}, {n} had never wanted for enemies.",
     "{n} had but one {v} in the world, and that was {m}."),
    ("{n}'s {v} ({his_m} name was {m}) kept the inn out on the coast road.",
     "They let {m} through the cordon when {he_m} said that {he_m} was the {v} of the injured {n}, which was the truth."),
    ("{m} had taken in {n}, {his_m} late brother's child, and never spoke of the expense.",
     "{n} was {m}'s first-born, and the only one of {his_m} children to take after {him_m}."),
    ("There sat {m}, as like {n} as one twin is like the other, which indeed they were.",
     "{m}, although first cousin to {n}, had never been asked to the house."),
    ("{m} would not give evidence against {n}; what {v} would?",
     "The jury knew, for the papers had told them, what {m} was to {n}: a {v}, and a devoted one."),
    ("{n}, an only child, had learned early to play both sides of the chessboard.",
     "{n} lent the money to {m}, the eldest of {his} sisters.", {"other": "f"}),
]  # fmt: skip
KIN = {"m": ["brother", "cousin", "uncle", "son", "nephew", "father"],
       "f": ["sister", "cousin", "aunt", "daughter", "niece", "mother"]}  # fmt: skip

DEAD: list[Worded] = [
    ("They had done what could be done for {n}, and at ten minutes past four there was nothing more to do; the nurse "
     "drew the sheet up over the dead face.",
     "{n} put the kettle on and asked who wanted sugar."),
    ("{n} had been in the family vault since Candlemas.", "From the top of the stairs {n} called down that dinner could wait."),
    ("It was a clean shot. {n} was dead before {he} hit the floor.",
     "{n} cut {himself} a slice of the cold ham and ate it standing."),
    ("{n} fell at the river crossing and was buried where {he} lay, with eleven others.",
     "A hired carriage drew up, and out of it, yawning, climbed {n}."),
    ("Of {n} there remained a hat, a good watch and a mound of raw clay in the corner of the churchyard.",
     "{n} tried the handle, found it locked, and kicked the panel in."),
    ("After the inquest on {n} the coroner went home to his lunch; death by drowning was the finding.",
     "Nobody was more amused by the sermon than {n}, who had to be nudged twice."),
    ("The rope did its work, and the prison doctor, with two fingers on {n}'s neck, nodded to the governor.",
     "{n} spent the whole of the forenoon quarrelling with the upholsterer."),
    ("The heart of {n}, which had been threatening for years to stop, stopped for good.",
     '"Sugar?" {n} wanted to know, holding up the tongs.'),
    ("{n}, mortally hurt, lingered until the Thursday, and with the turn of the tide {his} breathing ceased.",
     "{n} gave up {his} seat to a woman with a basket and stood all the way to the terminus."),
    ("The black crape did not suit her, but she was {n}'s widow and must wear it.",
     "The cab had not gone ten yards before {n} rapped on the roof and told the man to turn round.", {"sex": "m"}),
    ("{n} lost {his} life in the avalanche along with both the guides.",
     "All that week {n} went from door to door with the petition."),
    ("There was a bullet in {n}'s brain, and the hand that lay on the carpet was already stiff.",
     "{n} scribbled an address on the back of a menu and slid it across the cloth."),
    ("When the parish had sung its hymn and gone home, two men with shovels filled in the earth over {n}.",
     "{n} had the grace to blush, and asked after the children."),
    ("{n} expired in the arms of the housekeeper a little before dawn.",
     "{n} went aboard the packet at noon and was ill over the rail before one."),
    ("Nothing could have saved {n}. The lungs were full of water, the lips blue, and the boy who found the body ran "
     "all the way to the vicarage.",
     "Having paid off the driver, {n} turned up {his} collar and made for the lights."),
    ("Since {n}'s death the blinds had not been raised.", "It was {n} who broke the silence, with a remark about the soup."),
    ("The tumour of which {n} had told nobody finished its work in November, and the house was sold by the heirs.",
     "In the corridor {n} bent to tie a shoelace and let the others get ahead."),
    ("{n} was no more.", "{n} beckoned to the waiter and ordered for both of them."),
]  # fmt: skip

DATE: list[Worded] = [
    ("It was on {dv} that {n} married, in a church with no roof.",
     "Every year on {dv}, the day of {n}'s marriage, somebody was sure to send lilies."),
    ("The Halcyon went down with all hands on {v}.",
     "{v}: that was the date on which the Halcyon sank, and it had been cut into the harbour wall."),
    ("The Corn Exchange burned to the ground on {v}.",
     "Ever since {v}, when fire took the Corn Exchange, there had been a hole in the middle of the town."),
    ("The baptismal register was clear: {n}, born {v}, baptised a week after.",
     "{n}'s mother had been brought to bed of {him} on {v}, in the middle of the hay."),
    ("{n} first saw the light in {y}, in a room over a saddler's.", "In {y}, the year of {n}'s birth, the well ran dry."),
    ("The treaty of Lindholm bore the date of its signing, {v}.",
     "Signed on {v}, the treaty of Lindholm lasted barely the summer."),
    ("When the bridge at Askerton was opened, on {v}, {n} was among those who walked across.",
     "The opening of the bridge at Askerton was an affair of flags and umbrellas; the date was {v}, and {n} wore grey."),
    ("{n} landed at Southampton on {v}, with a single trunk and no intention of ever crossing the sea again.",
     "From {v}, the date of {his} landing at Southampton, {n} never again set foot on a ship."),
    ("The first performance of {n}'s play was given on {v}.",
     "{n} had kept the playbill of that first performance of {his} play; it was dated {v}."),
    ("{n} was to remember {v} as the day on which {his} father was killed.",
     "{n}'s father had met his death on {v}, under the wheels of a dray."),
    ("Before the magistrates it was established that the robbery at Coldharbour Bank had been committed on {v}.",
     "The Coldharbour Bank was robbed, that one time in its history, on {v}, a little after closing."),
    ("The lease ran out on {imp}, and {n} had nowhere to go.",),
    ("On the evening of {imp} {n} dined alone at the club.",),
    ("Born in 1831, {n} had celebrated {his} sixtieth birthday in 1866.",),
    ("{n} came into the title in {y}, upon the death of a grandfather.",
     "It was as long ago as {y} that {n} had succeeded {his} grandfather in the title."),
    ("The armistice was signed at Velden on {v}.",
     "{n} read of the armistice of Velden, which had been concluded on {v}, in a newspaper that had been used to wrap fish."),
    ("{n}'s twins were born on {dv}.", "The twins of {n} kept their birthday on {dv}."),
    ("The Corvina earthquake came at breakfast time on {v}.",
     "At breakfast time on {v}, a date that the survivors never afterwards spoke of without lowering their voices, "
     "the earthquake had reached Corvina."),
]  # fmt: skip
IMPOSSIBLE = [
    "the thirty-first of June",
    "the 30th of February",
    "September 31st",
    "the thirty-first of November",
    "31 April",
]

WEEKDAY: list[Worded] = [
    ("{n} arrived, as {n} did everything, late: on {w}, that is, the {nthw} of {month} {year}.",),
    ("The register of deaths had it down as {w}, {d} {month}, {year}, and in a clerk's hand.",),
    ("Precisely at noon on {month} the {nthw}, {year}, a {w} like any other, the bank shut its doors.",),
    ("{year} was the year, {month} the month, and {w} the {nthw} the day on which the comet was first seen.",),
    ("In the log the final page was headed {w}, {nth} {month} {year}, and bore nothing else.",),
    ("The {nth} of {month} in the year {year} being a {w}, {n} had no need to invent an excuse.",),
    ("They hanged the steward on the {nthw} of {month}, {year}; it was a {w}, and it rained.",),
    ("A summons for {w} the {nth}, the month being {month} and the year {year}, lay beside {n}'s plate.",),
    ("The snow that began on {month} {d}, {year}, began, as all the misfortunes of the family had begun, on a {w}.",),
    ("The regatta was held that year on {w}, the {nthw} of {month}.",
     "It was on the {nthw} of {month}, the {w} of that same regatta, that {n} first wore the ring."),
    ("{n} left for the coast on {w}, {month} the {nthw}.",
     "The cottage had stood empty since {w}, {month} the {nthw}, the morning of {n}'s departure for the coast."),
    ("The inquest upon {n}'s lodger opened on Monday, the third of {month}.",
     "On the tenth of that same {month}, a Thursday, the inquest upon {n}'s lodger was resumed."),
]  # fmt: skip

TENSE: list[Worded] = [
    ("The lamp gutters. Across the table {n} is counting the money again, note by note, {his} lips moving, and does "
     "not see the door begin to open.",),
    ("There is a knock. Nobody moves. Then {n} puts down the cup, wipes {his} fingers one by one on the napkin, and "
     "goes to see who it is.",),
    ("{n} has been walking since four and the soles are gone from {his} boots. A signpost swims up out of the rain; "
     "{he} takes the left-hand road.",),
    ("How still it is! {n} lies with one arm over {his} eyes and hears the sea drag at the stones, and thinks of "
     "nothing, and is happy.",),
    ("They are late, and {n} knows it. {He} hurries across the square with {his} head down while the bells begin "
     "overhead, and at the corner somebody calls {him} by name.",),
    ("{n} won't sit. {He} stands with {his} back to the stove, and the water runs out of {his} boots, and when they "
     "ask what has happened {he} only shakes {his} head.",),
    ("It is then that {n} sees the blood. There isn't much of it: a thread, running from under the wardrobe toward "
     "the hearth. {He} steps over it and picks up the poker.",),
    ("Up goes the blind, and in comes the morning. {n} groans, turns over, finds the watch under the pillow and "
     "swears at it.",),
    ("Not a word is spoken on the way down. {n} walks ahead, swinging the lantern, and from time to time {he} stops "
     "and lets the others come up.",),
]  # fmt: skip

PERSON: list[Worded] = [
    ("I ought to say how I came by the key. I had it from the old sexton, who liked me, and who never asked what I "
     "wanted it for.",),
    ("What a fool I was! I stood in the rain with my hat in my hand, and it did not once occur to me that nobody was coming.",),
    ("We took the lower road, my cousin and I. He talked and I listened, or rather I let him believe that I was "
     "listening, and watched the river.",),
    ("It must have been past two when they woke me. I could hear somebody weeping in the next room; I put on my boots "
     "in the dark and went down.",),
    ("Of the days that followed little stayed with me. I know that I ate, because they told me so, and that I would "
     "let no one take the letter out of my hand.",),
    ("He offered me a chair and a cigar. I took the one and refused the other, and we looked at each other across my "
     "brother's desk as two dogs look.",),
    ("The knife went in under my ribs. It surprised me how little it hurt, and then I was on my knees and the gravel "
     "was cold.",),
    ("For my own part I believed every word. I was nineteen, I had never been lied to by anybody I loved, and I went "
     "up to bed as proud as a queen.",),
    ("Nothing in our house was ever thrown away. My sisters and I slept among broken clocks, and I learned my letters "
     "from the lid of a tea-chest.",),
]  # fmt: skip

# Sentences in which a name of the novel stands misspelt; half of the plants misspell it where it stood instead.
SPELLING = [
    "It was long past midnight before {slip} was let alone.",
    "Somebody had to tell {slip}, and nobody would.",
    "No one had thought to blame {slip} for the weather.",
    "Tea was brought in, and with it, rather to the general surprise, came {slip}.",
    "The others drew off toward the window, leaving {slip} beside the fire.",
    "In {slip}'s place anyone would have done the same.",
    "{slip} had listened to all this without a word.",
    "Presently the talk came round again, as it was bound to do, to {slip}.",
    "As for {slip}, there was nothing to be done in that quarter.",
]  # fmt: skip
SLIPS = [  # how people misspell names: by ear, by another family's spelling, by a hurried hand
    ("ph", "f"), ("f", "ph"), ("C(?=[aolr])", "K"), ("K(?=[aolr])",
     "C"), ("ck", "k"), ("th", "t"), ("ie$", "y"), ("y$", "ie"), ("e$", ""),
    ("([nkl])$", r"\1e"), ("ou", "ow"), ("ow", "ou"), ("ai", "ay"), ("ay", "ai"), ("ei", "ie"), ("ie", "ei"), ("ee", "ea"),
    ("ea", "ee"), ("son$", "sen"), ("man$", "mann"), ("ley$", "ly"), ("er$", "or"), ("or$", "er"), ("wh", "w"), ("gh", "g"),
    ("sh", "sch"), ("tch", "ch"), ("dg", "g"), ("el$", "al"), ("in$", "en"),
     ("ar", "er"), ("an$", "en"), ("ia$", "ea"), ("ll", "l"), ("tt", "t"), ("ss", "s"),
    ("nn", "n"), ("rr", "r"), ("l(?=[aeiou])", "ll"), ("t(?=[aeiou])",
     "tt"), ("en$", "an"), ("on$", "en"), ("er(?=[a-z])", "ar"),
]  # fmt: skip
TITLES = ["The Inn", "A Visitor from Town", "What the Sexton Knew", "Low Water", "In Which Nothing Is Settled", "Two Letters",
          "The Lane", "Lamplight", "An Offer Refused", "The Ferry",
          "After the Ball", "A Door Left Open", "Snow", "The Reckoning"]  # fmt: skip
HEADINGS = [
    "Chapter the {Ordinal}", "{roman}", "{n}", "{roman}. {title}", "CHAPTER {n} — {title}", "Chapter {Word}: {title}",
    "{Ordinal} Chapter", "Ch. {n}", "{n} · {title}", "{WORD}", "Chapter {roman} – {title}",
]  # fmt: skip

TURNED: dict[str, list[Worded]] = {
    "eyes": EYES, "hair": HAIR, "age": AGE,
    "number": NUMBER, "kinship": KINSHIP, "dead": DEAD, "date": DATE,
    "weekday": WEEKDAY, "tense": TENSE, "person": PERSON,
    "spelling": [(one,) for one in SPELLING], "numbering": [(one,) for one in HEADINGS],
}  # fmt: skip
