"""What a method cannot combine is refused as the recipe is read: by `train METHOD` and `train estimate` alike."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from longwriter.errors import InputError
from longwriter.train.method_recipes import RECIPES, Method, for_method
from longwriter.train.recipe import dotted, read_recipe

ROOT = Path(__file__).parents[3]
SOURCES = {
    "pretrain": '{kind = "tokens", path = "shards"}',
    "sft": '{kind = "messages", path = "rows"}',
    "dpo": '{kind = "messages", path = "pairs"}',
    "reward": '{kind = "messages", path = "pairs"}',
    "grpo": '{kind = "prompts", path = "prompts"}',
}
ZERO3 = '{"zero_optimization": {"stage": 3}}'


def recipe(folder: Path, method: Method) -> Path:
    """A recipe that the method takes."""
    (folder / "zero3.json").write_text(ZERO3)
    (folder / "r.toml").write_text(
        f"""[model]
init = "Qwen/Qwen2.5-32B"
[data]
max_tokens = 2000
sources = [{SOURCES[method]}]
[run]
batch = 8
steps = 10
"""
    )
    return folder / "r.toml"


REFUSED: list[tuple[Method, tuple[str, ...], str]] = [
    ("pretrain", ('data.sources=[{kind = "messages", path = "rows"}]',), "pretraining takes token shards"),
    ("pretrain", ('data.sources=[{kind = "prompts", path = "rows"}]',), "pretraining takes token shards"),
    ("pretrain", ('data.sources=[{kind = "tokens", path = "shards", share = 0}]',), "every share is 0"),
    ("pretrain", ("run.epochs=2.0",), "run.epochs: a mixture by shares has no epochs"),
    ("sft", ('data.sources=[{kind = "tokens", path = "a"}, {kind = "messages", path = "b"}]',), "takes messages"),
    ("dpo", ('data.sources=[{kind = "prompts", path = "a"}]',), 'preferences are of kind "messages"'),
    ("dpo", ("optim.name=muon",), "optim.name = muon: preferences are learnt with adamw"),
    ("dpo", ("data.too_long=cut",), "data.too_long = cut: a preference between pieces means nothing"),
    ("dpo", ("dpo.loss_weights=[1.0, 0.5]",), "loss_weights: 2 given for 1 losses"),
    ("reward", ("optim.name=muon",), "preferences are learnt with adamw"),
    ("reward", ("data.too_long=split",), "data.too_long = split: a preference between pieces means nothing"),
    ("grpo", ('data.sources=[{kind = "messages", path = "a"}]',), 'reinforcement takes requests: kind = "prompts"'),
    ("grpo", ("data.too_long=split",), "data.too_long = split: a request is not cut"),
    ("grpo", ("optim.name=muon",), "grpo trains with adamw"),
    ("grpo", ("run.tokens=1e6",), "run.tokens: grpo counts steps or epochs"),
    ("grpo", ("grpo.group=3",), "run.batch = 8 rollouts are no whole groups of grpo.group = 3"),
    ("grpo", ("grpo.iterations=3",), "run.save_every = 500: checkpoints fall between rollouts"),
    ("grpo", ("grpo.completion_tokens=2000",), "leave no room for a prompt"),
    ("grpo", ("grpo.vllm=server",), "grpo.vllm = server: give its address"),
    (
        "grpo",
        ("grpo.vllm_enable_sleep_mode=true",),
        "grpo.vllm_enable_sleep_mode: is for grpo.vllm = colocate, and it is off",
    ),
    ("grpo", ("grpo.vllm=colocate", "grpo.vllm_group_port=51217"), "grpo.vllm_group_port: is for grpo.vllm = server"),
    ("grpo", ("grpo.vllm=colocate", "grpo.vllm_clip_max=2"), "nothing is weighted with grpo.vllm_correction = off"),
    (
        "grpo",
        ("grpo.vllm=colocate", "grpo.vllm_max_model_length=1999"),
        "cannot hold prompt and rollout of data.max_tokens",
    ),
    ("grpo", ("grpo.kl_every=3", "grpo.iterations=2"), "grpo.kl_every = 3: it is measured with new rollouts"),
    ("grpo", ('data.sources=[{kind = "prompts", path = "p", share = 0}]',), "p: share is for pretraining"),
    ("grpo", ("run.fsdp=true",), "run.fsdp: sharded weights cannot generate"),
    ("grpo", ("model.lora={dropout = 0.1}",), "model.lora.dropout"),
    ("grpo", ("run.deepspeed=zero3.json", "grpo.kl_every=5"), "run.deepspeed: stage 3 would shard a model"),
    ("grpo", ("run.deepspeed=zero3.json", "grpo.rewards.reward_model=r"), "run.deepspeed: stage 3 would shard a model"),
    ("pretrain", ("optim.name=muon", "run.fsdp=true"), "optim.name = muon: it needs whole matrices"),
    ("sft", ("optim.name=muon", "run.deepspeed=zero3.json"), "optim.name = muon: it needs whole matrices"),
    ("sft", ("model.quantize=nf4",), "quantize: weights of 4 bits cannot move"),
    (
        "sft",
        ("model.quantize=nf4", "model.lora={}", "run.deepspeed=zero3.json"),
        "model.quantize: weights of 4 bits are not shared out",
    ),
    (
        "grpo",
        ("model.quantize=nf4", "model.lora={}", "grpo.vllm=colocate"),
        "model.quantize: vLLM cannot be given adapters",
    ),
    ("sft", ("run.context_parallel=2", "run.cpu=true"), "run.context_parallel: GPUs share the rows"),
    ("pretrain", ("run.context_parallel=2",), "run.context_parallel: needs run.fsdp"),
    (
        "pretrain",
        ("run.context_parallel=2", "run.fsdp=true", "model.attention=eager"),
        "run.context_parallel: its attention is sdpa",
    ),
    ("sft", ("run.context_parallel=2", "run.fsdp=true"), "run.context_parallel: samples of a pack"),
    ("dpo", ("run.context_parallel=2", "run.fsdp=true"), "run.context_parallel: only pretraining and fine-tuning"),
    (
        "grpo",
        ("run.context_parallel=2", "run.fsdp=true", "grpo.vllm=colocate"),
        "run.context_parallel: only pretraining and fine-tuning",
    ),
    ("grpo", ("run.activation_offload=true",), "run.activation_offload: TRL has none for grpo"),
    ("sft", ("run.report_to=['csv']",), "run.report_to"),
    ("sft", ("run.seed=-1",), "run.seed"),
    ("sft", ("optim.betas=[0.9, 2]",), "optim.betas"),
    ("dpo", ("dpo.loss=['sigmoids']",), "dpo.loss"),
    ("sft", ("run.push=me",), "run.push"),
]


@pytest.mark.parametrize(("method", "settings", "said"), REFUSED)
def test_a_method_refuses_what_it_cannot_combine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: Method, settings: tuple[str, ...], said: str
) -> None:
    file = recipe(tmp_path, method)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as refused:
        for_method(read_recipe(file, dotted(settings)), method, str(file))
    assert str(refused.value).startswith(f"{file}: ")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_model_of_random_weights_is_no_start_for_preferences_nor_for_a_penalty(tmp_path: Path) -> None:
    new = {"model": {"new": {"model_type": "llama"}, "tokenizer": "t.json"}}
    for method, settings, said in (
        ("reward", {}, "learnt by a language model's weights"),
        ("dpo", {}, "model.init: preferences"),
        ("grpo", {"beta": 0.1}, "grpo.beta"),
    ):
        file = recipe(tmp_path, method)
        file.write_text(file.read_text().replace('init = "Qwen/Qwen2.5-32B"', ""))
        with pytest.raises(InputError, match=said):
            for_method(read_recipe(file, new | {"grpo": settings}), method)


@pytest.mark.parametrize("method", RECIPES)
def test_what_a_method_takes_is_the_same_recipe(tmp_path: Path, method: Method) -> None:
    """A run folder holds the recipe as JSON: checking it for a method must not change it."""
    plain = read_recipe(recipe(tmp_path, method))
    checked = for_method(plain, method)
    assert checked.model_dump_json() == plain.model_dump_json()
    assert checked.model_fields_set == plain.model_fields_set
    assert for_method(checked, method) is checked


def test_every_recipe_of_the_repository_is_taken_by_its_method() -> None:
    taken = {"cpt": "pretrain", "pretrain": "pretrain", "sft": "sft", "dpo": "dpo", "reward": "reward", "grpo": "grpo"}
    seen = 0
    for path in sorted((ROOT / "recipes").glob("**/*.toml")):
        text = path.read_text("utf-8")
        for word, method in taken.items():
            if f"longwriter train {word} recipes" in text or path.stem.split("-")[0] == word:
                for_method(read_recipe(path), method)
                seen += 1
    assert seen >= 12


def command(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    given = [sys.executable, "-m", "longwriter", "train", *map(str, arguments)]
    clean = os.environ | {"HF_HUB_OFFLINE": "1"}
    return subprocess.run(given, cwd=folder, env=clean, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "settings", "said"), [REFUSED[3], REFUSED[4], REFUSED[7], REFUSED[17]], ids=lambda value: str(value)[:20]
)
def test_training_and_estimate_refuse_alike(
    tmp_path: Path, method: Method, settings: tuple[str, ...], said: str
) -> None:
    file = recipe(tmp_path, method)
    given = [part for setting in settings for part in ("--set", setting)]
    trained = command(method, file, "--out", tmp_path / "out", *given, folder=tmp_path)
    estimated = command("estimate", file, "--gpus", "8xH800", "--method", method, *given, folder=tmp_path)
    for done in (trained, estimated):
        assert done.returncode == 2, done.stderr
        assert said in done.stderr.splitlines()[-1]
        assert "Traceback" not in done.stderr
    assert trained.stderr.splitlines()[-1] == estimated.stderr.splitlines()[-1]
    assert not (tmp_path / "out").exists()


def test_verl_is_not_bound_by_what_trl_cannot_do(tmp_path: Path) -> None:
    file = recipe(tmp_path, "grpo")
    flags = ("estimate", file, "--gpus", "64xH800", "--set", "run.fsdp=true", "--set", "run.batch=64", "--json")
    assert "sharded weights cannot generate" in command(*flags, folder=tmp_path).stderr
    done = command(*flags, "--engine", "verl", "--set", "grpo.vllm_memory=0.6", folder=tmp_path)
    assert done.returncode == 4, done.stderr  # it counts; the recipe's model does not fit
    assert json.loads(done.stdout)["seconds_per_step"] > 0


def test_a_recipe_is_refused_before_torch_is_imported(tmp_path: Path) -> None:
    code = "import sys, longwriter.cli.train.run, longwriter.train.method_recipes; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "transformers", "datasets", "trl"} & set(loaded)


@pytest.mark.parametrize("held", ["{", "[]", '{"zero_optimization": {"stage": "3"}}'])
def test_a_damaged_deepspeed_file_is_refused_before_torch(tmp_path: Path, held: str) -> None:
    (tmp_path / "zero.json").write_text(held)
    whole = read_recipe(
        recipe(tmp_path, "grpo"), dotted((f"run.deepspeed={tmp_path / 'zero.json'}", "grpo.kl_every=5"))
    )
    with pytest.raises(InputError, match=r"zero.json: "):
        for_method(whole, "grpo")
