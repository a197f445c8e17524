"""How a text is set, where its format leaves a choice."""

from typing import Literal

from longwriter.types import Record


class ExportSettings(Record):
    """The choices, as `longwriter export` has them."""

    paper: Literal["a4", "a5", "letter"] = "a4"
    """Of PDF and Word."""
    fonts: tuple[str, ...] = ()
    """Font files, or folders of them, that PDF takes before those of the system."""
    contents: bool = True
    """A table of contents."""
    cover: bool = True
    """A cover, where the format has one."""
