"""Whether a text may stand in a passage's place by its form alone: its length, its language, its ends, what must stay. Pure."""

import re
from collections import Counter

from longwriter.language import differs, tongue
from longwriter.text import count_words, ends_complete, is_cjk, words_of
from longwriter.writer.reply.about_writing import about_writing
from longwriter.writer.revising.layout import EditedPassage

SHARE, LEAST_MORE, LEAST_LESS = 0.5, 14, 2
"""How much longer or shorter a passage may get: a part of its words, or so many, whichever is more."""
KEPT = {"contradiction": 0.5, "slop": 0.4, "form": 0.6, "repetition": 0.0}
"""Share of a passage's words that stay, by the kind of its finding: what agrees with the text again is the same sentence."""
KEPT_ELSE = 0.2
LONG = 4
"""Letters of a word that says something."""
SECTION_SHARE = 0.05
"""How far a section may move from the words that it had when the revision began."""
MOST_WORDS = 400
"""Of a passage: a longer one is a section to be written again."""
_MARKUP = re.compile(r"^(?:#{1,6}\s|[-*+•]\s|\d{1,3}[.)]\s|\||>|```|<\w)", re.M)
_GAP = re.compile(r"\n[ \t]*\n")
_TAG = re.compile(r"</?\w")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_NAME = re.compile(r"(?<=[a-z,;] )[A-ZÀ-ÖØ-Þ][\w’'-]+")
"""A word in capitals that begins no sentence."""
_PAIRS = (("“", "”"), ("「", "」"), ("『", "』"), ("«", "»"), ("(", ")"), ("（", "）"))
_OPEN = "\"'“”‘’「」『』«»*_([（【"


def unfit(passage: EditedPassage, new: str, kind: str, place: tuple[int, int], words: int, now: int) -> str:
    """Why a text cannot stand for a passage; "" where it can.

    `kind`: of the finding; `place`: what of the passage is to change, as indices of its text. `words`: of the section as
    the revision began; `now`: as it stands.
    """
    old = passage.text
    if not count_words(new):
        return "it is empty"
    if new == old:
        return "it is the passage as it was"
    return (
        _length(count_words(old), count_words(new), words, now)
        or _language(passage, new)
        or _form(old, new)
        or _ends(passage, new)
        or _lost(old, new, place)
        or _another(old, new, place, KEPT.get(kind, KEPT_ELSE))
    )


def _length(was: int, gets: int, words: int, now: int) -> str:
    if gets > was + max(SHARE * was, LEAST_MORE) or gets < was - max(SHARE * was, LEAST_LESS):
        return f"it has {gets} words in place of {was}"
    moved, before = now - was + gets - words, now - words
    if abs(moved) > SECTION_SHARE * words and abs(moved) > abs(before):
        return f"the section would have {words + moved} words in place of {words}, and 5 % is what it may move"
    return ""


def _language(passage: EditedPassage, new: str) -> str:
    wanted = {tongue(f"{passage.before}\n{passage.text}\n{passage.after}")} - {""}
    return "it is in another language" if differs(new, wanted) else ""


def _form(old: str, new: str) -> str:
    if "\n" in new and "\n" not in old:
        return "it has several paragraphs in place of one"
    if len(_GAP.split(new)) != len(_GAP.split(old)):
        return f"it has {len(_GAP.split(new))} paragraphs in place of {len(_GAP.split(old))}"
    if len(_MARKUP.findall(new)) > len(_MARKUP.findall(old)) or len(_TAG.findall(new)) > len(_TAG.findall(old)):
        return "it has headings, lists or tags that the passage has not"
    if about_writing(new) and not about_writing(old):
        return "it talks about the writing"
    return ""


def _ends(passage: EditedPassage, new: str) -> str:
    """What would show at the seams."""
    old, at_end = passage.text, not passage.after
    if ends_complete(f"{old}\n") != ends_complete(f"{new}\n") and (not ends_complete(f"{new}\n")):
        return "it breaks off in the middle of a sentence"
    if (
        not ends_complete(f"{new}\n")
        and (at_end or _letter(passage.after).isupper())
        and new.rstrip()[-1:] in ",;:，；：、"
    ):
        return "it breaks off in the middle of a sentence"
    if _letter(old).isupper() and _letter(new).islower():
        return "it begins in lowercase"
    if old.count('"') % 2 != new.count('"') % 2:
        return "it opens a quotation that it does not close"
    for opens, closes in _PAIRS:
        if old.count(opens) - old.count(closes) != new.count(opens) - new.count(closes):
            return "it opens a quotation or bracket that it does not close"
    return ""


def _letter(text: str) -> str:
    return text.lstrip(_OPEN + " \n")[:1]


def _lost(old: str, new: str, place: tuple[int, int]) -> str:
    """Names and numbers outside of the words at fault, which have to stay."""
    outside = f"{old[: place[0]]} {old[place[1] :]}"
    kept = [*_NUMBER.findall(outside), *_NAME.findall(outside)]
    there = Counter([*_NUMBER.findall(new), *re.findall(r"[\w’'-]+", new)])
    lost = [word for word in kept if word not in there and not is_cjk(word[0])]
    return f"it has lost {lost[0]!r}" if lost else ""


def _another(old: str, new: str, place: tuple[int, int], least: float) -> str:
    """Whether it is another text: by the longer words outside of those at fault, where there are some, else by all."""
    outside = [
        word for word in words_of(f"{old[: place[0]]} {old[place[1] :]}") if len(word) >= LONG or is_cjk(word[0])
    ]
    words = Counter(word.casefold() for word in (outside if len(outside) > 1 else words_of(old)))
    kept = (words & Counter(word.casefold() for word in words_of(new))).total() / max(1, words.total())
    return (
        f"it keeps {100 * kept:.0f} % of the passage's words, and {100 * least:.0f} % should stay"
        if kept < least
        else ""
    )
