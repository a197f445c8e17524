"""The wordings in which `contradictions.py` plants what contradicts: those that the rules were tuned on, and others.

{n} a name, {m} another, {he} {He} {his} {His} {him} pronouns of {n}, {man} man or woman, {v} the value (a colour, a number in words
or digits, a kin word, a date). A pair of sentences is drawn from one list: the first with one value, the second with another.
"""

TUNED = {
    "eyes": [
        "{n}'s eyes were {v}.",
        "{n} had {v} eyes, and {he} used them well.",
        "{n} looked up with {his} {v} eyes.",
        "The {v} eyes of {n} missed nothing.",
        "{n} turned round. {His} eyes were {v} and very clear.",
        "Nobody could forget {n}'s clear {v} eyes.",
        "{n}, a tall {man} with {v} eyes, came in last.",
        "The {v}-eyed {n} was waiting by the door.",
    ],
    "hair": [
        "{n}'s hair was {v}.",
        "{n} had long {v} hair.",
        "{n} pushed {his} {v} hair out of {his} face.",
        "{n}, who had {v} hair, stood at the back.",
        "{n} sat down. {His} hair was {v} and cut short.",
        "The wind took {n}'s {v} hair.",
    ],
    "age": [
        "{n} was {v} years old.",
        "{n} was {v}.",
        "{n}, aged {v}, had come alone.",
        "{n}, who was {v}, laughed at that.",
        "{n} had just turned {v}.",
        "{n} was a {man} of {v}.",
        "{n} came in. {He} was {v} years old.",
        "The {v}-year-old {n} had nothing to add.",
    ],
    "number": [
        "The {place} had {v} {things}.",
        "All the {v} {things} of the {place} were empty.",
        "There were {v} {things} in the {place}.",
        "The {place}, with its {v} {things}, was a sight.",
        "The {v} {things} in the {place} stood open that day.",
        "The {place}'s {v} {things} had never been repaired.",
    ],
    "kin": [
        "{m} was {n}'s {v}.",
        "{n}'s {v} {m} wrote every week.",
        "{n} had a {v} called {m}.",
        "{m}, the {v} of {n}, arrived at noon.",
        "{n} waited for {his} {v} {m}.",
        "{m}, {n}'s {v}, said little.",
    ],
    "died": [
        "{n} died that night.",
        "{n} was dead.",
        "They buried {n} on a grey morning.",
        "{n}'s funeral was a quiet affair.",
        "{n} had been killed in the fall.",
        "{n} was murdered on the road.",
    ],
    "acts": [
        "{n} smiled and took the chair by the fire.",
        '"You are late," said {n}.',
        "{n} walked to the window and looked out.",
        "{n} nodded slowly.",
        '{n} laughed. "Then let us begin."',
        "{n} poured out the tea.",
    ],
    "dated": [
        "The wedding took place on {v}.",
        "The wedding of {n} was on {v}.",
        "{n} was born on {v}.",
        "The trial began on {v}.",
    ],
    "weekday": [
        "It was {w}, {d} {month} {year}.",
        "On {w}, {month} {d}, {year}, the letter came.",
        "They met on the {nth} of {month}, {year}, a {w}.",
        "{month} {d}, {year}, was a {w}.",
    ],
    "tense": [
        "{n} walks to the door and opens it. {He} looks down the street and says nothing.",
        "{He_n} sits down. {n} takes the letter, reads it twice, and puts it into the fire.",
        "{n} smiles. {He} turns away from the window and asks for the lamp.",
    ],
    "person": [
        "I went up to my room and closed the door behind me. Nobody had seen me, and I was glad of it.",
        "I did not know what to say. I looked at my hands and wished myself far away.",
        "That evening I walked home alone. I thought of my mother, and of what I had lost.",
    ],
}
OTHERS = {
    "eyes": [
        "It was in {n}'s eyes, {v} and steady, that one read the answer.",
        "{n} fixed {his} {v} eyes on the clock.",
        "Everyone remarked on {n}'s eyes, which were {v}.",
        "{n} was a slight {man} whose eyes were {v}.",
        "{n} smiled, and {his} {v} eyes smiled too.",
        "{n} glanced at the paper. There was something in those {v} eyes that gave no comfort.",
        "{n} stared back at them, {v} eyes wide with surprise.",
        "{n} was {v}-eyed and thin.",
        "{n} blinked. {He} had {v} eyes and a way of narrowing them.",
    ],
    "hair": [
        "{n} wore {his} {v} hair brushed back from the forehead.",
        "{n} was {v}-haired and freckled.",
        "A lock of {v} hair fell over {n}'s brow.",
        "{n} took off {his} hat; {his} hair was {v} and rather thin.",
        "One knew {n} at once by the {v} hair.",
        "{n}'s hair, thick and {v}, was wet from the rain.",
    ],
    "age": [
        "At {v}, {n} was still the quickest of them all.",
        "{n} was only {v}, but {he} looked older.",
        "{n} was {v} years of age, and had seen little of the world.",
        "{n} had reached the age of {v} without a day's illness.",
        "{n} ({v}) gave {his} address as the inn.",
        "{n}, {v} years old and quite alone, sat on the stairs.",
        "That day was {n}'s {nth_v} birthday.",
        "{n} told them {he} was {v}.",
    ],
    "number": [
        "The {place} boasted {v} {things}.",
        "They counted the {v} {things} of the {place} twice.",
        "Of the {place}'s {v} {things} only one was lit.",
        "The {place} was known for its {v} {things}.",
        "It took a morning to see all {v} {things} of the {place}.",
        "The {place} was an old building with {v} {things}.",
        "The {place} held exactly {v} {things}.",
    ],
    "kin": [
        "{n} and {his} {v} {m} lived in the same house.",
        "{n} introduced {m} as {his} {v}.",
        "{n}'s {v} was named {m}.",
        "{m} had always been a good {v} to {n}.",
        "There was {m}, {v} of {n}, at the gate.",
        "{n} spoke of {m}, {his} {v}, with respect.",
        "The letter came from {m}, {n}'s {v}.",
    ],
    "died": [
        "{n} had died of the fever in the spring.",
        "{n} did not live to see the morning.",
        "The fever killed {n} within a week.",
        "{n} was shot dead at the bridge.",
        "The grave of {n} was covered with snow.",
        "By nightfall {n} was dead, and the house was silent.",
        "{n} drowned in the lake.",
    ],
    "acts": [
        "{n} shrugged and went back to the table.",
        '"I never liked this place," {n} answered.',
        "Without a word {n} picked up the lantern.",
        "{n} leaned against the wall and waited.",
        "{n} handed over the keys with a bow.",
        "At the corner {n} stopped and lit a cigar.",
    ],
    "dated": [
        "The coronation was held on {v}.",
        "{n} was born in the village on {v}.",
        "The great fire broke out on {v}.",
        "The wedding was fixed for {v}.",
        "The election fell on {v}.",
    ],
    "weekday": [
        "The ship sailed on {w}, the {nth} of {month}, {year}.",
        "The will was signed on {d} {month} {year} (a {w}).",
        "{w} {d} {month} {year} was the day of the storm.",
        "It had been a {w}, that {nth} of {month} {year}, and a wet one.",
        "So came {w}, {month} {nth}, {year}.",
    ],
    "tense": [
        "{n} crosses the room and stops before the glass. {He} lifts a hand, hesitates, and lets it fall.",
        "{n} hears the bell. {He} leaves the table at once and runs down into the hall.",
        "Slowly {n} climbs the stairs. At the top {he} waits, listens, and knocks.",
    ],
    "person": [
        "My heart beat fast as I followed them. I kept to the wall, for I did not wish to be seen, and my lamp was out.",
        "I had not slept. When I rose, my head ached, and I drank some water before I dressed.",
        "They never asked me what I saw. I could have told them, but I held my tongue and let them pass me by.",
    ],
}

