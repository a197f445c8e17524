"""What back-translation reads and writes: a chapter of a source, a row of the result, counts of rows."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import pyarrow as pa

from longwriter.data.backtranslate.keywords import Term
from longwriter.data.backtranslate.request_templates import About
from longwriter.data.dataset import Row, read_rows
from longwriter.data.schemas import OUTPUTS
from longwriter.errors import InputError
from longwriter.journal import digest
from longwriter.length.score import length_score
from longwriter.text import language
from longwriter.types import Section

SCHEMA = pa.schema(
    [
        *OUTPUTS.insert(1, pa.field("kind", pa.string())),
        ("keywords", pa.list_(pa.string())),
        ("book", pa.string()),
        ("source", pa.string()),
        ("licence", pa.string()),
    ]
)
EDGES = (30, 45, 60, 90, 120, 180, 240, 320, 450, 700, 1000, 2000, 4000, 8000, 16_000, 32_000)
"""Words that part the report's classes of length."""


class ChapterText(NamedTuple):
    """One text of the source, with what is known of it."""

    id: str
    text: str
    about: About
    book: str
    source: str
    licence: str
    sha256: str


def chapter_of(row: Row, number: int) -> ChapterText:
    """A row of a chapters data set, or any row with `text`. `number`: its place, for a row without an id."""
    text = str(row["text"])
    subjects = row.get("subjects")
    about = About(
        language=language(text),
        title=_string(row, "chapter") or _string(row, "title"),
        description=" ".join(_string(row, "description").split()),
        kind=_string(row, "kind"),
        fiction=bool(row.get("fiction")),
        subjects=tuple(str(s) for s in subjects) if isinstance(subjects, list) else (),
    )
    name = _string(row, "id") or f"{_string(row, 'book') or 'text'}-{number}"
    sha256 = _string(row, "sha256") or hashlib.sha256(text.encode()).hexdigest()
    return ChapterText(name, text, about, _string(row, "book"), _string(row, "source"), _string(row, "licence"), sha256)


def _string(row: Row, name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value)


def chapters(source: str) -> Iterator[ChapterText]:
    """All texts of a source, in its order. Raises InputError for a missing column, an empty text or an id that stands twice."""
    for number, row in enumerate(read_rows(source, ["text"]), 1):
        chapter = chapter_of(row, number)
        if not chapter.text.strip():
            raise InputError(f"{source}: {chapter.id} has an empty text; leave it out of the source")
        yield chapter


class Triple(NamedTuple):
    """Request, plan and text: what a row is made of."""

    kind: str
    prompt: str
    completion: str
    words: int
    """Words of the completion."""
    required: int | None
    """Words that the prompt asks for."""
    plan: tuple[Section, ...] = ()
    keywords: tuple[Term, ...] = ()


def row_of(triple: Triple, chapter: ChapterText, number: int, model: str, prompts: str) -> Row:
    """A row of the data set."""
    score = None if triple.required is None else length_score(triple.required, triple.words)
    return {
        "id": f"{_short(chapter.id)}.{triple.kind}.{number}",
        "kind": triple.kind,
        "messages": [
            {"role": "user", "content": triple.prompt},
            {"role": "assistant", "content": triple.completion},
        ],
        "words": triple.words,
        "required": triple.required,
        "length_score": score,
        "language": chapter.about.language,
        "model": model,
        "prompts_sha256": prompts,
        "plan": [{"title": s.title, "point": s.point, "words": s.words} for s in triple.plan],
        "filters": [],
        "keywords": [t.word for t in triple.keywords],
        "book": chapter.book,
        "source": chapter.source,
        "licence": chapter.licence,
    }


def _short(name: str) -> str:
    """At most 48 characters that may name a folder, and that differ where the names do."""
    plain = re.sub(r"[^\w-]+", "-", name).strip("-_")
    return plain if plain == name and len(plain) <= 48 else f"{plain[:40].rstrip('-')}-{digest(name)[:6]}".lstrip("-")


class Tally:
    """Counts for a report, filled while rows stream by."""

    def __init__(self) -> None:
        """Nothing seen."""
        self.chapters = self.words = 0
        self.kinds: Counter[str] = Counter()
        self.lengths: dict[str, Counter[str]] = {}

    def add(self, triple: Triple) -> None:
        """Count one row."""
        self.kinds[triple.kind] += 1
        below = next((f"<{edge}" for edge in EDGES if triple.words < edge), f">={EDGES[-1]}")
        self.lengths.setdefault(triple.kind, Counter())[below] += 1

    def report(self) -> Row:
        """The counts, JSON-able."""
        order = [f"<{edge}" for edge in EDGES] + [f">={EDGES[-1]}"]
        return {
            "chapters": self.chapters,
            "words": self.words,
            "rows": self.kinds.total(),
            "kinds": dict(self.kinds.most_common()),
            "lengths": {kind: {c: n[c] for c in order if n[c]} for kind, n in self.lengths.items()},
        }
