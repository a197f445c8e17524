"""longwriter ledger: what is shown, and facts that go out as TOML and come back."""

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.helpers.command import longwriter_here as lw

from longwriter.api.runs import Run
from longwriter.checks.ledger.records import LedgerFact
from longwriter.errors import SettingError
from longwriter.writer.outcome.ledger import RunLedger
from longwriter.writer.revision.user_facts import as_toml, facts_of

BLUE = "Mary Gray had blue eyes. Tom came in and sat down with Mary Gray. She said nothing, and Mary Gray went out."


@pytest.fixture
def run(tmp_path: Path) -> Path:
    done = lw("write", "Write 800 words on tea", "--section-words", 200, "--model", "fake", "--run", "r", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    Run.open("r", tmp_path / "runs").edit(1, BLUE)
    return tmp_path


def test_facts_go_out_are_changed_and_come_back(run: Path) -> None:
    done = lw("ledger", "r", "--export", "facts.toml", cwd=run)
    assert done.returncode == 0, done.stderr
    file = run / "facts.toml"
    assert tomllib.loads(file.read_text("utf-8")) == {}  # all are the text's, behind comment signs
    assert "# section 1: Mary Gray had blue eyes." in file.read_text("utf-8")
    again = lw("ledger", "r", "--export", "facts.toml", cwd=run)
    assert again.returncode == 2
    assert "there already" in again.stderr
    ours = ("# [[", "# subject =", "# relation =", "# value =")
    changed = [line.removeprefix("# ").replace("blue", "green") if line.startswith(ours) else line
               for line in file.read_text("utf-8").splitlines()]  # fmt: skip
    file.write_text("\n".join(changed), "utf-8")
    shown = lw("ledger", "r", "--edit", "facts.toml", cwd=run)
    assert shown.returncode == 0, shown.stderr
    assert "Mary Gray, eyes: green [yours]" in shown.stdout
    assert 'Mary Gray, eyes: blue [section 1, by rule]: "Mary Gray had blue eyes."' in shown.stdout
    assert "contradiction (colour), sections 1" in shown.stdout
    found = json.loads(lw("ledger", "r", "--json", cwd=run).stdout)
    assert RunLedger.model_validate(found) == Run.open("r", run / "runs").ledger()
    assert [fact["source"] for fact in found["facts"]].count("user") == 1
    out = lw("ledger", "r", "--export", "-", cwd=run).stdout
    assert tomllib.loads(out) == {"fact": [{"subject": "Mary Gray", "relation": "eyes", "value": "green"}]}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[fact]\nsubject = 1", "line 1"),
        ('[[fact]]\nsubject = "Mary"', "fact.0.relation"),
        ('[[facts]]\nsubject = "Mary"', "facts: no such setting"),
        ("fact = 3", "fact: 3 is not a list"),
        ("fact = " + "[" * 2000, "facts.toml"),
        ("\x00", "facts.toml"),
        ('[[fact]]\nsubject = "M"\nrelation = "eyes"\nvalue = "x"\nuntil = -1', "fact.0.until"),
        ('[[fact]]\nsubject = "M"\nrelation = "age"\nvalue = "old as hills"', "is not a number of years"),
        ('[[fact]]\nsubject = "M"\nrelation = "born"\nvalue = "31 February 1990"', "is not a year or a day"),
        ('[[fact]]\nsubject = "M"\nrelation = "number:rooms"\nvalue = "many"', "is not a number"),
        ('[[fact]]\nsubject = "M"\nrelation = "dead"\nvalue = "maybe"', "is not dead or alive"),
        (
            "".join(
                f'[[fact]]\nsubject = "M"\nrelation = "eyes"\nvalue = "{colour}"\n' for colour in ("blue", "green")
            ),
            "blue and green cannot both be so",
        ),
    ],
)
def test_a_file_edited_into_nonsense_is_a_named_error_and_nothing_is_lost(run: Path, text: str, says: str) -> None:
    mine = Run.open("r", run / "runs")
    mine.set_facts([{"subject": "Mary", "relation": "eyes", "value": "green"}])
    before = (mine.folder / "journal.jsonl").read_bytes()
    (run / "facts.toml").write_text(text, "utf-8")
    done = lw("ledger", "r", "--edit", "facts.toml", cwd=run)
    assert (done.returncode, done.stdout) == (2, "")
    assert "facts.toml" in done.stderr
    assert says in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert (mine.folder / "journal.jsonl").read_bytes() == before
    assert (run / "facts.toml").read_text("utf-8") == text
    assert lw("ledger", "r", "--edit", "nowhere.toml", cwd=run).returncode == 2


WORDS = st.text(min_size=1, max_size=60)


@given(st.lists(st.tuples(WORDS, WORDS, WORDS, st.none() | st.integers(1, 999)), max_size=5))
def test_any_facts_come_back_from_their_file_as_they_are(said: list[tuple[str, str, str, int | None]]) -> None:
    rows = [dict(zip(("subject", "relation", "value", "until"), row, strict=True)) for row in said]
    try:
        facts = facts_of({"fact": rows}, "test")
    except SettingError:  # one of them is whitespace alone
        return
    found = LedgerFact(
        subject="a", relation="b", value="c\n\x7f]]", section=1, quote='He said:\r\n"""\x85\x07\n[[fact]]', end=3
    )
    file = as_toml(RunLedger(facts=(*facts, found)))
    assert facts_of(tomllib.loads(file), "test") == facts
