"""What a person says of a book and of how it is set, where its text leaves it open."""

import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from longwriter.characters import whole
from longwriter.export.document import DATE, LANGUAGE, Metadata
from longwriter.types import Record


def _day(date: str) -> str:
    """Raises ValueError for a day that there is not."""
    if date:
        datetime.date.fromisoformat(date)
    return date


Said = Annotated[str, AfterValidator(whole)]
Day = Annotated[str, Field(pattern=f"^$|^{DATE}$"), AfterValidator(_day)]


class ExportSettings(Record):
    """The choices, as `longwriter export` has them; a run keeps them in its book.json."""

    title: Said = ""
    """In place of the text's own."""
    author: tuple[Said, ...] = ()
    language: str = Field(default="", pattern=f"^$|^{LANGUAGE}$")
    """BCP 47, such as en or zh-Hant; "": found out."""
    date: Day = ""
    """YYYY-MM-DD."""
    description: Said = ""
    subjects: tuple[Said, ...] = ()
    rights: Said = ""
    paper: Literal["a4", "a5", "letter"] = "a4"
    """Of PDF and Word."""
    fonts: tuple[str, ...] = ()
    """Font files, or folders of them, that PDF takes before those of the system."""
    references: Literal["notes", "list"] = "notes"
    """How the sources that a text cites are shown: notes, or numbers and a list at its end."""
    contents: bool = True
    """A table of contents."""
    cover: bool = True
    """A cover, where the format has one."""

    def metadata(self, identifier: str = "", date: str = "") -> Metadata:
        """What the person says of the book; `identifier` and `date` where they say none."""
        return Metadata(
            self.title, self.author, self.language, self.date or date, self.description, self.subjects, self.rights, identifier
        )  # fmt: skip
