"""A recipe on a real Ray of this machine: placed, trained by two processes, and a failure told. Needs the [ray] extra."""

import subprocess
import sys
from pathlib import Path

import pytest

ray = pytest.importorskip("ray", reason="Ray is not installed: pip install -e '.[ray]'")
pytest.importorskip("torch", reason="training needs torch: make test-recipe")

from tests.helpers.places import ROOT  # noqa: E402
from tests.helpers.tiny import QWEN, conversations, environment, recipe, tokenizer, write_lines  # noqa: E402

pytestmark = [pytest.mark.live, pytest.mark.slow]  # two minutes: Ray starts twice, and two processes train


def test_ray_places_what_torchrun_starts(tmp_path: Path) -> None:
    tokenizer(tmp_path)
    write_lines(tmp_path / "train.jsonl", conversations(20))
    recipe(tmp_path / "r.toml", model={"new": QWEN}, run={"batch": 4, "device_batch": 2, "steps": 2})
    here = ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        given = environment() | {"RAY_ADDRESS": here.address_info["gcs_address"]}
        script = [sys.executable, str(ROOT / "recipes" / "cluster" / "on_ray.py"), "--gpus", "0", "--processes", "2"]
        train = ["sft", "r.toml", "build/out", "--set", "run.seed=3"]
        done = subprocess.run(
            [*script, *train], env=given, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, done.stderr[-3000:]
        card = (tmp_path / "build" / "out" / "README.md").read_text()
        assert "| processes | 2, DistributedDataParallel |" in card
        assert "| seed | 3 |" in card
        train[1] = "nowhere.toml"
        failed = subprocess.run(
            [*script, *train], env=given, cwd=tmp_path, capture_output=True, check=False, timeout=300
        )
        assert failed.returncode
    finally:
        ray.shutdown()
