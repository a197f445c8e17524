"""What a section is told of something that the whole text must keep."""

from collections.abc import Sequence
from typing import Protocol


class Hold(Protocol):
    """One thing to keep. `earlier` are the texts before a section, in order, as it may see them.

    Everything here is a function of them and of settings, so that a run which is gone on with asks the same. They grow at
    their end from call to call: work is kept, so that a text's last section costs no more than its first.
    """

    def told(self, index: int, earlier: Sequence[str]) -> str:
        """A paragraph for the prompt of section `index`, behind all that it sees; "" for nothing."""
        ...

    def briefly(self, index: int, earlier: Sequence[str]) -> str:
        """The same as one clause for models with short prompts, which repeat what they are told; "" for nothing."""
        ...

    def worth(self, text: str, earlier: Sequence[str]) -> float:
        """What a candidate gains by it, 0 and below: beside the worth of `writer.section.worth`, which is 1 at most."""
        ...
