"""A step that is killed over and over and goes on, on any engine."""

import json
import subprocess
import sys
import time
from pathlib import Path

from tests.helpers.doubling import noted
from tests.helpers.places import ROOT

SCRIPT = """
import sys
from pathlib import Path
from longwriter.steps.engines import open_engine
from longwriter.steps.step import StepRun, run_step
from longwriter.journal import Journal
from tests.helpers.doubling import Double, items
home = Path(sys.argv[1])
worker = Double(home / "log", seconds=0.004)
run = StepRun(Journal(home / "journal.jsonl"), open_engine(sys.argv[2], 8), lambda _: None)
found = run_step("double", items(200), worker, run)
assert [r["double"] for r in found.values()] == [2 * n for n in range(200)]
"""


def kill_and_go_on(home: Path, engine: str, gains: list[int]) -> None:
    """Start over and over, killed after so many new results each, then to the end; nothing is lost, little done twice."""
    journal = home / "journal.jsonl"

    def results() -> int:
        return journal.read_bytes().count(b"\n") if journal.exists() else 0

    for gain in [*gains, 1000]:
        before = results()
        process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(home), engine], cwd=ROOT)
        while process.poll() is None and results() < before + gain:
            time.sleep(0.002)
        if gain < 1000:
            assert process.poll() is None
            process.kill()
        assert process.wait() == (-9 if gain < 1000 else 0)
    entries = [json.loads(line) for line in (home / "journal.jsonl").read_text().splitlines()]
    assert sorted(e["data"]["id"] for e in entries) == sorted(f"i{n}" for n in range(200))
    done = [name for name in noted(home / "log") if name.startswith("i")]
    assert set(done) == {f"i{n}" for n in range(200)}
    # a kill costs what was under way, and, on Ray, what was on its way to the driver
    assert len(done) - 200 <= len(gains) * (8 if engine == "local" else 40)