FEMALE = """Mary Anne Jane Elizabeth Emma Alice Margaret Helen Catherine Sarah Ruth Martha Lucy Rose Grace Edith Ellen Laura Clara Julia Agnes
    Eleanor Harriet Charlotte Dorothy Frances Isabel Amy Beth Meg Maud Carol Marian Rachel Anna Sonia Natasha Valentine""".split()
MALE = """John Tom Thomas William James George Charles Henry Robert Richard Edward Arthur Harry Jack Peter Philip Frank Walter Joseph Samuel David
    Martin Paul Andrew Albert Oliver Anthony Michael Jim Sam Joe Dick Ben Ralph Roger Laurie Pierre Marius""".split()
NEW_FEMALE = "Rosalind Beatrix Ottilie Winifred Philippa Cordelia Genevra Isolde Marguerite Honoria Leonora Thomasina".split()
NEW_MALE = "Bartholomew Crispin Lysander Thaddeus Barnaby Leopold Ambrose Cornelius Godfrey Reginald Sylvester Alaric".split()
SURNAMES = "Ashdown Calloway Penhallow Thornbury Wexford Merriweather Hollingsworth Tremaine Fairbrother Larkspur Quarles Dunmore".split()
PLACES = ["Grand Hotel", "Marlow Castle", "Northgate Inn", "Saltmarsh House", "Whitcombe Abbey", "Carrick Tower", "Vesper Theatre"]
THINGS = "rooms windows towers stairs doors bells cellars chimneys servants gates galleries bedrooms".split()
COLOURS = {
    "eyes": [["blue", "grey"], ["brown", "black"], ["green"]],
    "hair": [["black"], ["blond", "golden", "fair"], ["red"]],
}
"""Colours that nobody takes for one another stand in different groups."""
KIN = {"m": ["brother", "cousin", "uncle", "son", "nephew", "father"], "f": ["sister", "cousin", "aunt", "daughter", "niece", "mother"]}
