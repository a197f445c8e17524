"""The estimate of a recipe: where its numbers come from, and the command as a person or a script meets it."""

import json
import re
import subprocess
import sys
import tomllib

import pytest
from tests.helpers.estimates import GLM, estimated
from tests.helpers.places import ROOT
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from longwriter.errors import InputError
from longwriter.train.estimate.recipe import job_of, shape_of
from longwriter.train.estimate.training import GIB
from longwriter.train.recipe import ModelSettings, read_recipe

RECIPES = ROOT / "recipes" / "longwriter"


def test_recipes_become_jobs():
    recipe = read_recipe(RECIPES / "sft-8b.toml")
    job = job_of(recipe, epoch_tokens=175e6, sample=940.0)
    assert (job.method, job.strategy, job.offload, job.packed, job.attention) == ("sft", "zero3", "all", True, "flash")
    assert (job.tokens, job.sequence, job.batch, job.weight_bytes, job.compute_bytes) == (7e8, 32_768, 8, 2, 2)
    assert shape_of(recipe.model).parameters == 8_030_261_248
    assert job_of(recipe).tokens is None
    pairs = job_of(read_recipe(RECIPES / "dpo-9b.toml"))
    assert (pairs.method, pairs.packed, pairs.steps) == ("dpo", False, 250)


def test_every_recipe_can_be_estimated():
    found = sorted((ROOT / "recipes").glob("*/*.toml"))
    assert found
    for path in found:
        recipe = tomllib.loads(path.read_text("utf-8"))
        if "run" in recipe:
            assert job_of(read_recipe(path)).sequence > 0


@pytest.mark.parametrize(
    ("tree", "strategy", "offload"),
    [
        ({}, "ddp", "none"),
        ({"zero_optimization": {"stage": 2, "offload_optimizer": {"device": "cpu"}}}, "zero2", "optimizer"),
        ({"zero_optimization": {"stage": 3, "offload_param": {"device": "none"}}}, "zero3", "none"),
        ({"zero_optimization": {"stage": 3, "offload_param": {"device": "nvme"}}}, "zero3", "all"),
    ],
)
def test_deepspeed_files(tmp_path, tree, strategy, offload):
    path = tmp_path / "ds.json"
    path.write_text(json.dumps(tree))
    job = job_of(read_recipe(RECIPES / "sft-8b.toml", {"run": {"deepspeed": str(path)}}))
    assert (job.strategy, job.offload) == (strategy, offload)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not valid JSON"),
        ("[" * 200_000, "not valid JSON"),
        ("[]", "a JSON object"),
        ('{"zero_optimization": {"stage": 4}}', "4"),
    ],
)
def test_deepspeed_files_that_are_none(tmp_path, text, said):
    path = tmp_path / "ds.json"
    path.write_text(text)
    with pytest.raises(InputError, match=said):
        job_of(read_recipe(RECIPES / "sft-8b.toml", {"run": {"deepspeed": str(path)}}))


def test_where_a_models_sizes_come_from(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps(GLM))
    assert shape_of(ModelSettings(init=str(tmp_path))).parameters == 9_399_951_360
    assert shape_of(ModelSettings(init="somebody/model"), tmp_path / "config.json").parameters == 9_399_951_360
    new = {k: v for k, v in GLM.items() if k != "padded_vocab_size"}
    with pytest.raises(InputError, match="vocab_size"):
        shape_of(ModelSettings(new=new, tokenizer="nowhere"))
    vocabulary = Tokenizer(WordLevel({f"word{n}": n for n in range(5000)}, unk_token="word0"))
    vocabulary.save(str(tmp_path / "tokenizer.json"))
    assert shape_of(ModelSettings(new=new, tokenizer=str(tmp_path / "tokenizer.json"))).vocab == 5000
    for name in ("somebody/model", "build/no/such/folder"):
        with pytest.raises(InputError, match="--config"):
            shape_of(ModelSettings(init=name))


def test_the_command_says_it_all():
    flags = ("--epoch-tokens", "175e6", "--sample-tokens", 940, "--price", 2)
    done = estimated(RECIPES / "sft-9b.toml", "--gpus", "8xH800-80GB", *flags)
    assert done.returncode == 0, done.stderr
    for said in (
        "9,399,951,360 parameters, all trained",
        "it fits",
        "tokens/s",
        "2,671 steps",
        "costing",
        "35% of 989",
    ):
        assert said in done.stdout, said
    tree = json.loads(estimated(RECIPES / "sft-9b.toml", "--gpus", "8xH800-80GB", *flags, "--json").stdout)
    assert tree["fits"] is True
    assert tree["hardware"]["gpus"] == 8
    parts = sum(v for k, v in tree["memory"].items() if k != "host")
    assert tree["needed"] == pytest.approx(parts + tree["reserve"])
    assert tree["needed"] < 79.6 * GIB


def test_the_command_says_what_would_help():
    done = estimated(RECIPES / "lora-8b-one-gpu.toml", "--gpus", "RTX4090", "--epoch-tokens", "30e6")
    assert done.returncode == 4, "a script can tell"
    assert done.stderr.rstrip().endswith("lora-8b-one-gpu.toml does not fit on 1 x RTX4090-24GB")
    assert re.search(r" [\d,]+ s per step", done.stdout), "no power of ten"
    assert "does not fit: needs" in done.stdout
    assert "GiB more; try " in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("no.toml", "--gpus", "H100"), "cannot read no.toml"),
        (("recipes/longwriter/sft-8b.toml", "--gpus", "8xTPU"), "expected such as 8xH100-80GB"),
        (("recipes/longwriter/sft-8b.toml", "--gpus", "3xH100"), "cannot be split over 3 GPUs"),
        (("recipes/longwriter/sft-8b.toml",), "--gpus"),
        (("recipes/longwriter/sft-8b.toml", "--gpus", "8xH100", "--config", "none.json"), "cannot read none.json"),
        (("recipes/longwriter/sft-8b.toml", "--gpus", "8xH100", "--set", "model.init=no/model"), "--config"),
        (("recipes/longwriter/sft-8b.toml", "--gpus", "8xH100", "--set", "run.speed=1"), "run.speed: no such setting"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments, said):
    done = estimated(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert said in done.stderr.strip().splitlines()[-1]


def test_the_estimate_needs_no_torch():
    code = "import sys, longwriter.cli.train.estimate; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "transformers", "datasets"} & set(loaded)
