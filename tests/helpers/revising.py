"""A run with faults in it, and models that mend them or do harm."""

import re
from collections.abc import Callable
from pathlib import Path

from longwriter.api.runs import Run
from longwriter.models.fake import FakeModel
from longwriter.types import Request

COPIED = "The harbour lay quiet in the early light, and the boats were drawn up along the shingle."
NEW = "The wind came up from the south that night, and nobody on the quay had seen its like."
CUT, WHOLE = "She put it in her apron and went", "She put it in her apron and went on."
DRAFT = f"""# The Harbour

## One

{COPIED} Marta walked down to the water with the lamp in her hand and counted the nets, as her father had
taught her. Nobody spoke to her
on the way, for it was Sunday and the chapel was full.

She had been waiting for the letter from the shipping office since the first week of March. {CUT}

## Two

In the evening the men came home with empty holds. They said the herring had gone north, beyond the banks, where the water
was colder. Marta listened from the stair and did not believe a word of it.

{COPIED} Old Peter sat by the stove and mended a basket with willow that he had cut himself in the autumn.
"""
MENDED = DRAFT[::-1].replace(COPIED[::-1], NEW[::-1], 1)[::-1].replace(CUT, WHOLE)
_PASSAGE = re.compile(r"<(?:passage|段落)[\w-]*>\n(.*?)\n</", re.S)


def imported(home: Path, text: str = DRAFT) -> Run:
    """A run whose sections are those of a draft."""
    draft = home / "draft.md"
    draft.write_bytes(text.encode())
    return Run.import_draft(draft, runs=home / "runs", outline=False, model="fake:")


def passage(request: Request) -> str:
    """What a request wants to have again."""
    found = _PASSAGE.search(request.messages[-1].content)
    assert found
    return found[1]


def right(request: Request) -> str:
    """The right edit of what `DRAFT` has."""
    return passage(request).replace(COPIED, NEW).replace(CUT, WHOLE)


def mender(answer: Callable[[Request], str] = right) -> FakeModel:
    return FakeModel.scripted(answer)
