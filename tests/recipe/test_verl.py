"""Engine 2 without verl: the recipes, the reward function that verl calls, and the files that it reads."""

import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest
from tests.helpers.verl_recipe import CLUSTER, GOOD, INFO, score, write_recipe

from longwriter.errors import RunError, Unavailable
from longwriter.rewards import scoring
from longwriter.rewards.base import Verdict
from longwriter.train.recipe import read_recipe
from longwriter.train.verl.advantage import by_group

pytest.importorskip("transformers", reason="the [train] extra is not installed: pip install -e '.[train]'")
pytestmark = pytest.mark.recipe


class Own:
    """A reward of somebody's own, for `module:Class`."""

    answers: list[object] = []  # noqa: RUF012 - the test's own

    def __init__(self, settings) -> None:
        pass

    async def score(self, samples):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return [Verdict(answer, {"said": "so"}) for _ in samples]


def test_every_recipe_of_the_32b_can_be_read():
    found = {p.name: read_recipe(p) for p in sorted(CLUSTER.glob("*.toml"))}
    assert set(found) == {"cpt.toml", "grpo.toml", "reward.toml"}
    g = found["grpo.toml"].grpo
    assert (g.group, g.completion_tokens, g.temperature, g.top_p, g.epsilon, g.beta) == (32, 14_000, 0.8, 1.0, 0.2, 0.0)
    assert (found["grpo.toml"].run.steps, found["grpo.toml"].run.batch % g.group) == (150, 0)
    assert found["cpt.toml"].run.batch == 512
    shares = [s.share for s in found["cpt.toml"].data.sources]
    assert sum(shares) == pytest.approx(1)
    assert shares[-1] == 0.01


