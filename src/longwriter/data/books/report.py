"""What became of the texts of a build of books: counts for report.json, and the data card."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from longwriter.data.books.picture import class_of
from longwriter.data.books.sources import Source
from longwriter.data.dataset import Row

PICTURE, DROPS = "chapters.png", "drops.jsonl"
_REASONS = {
    "repeats": "the same text stood earlier",
    "nearly repeats": "nearly the same text stood earlier",
    "short": "fewer words than the least",
    "licence unknown": "neither the file nor --licence says under which licence it may be used",
    "rights reserved": "the file reserves all rights",
    "other language": "another language than the one asked for",
    "not selected": "a book that was not asked for",
    "cannot be read": "a file that is damaged, encrypted or no text; the list says what is wrong with it",
    "missing page": "the book names a page that is not in it",
    "damaged page": "a page of the book that cannot be unpacked",
}


@dataclass
class BookTally:
    """Counts of a build, by source where it says so.

    A text is a chapter that a reader found; a chapter is a text that stays.
    """

    chapters: Counter[str] = field(default_factory=Counter)
    """By source, as the next two."""
    words: Counter[str] = field(default_factory=Counter)
    drops: dict[str, Counter[str]] = field(default_factory=dict)
    dropped_words: Counter[str] = field(default_factory=Counter)
    """By reason."""
    licences: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)
    """What is wrong with each book that cannot be read."""
    lengths: Counter[int] = field(default_factory=Counter)
    """By class of length."""
    books: set[int] = field(default_factory=set)
    """Hashes of their names."""

    def keep(self, source: str, row: Row) -> None:
        """Count a chapter."""
        words = cast(int, row["words"])
        self.chapters[source] += 1
        self.words[source] += words
        self.licences[str(row["licence"])] += 1
        self.languages[str(row["language"] or "not said")] += 1
        self.lengths[class_of(words)] += 1
        self.books.add(hash(row["book"]))

    def drop(self, source: str, row: Row, reason: str) -> None:
        """Count a text that goes."""
        self.drops.setdefault(source, Counter())[reason] += 1
        self.dropped_words[reason] += cast(int, row["words"])

    @property
    def reasons(self) -> Counter[str]:
        """Texts left out, by reason."""
        return sum(self.drops.values(), Counter())

    def report(self, sources: Sequence[Source], settings: Row) -> Row:
        """What report.json says."""
        return {
            "chapters": self.chapters.total(),
            "words": self.words.total(),
            "books": len(self.books),
            "left_out": {
                reason: {"texts": n, "words": self.dropped_words[reason]} for reason, n in self.reasons.most_common()
            },
            "licences": dict(self.licences.most_common()),
            "languages": dict(self.languages.most_common()),
            "settings": settings,
            "sources": [
                {
                    "source": s.name,
                    "sha256": s.sha256,
                    "bytes": s.size,
                    "chapters": self.chapters[s.id],
                    "words": self.words[s.id],
                    "left_out": dict(sorted(self.drops.get(s.id, Counter()).items())),
                }
                for s in sources
            ],
        }


def card(report: Row, tally: BookTally, settings: Row) -> str:
    """The data card. `settings`: those that decide which chapters stay."""
    shown = ", ".join(f"{key} {value}" for key, value in settings.items() if value and key != "only")
    licences = "\n".join(f"- {name} ({n:,} chapters)" for name, n in tally.licences.most_common(20)) or "- none"
    rows = "\n".join(
        f"| {reason} | {_REASONS.get(reason, 'a page that is no text')} | {n:,} | {tally.dropped_words[reason]:,} |"
        for reason, n in tally.reasons.most_common()
    )
    return f"""# Chapters of books

{report["chapters"]:,} chapters, stories, essays and articles of {report["books"]:,} books with {report["words"]:,} words,
made by `longwriter data books`. Words are counted as `longwriter.text.count_words` counts them; `report.json` has the
numbers by file. Settings: {shown}.

![lengths and what was left out]({PICTURE})

| column | what |
|---|---|
| `id` | file and number of the chapter in it |
| `text` | paragraphs separated by a blank line, a scene break is a line `* * *`; Unicode NFC, no markup |
| `title`, `order`, `kind` | of the chapter |
| `book`, `book_title`, `author`, `subjects`, `description`, `fiction`, `language` | of the book, as far as it tells |
| `licence` | as the file or the builder said it |
| `source`, `sha256`, `words` | file, digest of the text, its length |

## Licences

{licences}

## Left out

Each text that was left out stands in `{DROPS}` with its reason.

| reason | what it means | texts | words |
|---|---|---|---|
{rows}
"""
