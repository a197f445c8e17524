"""What a chapter looks like to a model in pretraining, and which chapters it never sees."""

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


def is_held_out(row: Row, settings: ShardSettings) -> bool:
    """Whether a chapter is held out from the shards."""
    return splits.is_held_out(str(row["book"]), str(row["sha256"]), settings.held_out_books, settings.held_out_every)
