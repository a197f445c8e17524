"""Plain text -> chapters: headings as books write them, in English, Chinese and the larger European languages.

A heading is a short paragraph of its own: a word for a division with a number ("CHAPTER IV. The Sea", 第三章), a word that
names a part of a book (Preface), a bare number in a row of them, or capitals where the file leaves three blank lines
before them, as Project Gutenberg's do.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from longwriter.readers.chapters import Chapter
from longwriter.readers.clean import tidy, unmark, unwrap, without_page_numbers
from longwriter.text import count_words

_NUMBER = (
    r"(?:\d{1,4}|[IVXLC]{1,8}|[ivxlc]{1,8}|(?:the )?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last)|"
    r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|"
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen)"
)
_DIVISION = (
    r"chapter|book|part|volume|vol\.|letter|stave|canto|act|scene|section|adventure|lecture|essay|tale|story|"
    r"chapitre|livre|partie|kapitel|buch|teil|cap[íi]tulo|libro|parte|capitolo|hoofdstuk|kapittel|kapitlet|luku"
)
_NAMED = (
    r"prologue|epilogue|introduction|introductory|preface|foreword|afterword|conclusion|interlude|"
    r"appendix(?: [A-Z\d]{1,3})?|author['’]s (?:note|preface)|prolog|epilog|vorwort|einleitung|pr[ée]face|avant-propos|"
    r"pr[óo]logo|ep[íi]logo|prefacio|prefazione|序|序言|序章|前言|引子|楔子|后记|後記|尾声|尾聲|跋"
)
_HEADING = re.compile(
    rf"(?i:{_DIVISION})\s+(?i:{_NUMBER})(?P<rest>\s*[.:—–-]+\s*.*|\s*|\s+[\"'“‘]?[A-ZÀ-Þ\d].*)|"
    rf"(?P<named>(?i:{_NAMED}))\s*[.:]?|"
    r"第\s*[\d〇零一二三四五六七八九十百千两]{1,7}\s*[章回节節卷部篇集幕](?P<chinese>[\s:：、.].*|[^。！？]{0,30})"
)
_DROPPED = {
    "contents": re.compile(
        r"(?:table of )?contents|list of (?:illustrations|plates|maps)|illustrations|目\s*[录錄]", re.IGNORECASE
    ),
    "notes": re.compile(
        r"(?:foot|end)?notes?|notes? (?:to|on) .{1,40}|transcriber['’]?s? notes?.*|errata|注释|註釋", re.IGNORECASE
    ),
    "index": re.compile(r"(?:general )?index|bibliography|glossary|索引", re.IGNORECASE),
    "advertisement": re.compile(r"advertisements?|(?:other )?(?:books|works|novels) by .{1,60}", re.IGNORECASE),
}
_BARE = re.compile(r"([IVXLC]{1,8}|\d{1,3})\.?")
_CLOSING = re.compile(
    r"(?:\W*(?:the end|finis|fin|ende|fine|end of .{1,60}|[（(]?(?:全书完|全文完|完)[）)]?)\W*)", re.IGNORECASE
)
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_SENTENCE = re.compile(r"[.!?。！？]")
PROSE_WORDS = 15
"""Words of the shortest paragraph that counts as running text where front matter is judged."""
FRONT_WORDS = 200
"""Words of running text from which on what stands before the first heading is kept."""


@dataclass(frozen=True)
class _Block:
    text: str
    before: int
    """Blank lines before it."""

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @property
    def is_short(self) -> bool:
        return len(self.lines) <= 3 and len(self.text) <= 160 and count_words(self.text) <= 24


def read_plain(text: str, title: str) -> list[Chapter]:
    """The chapters of a text from which what its publisher wrote around it is gone. `title`: for one without headings.

    Front matter, contents, notes and indexes come with the reason why they go; a heading without text says nothing.
    """
    text = without_page_numbers(unwrap(unmark(text)))
    blocks = _blocks(text)
    starts = _headings(blocks)
    if not starts:
        return [Chapter(tidy("\n\n".join(b.text for b in _without_closing(blocks))), title, kind="text")]
    least = FRONT_WORDS if any(not dropped(heading) for _, _, heading in starts) else 1
    out = [_front(blocks[: starts[0][0]], "front matter", FRONT_WORDS)]
    ends = [start for start, _, _ in starts[1:]] + [len(blocks)]
    for (_, begin, heading), end in zip(starts, ends, strict=True):
        part, reason = _without_closing(blocks[begin:end]), dropped(heading)
        if reason == "contents":
            out.append(_front(part, reason, least))
        else:
            out.append(Chapter(tidy("\n\n".join(b.text for b in part)), heading, drop=reason))
    return [replace(c, title=c.title or title) for c in out if c.text]


def dropped(heading: str) -> str:
    """Why what stands under such a heading is no text to keep; "" otherwise."""
    return next((reason for reason, pattern in _DROPPED.items() if pattern.fullmatch(heading.strip(" .:*[]"))), "")


def _blocks(text: str) -> list[_Block]:
    out, before = [], 0
    for part in re.split(r"((?:\n[ \t]*){2,})", text):
        if part.strip():
            out.append(_Block("\n".join(line.strip() for line in part.strip().split("\n")), before))
        else:
            before = part.count("\n") - 1
    return out


def _headings(blocks: Sequence[_Block]) -> list[tuple[int, int, str]]:
    """Index of each heading, of the first block under it, and its words."""
    found = [
        i
        for i, b in enumerate(blocks)
        if b.is_short and (_HEADING.fullmatch(b.lines[0].strip("*_ ")) or dropped(b.text))
    ]
    if not any(not dropped(blocks[i].text) for i in found):
        found += _numbered(blocks) or _capitals(blocks)
    out = []
    for i in sorted(set(found)):
        words = " ".join(blocks[i].text.split())
        follows = i + 1
        if len(blocks[i].lines) == 1 and follows < len(blocks) and follows not in found and not dropped(words):
            match = _HEADING.fullmatch(words.strip("*_ "))
            plain = match is None or not (match["rest"] or match["chinese"] or "").strip(" .:—–-")
            if plain and (match is None or not match["named"]) and _is_subtitle(blocks[follows]):
                words = f"{words.rstrip(' .:')}: {blocks[follows].text}"
                follows += 1
        out.append((i, follows, words.strip(" *_")))
    return out


def _numbered(blocks: Sequence[_Block]) -> list[int]:
    """Blocks that are bare numbers, if they count up from one and are at least three."""
    found = [(i, _value(m[1])) for i, b in enumerate(blocks) if (m := _BARE.fullmatch(b.text))]
    counted = 0
    out = []
    for i, value in found:
        if value == counted + 1 or value == 1:
            out.append(i)
            counted = value
    return out if len(out) >= 3 else []


def _capitals(blocks: Sequence[_Block]) -> list[int]:
    """Short blocks in capitals after three blank lines, if they are at least two: one may be the book's own title."""
    found = [i for i, b in enumerate(blocks[:-1]) if b.before >= 3 and b.is_short and b.text.isupper()]
    return found if len(found) >= 2 else []


