"""What is made of the sentences of a reply under which the process was killed, or that was stopped."""

from pathlib import Path

import pytest
from tests.helpers.making import fake, settings, write_with

from longwriter.journal import Journal
from longwriter.runs.folders import JOURNAL, SETTINGS
from longwriter.text import sentence_ends
from longwriter.writer.records.calls import CallRecord, PartialRecord
from longwriter.writer.records.kinds import note


async def resumed(tmp_path: Path, *, stopped: bool, seeded: bool) -> tuple[str, str, str]:
    """The text of a whole run, the sentences that were kept of its second section, and the text of the run gone on with."""
    chosen = settings(words=1500)
    whole = (await write_with(fake(), chosen, tmp_path / "whole")).text
    entries = list(Journal(tmp_path / "whole" / JOURNAL, read_only=True))
    calls = [e for e in entries if e.kind == "call" and str(e.data["step"]).startswith("section:")]
    under = Journal(None).parsed(calls[1], CallRecord)
    text = under.reply.text[: list(sentence_ends(under.reply.text))[3]]
    (tmp_path / "cut").mkdir()
    (tmp_path / "cut" / SETTINGS).write_bytes((tmp_path / "whole" / SETTINGS).read_bytes())
    journal = Journal(tmp_path / "cut" / JOURNAL)
    for entry in entries[: calls[1].n]:
        journal.append(entry.kind, entry.data)
    note(journal, PartialRecord(step=under.step, role="writer", text=text, stopped=stopped))
    journal.close()
    model = fake()
    model.seeded = seeded
    return whole, text, (await write_with(model, chosen, tmp_path / "cut")).text


async def test_after_a_kill_a_model_that_gives_the_same_again_gives_the_same_text(tmp_path: Path) -> None:
    whole, _, again = await resumed(tmp_path, stopped=False, seeded=True)
    assert again == whole


@pytest.mark.parametrize(("stopped", "seeded"), [(True, True), (False, False), (True, False)])
async def test_else_the_sentences_that_came_are_gone_on_from(tmp_path: Path, *, stopped: bool, seeded: bool) -> None:
    whole, text, again = await resumed(tmp_path, stopped=stopped, seeded=seeded)
    assert text in again
    assert again != whole
