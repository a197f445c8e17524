"""Processes that wait for a reward outlast a short timeout, and do not outlast a peer that died."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: make test-recipe")

from tests.helpers.tiny import environment

pytestmark = [pytest.mark.recipe, pytest.mark.slow]

SCRIPT = """
import sys, time
from datetime import timedelta
from accelerate import PartialState
from longwriter.train.run.signs import from_main_process
state = PartialState(cpu=True, timeout=timedelta(seconds=3))
def work():
    time.sleep(7)
    return "scored"
begun = time.monotonic()
try:
    print(state.process_index, from_main_process(work, 2, state.process_index, float(sys.argv[1])), flush=True)
except RuntimeError as error:
    print(state.process_index, "gave up after", round(time.monotonic() - begun), flush=True)
state.destroy_process_group()
"""


DEAD = """
import sys, time
from longwriter.train.run import signs
def dead(*_):
    raise RuntimeError("Connection closed by peer")
signs.broadcast_object_list = dead
begun = time.monotonic()
try:
    signs.from_main_process(lambda: time.sleep(60), 2, 0, 0.2)
except RuntimeError as error:
    print(error, "after", int(time.monotonic() - begun))
"""


def test_nobody_waits_for_a_reward_once_a_peer_is_dead() -> None:
    done = subprocess.run(
        [sys.executable, "-c", DEAD], env=environment(), capture_output=True, text=True, check=True, timeout=40
    )
    assert done.stdout == "Connection closed by peer after 0\n"


@pytest.mark.parametrize(("every_s", "said"), [("0.5", "1 scored"), ("60", "1 gave up after")])
def test_a_sign_of_life_keeps_the_others_waiting(tmp_path: Path, every_s: str, said: str) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    launch = [
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node",
        "2",
        str(tmp_path / "script.py"),
        every_s,
    ]
    done = subprocess.run(
        [sys.executable, *launch], env=environment(), capture_output=True, text=True, check=False, timeout=120
    )
    assert said in done.stdout, done.stderr[-2000:]
    assert ("0 scored" in done.stdout) == (every_s == "0.5")