def leaves(tree: dict[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Keys with dots, and what stands there."""
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def test_the_launch_gives_whole_paths_and_remakes_the_prompts(tmp_path):
    """With a `python` that only writes down how it was called: workers of Ray live in another folder than the launch."""
    yaml = pytest.importorskip("yaml")
    shutil.copytree(CLUSTER, tmp_path / "recipes" / "zero" / "32b")
    stub = tmp_path / "bin" / "python"
    stub.parent.mkdir()
    stub.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" -- >> "{tmp_path}/calls"\n')
    stub.chmod(0o755)
    env = {"PATH": f"{stub.parent}:{os.environ['PATH']}", "REWARD": "http://other:8001/classify"}
    build = tmp_path / "build" / "zero-32b"
    for _ in range(2):
        subprocess.run(
            ["bash", "recipes/zero/32b/verl.sh", "trainer.nnodes=2"], cwd=tmp_path, env=env, check=True, timeout=60
        )
        (build / "verl" / "train.parquet").touch()
    calls = [call.split("\n") for call in (tmp_path / "calls").read_text().removesuffix("\n--\n").split("\n--\n")]
    data, launch, again, _ = calls
    assert data == again == [f"{tmp_path}/recipes/zero/32b/verl_data.py", f"{build}/verl/grpo.toml", f"{build}/verl"]
    assert read_recipe(build / "verl" / "grpo.toml").grpo.rewards.reward_url == env["REWARD"]
    given = dict(word.lstrip("+").split("=", 1) for word in launch if "=" in word)
    assert given["trainer.nnodes"] == "2"
    stated = dict(leaves(yaml.safe_load((CLUSTER / "verl.yaml").read_text("utf-8"))))
    relative = {key: value for key, value in stated.items() if str(value).startswith(("build/", "recipes/"))}
    assert len(relative) == 5
    moved = {"recipes/zero/32b/grpo.toml": "build/zero-32b/verl/grpo.toml"}  # the copy with the address
    assert {key: given.get(key) for key in relative} == {
        key: f"{tmp_path}/{moved.get(value, value)}" for key, value in relative.items()
    }


def test_the_prompts_are_made_without_trl(tmp_path):
    """verl's environment has none: docs/cluster.md."""
    recipe = write_recipe(tmp_path)
    script = (
        "import runpy, sys; sys.modules['trl'] = None; import longwriter.train.verl.reward; "
        f"sys.path.insert(0, {str(CLUSTER)!r}); sys.argv[0] = 'verl_data.py'; "
        "runpy.run_module('verl_data', run_name='__main__')"
    )
    given = [str(recipe), str(tmp_path / "verl"), "--held-out", "2"]
    done = subprocess.run([sys.executable, "-c", script, *given], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "verl" / "train.parquet").exists()


def test_groups_are_found_by_uid():
    assert by_group(["b", "a", "b", "a"], 2) == [0, 2, 1, 3]
    with pytest.raises(RunError, match=r"3 rollouts of request b.*rollout\.n"):
        by_group(["b", "a", "b", "b"], 2)


def test_a_completion_has_every_reward_and_their_mean(tmp_path):
    recipe = write_recipe(tmp_path)
    good = score(recipe, GOOD)
    assert (good["length"], good["error"]) == (1.0, "")
    assert good["score"] == pytest.approx((good["length"] + good["format"]) / 2)
    assert json.loads(str(good["why"]))["format"]["fault"] == ""
    assert score(recipe, "no tags at all")["score"] == 0.0
    unranged = score(recipe, GOOD, INFO | {"lower": None, "upper": None})
    assert math.isnan(unranged["length"])
    assert unranged["score"] == unranged["format"]


def test_a_reward_that_fails_is_told_and_is_no_number(tmp_path, monkeypatch):
    recipe = write_recipe(tmp_path, objectives=["format", f"{__name__}:Own"])
    name = f"{__name__}:Own"
    monkeypatch.setattr(scoring, "FIRST_WAIT_S", 0.01)
    Own.answers = [None, float("nan"), ValueError("a bug"), Unavailable("nobody there"), 0.25]
    for _ in range(2):
        missing = score(recipe, GOOD)
        assert math.isnan(missing[name])
        assert (missing["score"], missing["error"]) == (missing["format"], "")
    broken = score(recipe, GOOD)
    assert f"the reward {name} broke: ValueError: a bug (test_verl.py:" in str(broken["error"])
    assert math.isnan(broken[name])
    assert score(recipe, GOOD)[name] == 0.25  # waited for
    assert not Own.answers


@pytest.mark.parametrize(
    ("info", "said"),
    [
        ({"id": "r1"}, "extra_info has no request"),
        (INFO | {"lower": 20}, "lower = 20 is above upper = 15"),
        (INFO | {"mode": "loud"}, "extra_info of r1"),
    ],
)
def test_rows_that_are_not_ours_are_told(tmp_path, info, said):
    found = score(write_recipe(tmp_path), GOOD, info)
    assert said in str(found["error"])
    assert math.isnan(found["score"])


def test_a_judge_that_compares_is_refused(tmp_path):
    recipe = write_recipe(tmp_path, objectives=["writing"], rewards={"judge": "fake:"})
    assert "verl rewards each alone" in str(score(recipe, GOOD)["error"])


def test_the_files_that_verl_reads(tmp_path):
    datasets = pytest.importorskip("datasets")
    recipe, out = write_recipe(tmp_path), tmp_path / "verl"
    command = [sys.executable, str(CLUSTER / "verl_data.py"), str(recipe), str(out), "--held-out", "2"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert "4 requests" in done.stdout
    rows = [
        r
        for n in ("train", "val")
        for r in datasets.load_dataset("parquet", data_files=str(out / f"{n}.parquet"))["train"]
    ]
    assert sorted(r["extra_info"]["id"] for r in rows) == [f"r{i}" for i in range(6)]
    by_id = {r["extra_info"]["id"]: r for r in rows}
    assert (by_id["r1"]["extra_info"]["lower"], by_id["r1"]["extra_info"]["upper"]) == (5, 11)
    assert by_id["r5"]["extra_info"]["lower"] is None
    [turn] = by_id["r5"]["prompt"]
    assert "写一首诗" in turn["content"]
    assert "<answer>" in turn["content"]
    assert score(recipe, GOOD, by_id["r1"]["extra_info"])["error"] == ""
    done = subprocess.run([*command[:-1], "6"], capture_output=True, text=True, timeout=300, check=False)
    assert "6 held-out requests of 6" in done.stderr
