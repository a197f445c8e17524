"""The estimate of reinforcement: decoding, memory in both phases and hours against numbers worked by hand."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from longwriter.errors import InputError
from longwriter.train.estimate.memory import Job, memory
from longwriter.train.estimate.recipe import SHAPES, job_of
from longwriter.train.estimate.rl import CORES, RolloutPlan, estimate_rl, kv_bytes
from longwriter.train.estimate.shape import ModelShape
from longwriter.train.estimate.training import GIB, Hardware, hardware, seconds_per_step
from longwriter.train.grpo.settings import GrpoSettings
from longwriter.train.recipe import read_recipe

ROOT = Path(__file__).parents[3]
RECIPE = ROOT / "recipes" / "zero" / "32b" / "grpo.toml"
SMALL = ModelShape(hidden=8, layers=2, heads=2, kv_heads=1, head_dim=4, ffn=16, vocab=10, tied=False)
# 576 weights a layer multiply a token, 80 of the head too: 1,232 of 1,352. Keys and values: 2 x 2 layers x 4 x 2 bytes.
MATRICES, KV = 1232, 32
HW = Hardware(
    name="H", gpus=4, memory=80, reserve=2, tflops=1, tflops32=1, mfu=0.5, hbm=100, link=10, host_link=1, host_memory=1
)
QWEN = ModelShape.of(tomllib.loads(SHAPES.read_text("utf-8"))["qwen2.5-32b"])


def settings(**changes: object) -> GrpoSettings:
    return GrpoSettings.model_validate({"completion_tokens": 100, "group": 4, "vllm": "server"} | changes)


def made(plan: dict[str, object], hw: Hardware = HW, job: dict[str, object] | None = None, **changes: object):
    base = {"sequence": 120, "batch": 16, "steps": 10, "compute_bytes": 2}
    return estimate_rl(SMALL, Job(**base | (job or {})), settings(**changes), RolloutPlan(**{"prompt": 20} | plan), hw)


def test_keys_and_values_by_hand():
    assert kv_bytes(SMALL) == KV
    assert kv_bytes(QWEN) == 2 * 2 * 64 * 8 * 128 == 262_144


def test_decoding_by_hand():
    # 2 engines of one GPU, 8 rollouts each, all at once: 100 steps; each reads 2 x 1,232 bytes and waits 4 ms. Every
    # token reads the keys and values of 20 + 50 tokens on average: 8 x 100 x 70 x 32 bytes. 60 GB/s.
    found = made({"rollout_gpus": 2, "spread": 1})
    assert (found.engines, found.at_once, found.rollouts) == (2, 8, 16)
    by_hand = 100 * (2464 / 60e9 + 0.004) + 8 * 100 * 70 * 32 / 60e9
    assert found.seconds_rollouts == pytest.approx(by_hand, rel=1e-12)
    assert found.rollout_tokens_per_second == pytest.approx(1600 / by_hand)
    shorter = made({"rollout_gpus": 2, "spread": 1, "completion": 60})
    by_hand = 100 * (2464 / 60e9 + 0.004) + 8 * 60 * (20 + 30) * 32 / 60e9  # one of them still goes on to 100
    assert shorter.seconds_rollouts == pytest.approx(by_hand, rel=1e-12)
    slow = HW.model_copy(update={"tflops": 1e-6})  # 1e6 x 0.5 operations a second
    found = made({"rollout_gpus": 2, "spread": 1}, slow)
    assert found.seconds_rollouts == pytest.approx(2 * MATRICES * 800 / 0.5e6)


def test_memory_bounds_what_is_written_at_once():
    # vLLM has 90 %, less weights and 4 GiB; a rollout of 120 tokens has 3,840 bytes. Room for 3 of the 8: 267 steps.
    room = (4 * GIB + 2 * 1352 + 3.5 * 120 * KV) / 0.9 / GIB
    tight = HW.model_copy(update={"memory": room, "reserve": 0})
    found = made({"rollout_gpus": 2, "spread": 1}, tight)
    assert found.at_once == 3
    assert found.seconds_rollouts == pytest.approx(800 / 3 * (2464 / 60e9 + 0.004) + 8 * 100 * 70 * 32 / 60e9)
    none = made({"rollout_gpus": 2, "spread": 1}, tight.model_copy(update={"memory": room - 3 * 120 * KV / 0.9 / GIB}))
    assert none.rollout_short == pytest.approx(60 * KV, rel=1e-4)
    assert none.missing >= none.rollout_short


def test_transformers_writes_batches_to_the_end_of_the_longest():
    # 4 rollouts a GPU, 3 at once: 2 batches of 100 steps, whatever the mean.
    found = made({"completion": 60}, vllm="off", rollout_batch=3)
    by_hand = 200 * (2464 / 60e9 + 0.004) + 4 * 100 * 70 * 32 / 60e9
    assert found.seconds_rollouts == pytest.approx(by_hand, rel=1e-12)
    assert (found.engines, found.at_once, found.seconds_weights) == (4, 3, 0.0)


def test_the_parts_of_a_step_by_hand():
    plan = {"rollout_gpus": 2, "spread": 2, "reward_gpus": 2, "reward_parameters": 1000.0}
    found = made(plan)
    # 16 texts of 100 / 13,000 of 10,000 words, judged and counted one after another; then a model's forward passes
    assert found.seconds_rewards == pytest.approx(16 * 0.115 * 100 / 13_000 + 2 * 1000 * 16 * 120 / (2 * 0.5e12))
    assert found.seconds_weights == pytest.approx(2 * 1352 / (2 * 10e9))
    job = Job(sequence=120, batch=16, steps=10, compute_bytes=2, sample=120)
    two = HW.model_copy(update={"gpus": 2})
    forward = (2 * MATRICES + 4 * 8 * 60 * 2) * 16 * 120 / (2 * 0.5e12)
    assert found.seconds_update == pytest.approx(seconds_per_step(SMALL, job, two) + forward)
    start = made(plan, beta=0.1)
    assert start.seconds_update == pytest.approx(seconds_per_step(SMALL, job, two) + 2 * forward)
    assert start.update.reference == start.update.weights > 0
    again = made(plan, iterations=3)
    assert again.seconds_update == pytest.approx(3 * seconds_per_step(SMALL, job, two) + forward)
    parts = found.seconds_rollouts + found.seconds_rewards + found.seconds_update + found.seconds_weights
    assert found.hours == pytest.approx(10 * parts / 3600)
    assert found.gpu_hours == pytest.approx((4 + 2) * found.hours)


def test_verl_judges_in_its_reward_workers_and_counts_in_one_process():
    workers = re.search(r"^  num_workers: (\d+)", (RECIPE.parent / "verl.yaml").read_text("utf-8"), re.MULTILINE)
    assert workers is not None
    assert int(workers[1]) == CORES["verl"]
    found = made({"engine": "verl"})
    assert found.seconds_rewards == pytest.approx(16 * 100 / 13_000 * (0.1 / 64 + 0.015))


def test_memory_of_both_phases_by_hand():
    job = Job(sequence=120, batch=16, compute_bytes=2, sample=120)
    update = memory(SMALL, job, 4)
    states = 4 * 1352 + 8 * 1352  # weights and moments stay; gradients come and go
    awake = made({}, vllm="colocate", vllm_memory=0.5)
    assert awake.update_needed == pytest.approx(update.device + 2 * GIB + 40 * GIB)
    assert awake.rollout_needed == pytest.approx(states + 2 * 1352 + 6 * GIB + 120 * KV)
    assert awake.cache == pytest.approx(36 * GIB - 2 * 1352)
    asleep = made({"engine": "verl", "spread": 1}, vllm_memory=0.5)
    whole = memory(SMALL, job.model_copy(update={"lean_logits": False}), 4)
    assert asleep.update_needed == pytest.approx(whole.device + 2 * GIB)
    assert asleep.rollout_needed == awake.rollout_needed
    apart = made({"rollout_gpus": 2, "spread": 1})
    assert apart.rollout_needed == pytest.approx(2 * 1352 + 6 * GIB + 120 * KV)


def test_an_engine_spreads_over_as_many_gpus_as_is_fastest():
    recipe = read_recipe(RECIPE)
    job, hw = job_of(recipe), hardware("64xH800")
    plan, own = RolloutPlan(engine="verl"), recipe.grpo.model_copy(update={"vllm_memory": 0.6})
    best = estimate_rl(QWEN, job, own, plan, hw)
    seconds = {
        n: estimate_rl(QWEN, job, own, plan.model_copy(update={"spread": n}), hw).seconds_rollouts for n in (2, 4, 8)
    }
    assert best.seconds_rollouts == min(seconds.values())
    assert best.missing == 0
    one = estimate_rl(QWEN, job, own, plan.model_copy(update={"spread": 1}), hw)
    assert one.missing > 0  # 61 GiB of weights are more than 60 % of 80


def test_the_32b_by_hand():
    # 8 engines of 8, 64 rollouts each: weights of 63.9 GB in 16.1 TB/s, 14,000 times with 4 ms; and 64 x 14,000 x 7,500
    # x 262,144 bytes of keys and values.
    found = estimate_rl(
        QWEN,
        job_of(read_recipe(RECIPE)),
        settings(completion_tokens=14_000, vllm_memory=0.6),
        RolloutPlan(engine="verl"),
        hardware("64xH800"),
    )
    assert (found.engines, found.spread, found.at_once) == (8, 8, 64)
    speed = 8 * 3350e9 * 0.6
    weights = 2 * (QWEN.parameters - QWEN.embedding)
    by_hand = 14_000 * (weights / speed + 0.004) + 64 * 14_000 * 7_500 * 262_144 / speed
    assert found.seconds_rollouts == pytest.approx(by_hand, rel=1e-3)
    assert 200 < by_hand < 250
    whole = 2 + 4 + 4  # bytes of a logit: bfloat16, and float32 with its gradient
    assert found.update.working == 15_500 * 152_064 * whole


def test_trl_never_holds_whole_logits():
    assert made({"rollout_gpus": 2}, job={"lean_logits": False}) == made({"rollout_gpus": 2})


@pytest.mark.parametrize(
    ("plan", "changes", "said"),
    [
        ({}, {}, "--rollout-gpus"),
        ({"rollout_gpus": 2}, {"vllm": "off"}, "only grpo.vllm = server"),
        ({"rollout_gpus": 4}, {}, "leave none of 4"),
        ({"rollout_gpus": 3, "spread": 2}, {}, "no whole engines of 2"),
        ({"rollout_gpus": 1}, {}, "run.batch = 16 rollouts cannot be split over 3"),
    ],
)
def test_gpus_that_cannot_be_laid_out_so(plan, changes, said):
    with pytest.raises(InputError, match=said):
        made(plan, **changes)


def cli(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "longwriter", "train", "estimate", str(RECIPE), *map(str, arguments)]
    command += ["--set", "model.init=Qwen/Qwen2.5-32B"]
    clean = os.environ | {"HF_HUB_OFFLINE": "1"}
    return subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, timeout=120, check=False)


def test_the_command_says_it_all():
    flags = ("--gpus", "64xH800", "--engine", "verl", "--set", "grpo.vllm_memory=0.6", "--price", 2)
    done = cli(*flags, "--completion-tokens", 8000)
    assert done.returncode == 0, done.stderr
    for said in (
        "it fits",
        "8 engines of 8",
        "tokens/s",
        "rollouts  ",
        "update  ",
        "150 steps",
        "costing",
        "8,000 tokens on average",
    ):
        assert said in done.stdout, said
    tree = json.loads(cli(*flags, "--json").stdout)
    parts = ("rollouts", "rewards", "update", "weights")
    assert tree["seconds_per_step"] == pytest.approx(sum(tree[f"seconds_{p}"] for p in parts))
    assert tree["hours"] == pytest.approx(150 * tree["seconds_per_step"] / 3600)
    assert tree["cost"] == pytest.approx(tree["hours"] * 64 * 2)
    with_reward = (*flags, "--reward-gpus", 8)
    tree = json.loads(cli(*with_reward, "--json").stdout)
    assert tree["cost"] == pytest.approx(2 * tree["gpu_hours"]) == pytest.approx(tree["hours"] * 72 * 2)
    assert f"({tree['gpu_hours']:,.1f} GPU-hours, costing {tree['cost']:,.2f})" in cli(*with_reward).stdout
    wrong = cli("--gpus", "64xH800")
    assert wrong.returncode == 2
    assert "--rollout-gpus" in wrong.stderr
