"""An edit of a revision is taken back once, also where what it put there is a part of what it replaced."""

from pathlib import Path

import pytest
from tests.helpers.revising import imported

from longwriter.errors import InputError
from longwriter.writer.records.revised import Mending
from longwriter.writer.revising.outcomes import edit_of, take_back
from longwriter.writer.stored import editing

BEFORE = "# One\n\nIt rained all day. Suddenly Tom left the house. Nobody saw him go.\n"


def test_an_edit_that_left_a_word_out_is_taken_back_once(tmp_path: Path) -> None:
    run = imported(tmp_path, BEFORE)
    with editing(run.folder) as session:
        was = session.document.texts[0]
        text = was.replace("Suddenly Tom", "Tom")
        entry = session.manuscript.note(
            edit_of(session, 0, text, "revised", Mending(finding="1.1:0.0", start=26, shift=-9))
        )
        session.document.put(0, text)
        take_back(session, entry)
        assert session.document.texts[0] == was
        with pytest.raises(InputError, match="the passage has changed since"):
            take_back(session, entry)
        assert session.document.texts[0] == was
