"""Why work on a run came to no end, as its journal has it for whoever looks later."""

import time
from contextlib import suppress
from types import TracebackType
from typing import Literal

from longwriter.errors import CeilingReached, LongWriterError, RunError
from longwriter.writer.manuscript import Manuscript
from longwriter.writer.records.control import StoppedRecord


class NotedStop:
    """While it lasts, an error that ends the work is noted in the run; it goes on up. A cancelled work is no failed one."""

    def __init__(self, manuscript: Manuscript) -> None:
        self.manuscript = manuscript

    def __enter__(self) -> None:
        """Nothing yet."""

    def __exit__(self, _: object, error: BaseException | None, __: TracebackType | None) -> None:
        """Note what ended it."""
        if isinstance(error, Exception):
            with suppress(RunError):  # a full disk has its own message
                note_stop(self.manuscript, error)


def note_stop(manuscript: Manuscript, error: BaseException) -> None:
    """Journal why it came to no end, once. Raises RunError on a full disk."""
    reason: Literal["ceiling", "failed"] = "ceiling" if isinstance(error, CeilingReached) else "failed"
    said, before = told(error), manuscript.stopped
    if before is None or (before.reason, before.message) != (reason, said):
        manuscript.note(StoppedRecord(reason=reason, message=said, at=time.time()))


def told(error: BaseException) -> str:
    """What a person is told of an error: of one that is none of ours, its kind alone."""
    if isinstance(error, LongWriterError):
        return str(error)
    return (
        f"longwriter itself failed ({type(error).__name__}), which is a fault of it: the log says where; what is done is "
        "kept, and the same again goes on from there"
    )
