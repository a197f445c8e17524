"""Unseen English wordings for `contradictions_unseen.py`, by somebody who had not read the rules.

Whoever changes the rules reads the percentages only, never this file: else the figure is worth nothing. These are plain ones,
such as most novels use most of the time, in the form of `unseen_wordings_en.py`.
"""

from contradictions_unseen_entries import Worded

PLAIN: dict[str, list[Worded]] = {
    "eyes": [
        ("{n} rubbed {his} {v} eyes and reached for the lamp.", "{n}'s {v} eyes widened."),
        ("{n} met the stranger's look with calm {v} eyes.", "There was no warmth in {n}'s {v} eyes now."),
        ("{n} was thin-lipped and {v}-eyed, with a quick laugh.",
         "{n} lowered {his} eyes, so {v} that people remembered them, to the floor."),
        ("The light fell across {n}'s face, catching the {v} of {his} eyes.", "{n} narrowed {his} {v} eyes at the letter."),
        ("{n} had {his} mother's eyes, {v} and watchful.", "Anger darkened {n}'s {v} eyes."),
    ],
    "hair": [
        ("{n} tucked a strand of {v} hair behind one ear.", "{n}'s {v} hair shone in the firelight."),
        ("{n} arrived without a hat, {his} {v} hair blown about by the wind.", "Rain had flattened {n}'s {v} hair."),
        ("A slim {man} with {v} hair, {n} was easy to find in the crowd.", "There was a leaf in {n}'s {v} hair."),
    ],
    "age": [
        ("{n} turned {v} that week.", "{n} was barely {v}."),
        ("{n} had been {v} for a month.", "At just {v}, {n} was the youngest partner in the firm."),
        ("Now {v}, {n} had given up dancing.", '"I am {v} years old," {n} said, truthfully.'),
        ("{n} celebrated {his} {vth} birthday with a bottle of port.",
         "{n}, a {v}-year-old with weak lungs, was kept indoors."),
        ("{n}, {v} and unmarried, kept house alone.", "{n} had been alive for {v} years."),
        ("{n}'s age was {v}.", "It was {n}, who was {v} years old and looked it."),
    ],
    "number": [
        ("The {place} consisted of {v} rooms.", "All {v} rooms of the {place} had been searched."),
        ("Nobody lived in the {place}, though it had {v} rooms.", "{n} wandered through the {v} rooms of the {place}."),
        ("The {place} contained {v} beds.", "Each of the {v} beds in the {place} was taken.", {"place": "Harbour Hospital"}),
        ("The garden of the {place} was shaded by {v} oaks.",
         "{n} had counted the oaks in the garden of the {place}; there were {v}."),
        ("A row of {v} windows looked out from the front of the {place}.",
         "The front of the {place} had {v} windows, all of them dark."),
        ("{n} had three sisters.", "All five of {n}'s sisters came to the station."),
    ],
    "kinship": [
        ("{n} kissed {his} {v} {m} on the cheek.", "{n} was sitting beside {m}, {his} {v}."),
        ("Of all {his} family {n} liked {m}, {his} {v}, best.", "{n} had asked {his} {v} {m} to stay."),
        ("{n} thought of {his} {v}, {m}, every day.", '"{m} is my {v}," {n} said.'),
        ("{n} had never quarrelled with {m}, although {m} was {his} {v} and they lived together.",
         "It was {n}'s {v} {m} who paid for everything."),
        ("{n} and {m} were brother and sister.", "{n} had married {m} in the spring.", {"sex": "m", "other": "f"}),
        ("Like {his} {v} {m}, {n} hated the sea.", "{m}, being {n}'s {v}, was asked to sign."),
    ],
    "dead": [
        ("{n} died before the priest could be fetched.", "{n} shook {his} head."),
        ("{n} was killed in the war.", "{n} stood up and crossed to the door."),
        ("They found {n}'s dead body in the river.", '"Good morning," said {n}.'),
        ("The doctor pronounced {n} dead at once.", "{n} sighed and put down {his} pen."),
        ("{n} had died ten years before, and the house still missed {him}.", "{n} laughed aloud."),
        ("{n} had been stabbed to death.", "{n} ran down the steps to meet them."),
    ],
    "date": [
        ("{n} married on {v}.", "{n}'s wedding day was {v}."),
        ("{n}'s birthday was {dv}.", "On {dv} {n} was born, a month too early."),
        ("The battle of Orlenburg was fought on {v}.", "On {v} came the battle of Orlenburg."),
        ("The fire at the Mercer warehouse happened on {v}.", "The Mercer warehouse burned on {v}."),
        ("{n} was christened on {v}.", "{n}'s christening was held on {v}."),
        ("{n} was born in {y}.", "{n}, born in {y}, was the last of the line."),
    ],
    "weekday": [
        ("{w}, the {nth} of {month}, {year}, was cold and bright.",),
        ("{n} was married on {w}, {month} {d}, {year}.",),
        ("The letter was dated {month} {d}, {year}, {w}.",),
        ("They sailed on the {nth} of {month} {year}, on a {w}.",),
    ],
    "tense": [
        ("{n} opens the door. The room is empty, and {he} calls out twice before {he} goes in.",),
        ("{n} looks at the clock and stands up. {He} puts on {his} coat and walks out into the snow.",),
        ("{n} finds the letter under the mat. {He} tears it open, reads the first line and begins to cry.",),
    ],
    "person": [
        ("I woke early and dressed in the dark. My shoes were still wet, and I carried them down in my hand.",),
        ("I knew the house well. I had lived in it as a child, and I could have found my way blindfold.",),
        ("I heard the carriage stop, and I ran to my window. I could not see who got down.",),
    ],
}  # fmt: skip
