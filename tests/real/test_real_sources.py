"""`longwriter write --sources` with the small model: what it cites is true, whatever it writes beside it."""

import json

import pytest
from tests.helpers.desk import Desk

from longwriter.text import count_words

pytestmark = pytest.mark.real

ASKED = "Write a report on rye in the valley of the Wend."
SMALL = ("--model", "gguf:smollm2")
MILL = """# The river mill

The river mill was built in 1884 by Ada Brown on the bank of the Wend. Millers of the valley ground 3,500 sacks of rye there in
an ordinary year. A flood of the Wend carried the wheel of the mill away in the spring of 1902.
"""
BREAD = """# Bread of the valley

Rye bread was baked in the oven of the village every Friday morning. Bakers sold some 900 loaves on market days to people of the
hills. A tax on salt made bread dear for a family without any land of its own.
"""


def test_a_report_cites_its_sources_truly(desk: Desk) -> None:
    for name, text in (("mill.md", MILL), ("bread.md", BREAD)):
        (desk.folder / "papers").mkdir(exist_ok=True)
        (desk.folder / "papers" / name).write_text(text, "utf-8")
    done = desk.run("write", ASKED, "--words", 250, "--sources", "papers", "--run", "rye", *SMALL, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert abs(report["written"] / 250 - 1) <= 0.15
    text = (desk.folder / "runs" / "rye" / "draft.md").read_text("utf-8")
    assert {"The river mill", "Bread of the valley"} == {s["title"] for s in report["sections"]}
    assert {mark for mark in ("[s1]", "[s2]") if mark in text} == {"[s1]", "[s2]"}
    assert all(said.partition("”")[0] in " ".join(f"{MILL} {BREAD}".split()) for said in text.split("“")[1:])
    quoted = sum(count_words(said.partition("”")[0]) for said in text.split("“")[1:])
    assert quoted < 0.7 * count_words(text)
    checked = desk.run("check", "rye", "--only", "citations")
    assert checked.returncode == 0, checked.stdout