def _value(numeral: str) -> int:
    if numeral.isdigit():
        return int(numeral)
    digits = [_ROMAN[c] for c in numeral]
    return sum(-d if d < max(digits[i:]) else d for i, d in enumerate(digits))


def _is_subtitle(block: _Block) -> bool:
    """A short line in capitals or title case, before the text begins."""
    if len(block.lines) > 2 or not block.is_short or block.before > 3 or _SENTENCE.search(block.text.rstrip(".?!")):
        return False
    words = re.findall(r"[^\W\d_]{4,}", block.text)
    capitals = sum(w[0].isupper() for w in words)
    return (
        bool(words)
        and 3 * capitals >= 2 * len(words)
        and (block.text.isupper() or not block.text.endswith((".", "”", '"', ",")))
    )


def _front(blocks: Sequence[_Block], reason: str, least: int) -> Chapter:
    """What stands before a first chapter: kept from its first running text on if there are `least` words of that."""
    prose = [i for i, b in enumerate(blocks) if count_words(b.text) >= PROSE_WORDS and _SENTENCE.search(b.text[-3:])]
    enough = sum(count_words(blocks[i].text) for i in prose) >= least
    kept = blocks[prose[0] :] if enough else blocks
    return Chapter(tidy("\n\n".join(b.text for b in kept)), kind="front", drop="" if enough else reason)


def _without_closing(blocks: Sequence[_Block]) -> Sequence[_Block]:
    """Without "THE END" and the like at the end."""
    end = len(blocks)
    while end and len(blocks[end - 1].text) < 80 and _CLOSING.fullmatch(blocks[end - 1].text):
        end -= 1
    return blocks[:end]
