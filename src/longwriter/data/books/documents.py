"""What a chapter looks like to a model in pretraining, and which chapters it never sees."""

from typing import Literal, NamedTuple

from pydantic import Field, model_validator

from longwriter.data import splits
from longwriter.data.dataset import Row
from longwriter.types import Record


class ShardSettings(Record):
    """What decides the shards."""

    tokenizer: str | None = None
    """Path of a tokenizer.json; None: one is trained."""
    train_tokenizer: int | None = Field(default=None, ge=300, le=1_000_000)
    """Vocabulary of the tokenizer to train."""
    header: Literal["none", "nano"] = "none"
    """What stands before each text: nothing, or nano's request (title, book, author, genre)."""
    end_token: str = "<|end|>"
    held_out_every: int = Field(default=0, ge=0)
    """One chapter in so many is held out, chosen by its digest; 0: none."""
    held_out_books: tuple[str, ...] = ()
    """Beginnings of the names of books that are held out whole."""

    @model_validator(mode="after")
    def _one_tokenizer(self) -> "ShardSettings":
        if (self.tokenizer is None) == (self.train_tokenizer is None):
            raise ValueError("shards need --tokenizer FILE or --train-tokenizer VOCABULARY, and not both")
        return self


class DocumentPiece(NamedTuple):
    """A stretch of a document: text, or one special token."""

    text: str
    special: bool = False


def is_held_out(row: Row, settings: ShardSettings) -> bool:
    """Whether a chapter is held out from the shards."""
    return splits.is_held_out(str(row["book"]), str(row["sha256"]), settings.held_out_books, settings.held_out_every)


def document(row: Row, settings: ShardSettings) -> list[DocumentPiece]:
    """A chapter as it is learnt, its end token included."""
    body = [DocumentPiece(str(row["text"])), DocumentPiece(settings.end_token, special=True)]
    if settings.header == "none":
        return body
    lines = [f"Title: {row['title'] or row['book_title']}"]
    authors = row["author"]
    if isinstance(authors, list) and authors:
        lines.append(f"From: {row['book_title']} by {', '.join(authors)}")
    if row["fiction"] is not None:
        lines.append(f"Genre: {genre(row)}")
    return [
        DocumentPiece("<|user|>", special=True),
        DocumentPiece("\n".join(lines)),
        DocumentPiece("<|write|>", special=True),
        *body,
    ]


def genre(row: Row) -> str:
    """One plain phrase from subjects and kind: mystery story, guide, essay..."""
    names = {"Science Fiction": "science fiction", "Children's": "children's", "Comedy": "funny"}
    subjects = row["subjects"]
    said = [s for s in subjects if s not in ("Shorts", "Fiction", "Nonfiction")] if isinstance(subjects, list) else []
    if row["fiction"]:
        return f"{names.get(said[0], said[0].lower())} story" if said else "story"
    return {"blog": "article", "guide": "guide"}.get(str(row["kind"]), "essay")


def special_tokens(settings: ShardSettings) -> set[str]:
    """The special tokens that documents are made of."""
    blank: Row = dict.fromkeys(("text", "title", "book_title", "author", "fiction"))
    return {p.text for p in document(blank, settings) if p.special}
