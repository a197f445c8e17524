"""Training runs as a user starts them: they learn, go on exactly after a kill, and name what is wrong."""

import json
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
from safetensors.torch import load_file  # noqa: E402
from tests.helpers.tiny import (  # noqa: E402
    LLAMA,
    QWEN,
    conversations,
    environment,
    losses,
    preferences,
    recipe,
    shards,
    tokenizer,
    train,
    trained,
    write_lines,
)
from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: E402

from longwriter.train.data.tables import read_table  # noqa: E402

pytestmark = pytest.mark.recipe


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tokenizer(tmp_path)
    write_lines(tmp_path / "train.jsonl", conversations(40))
    write_lines(tmp_path / "held.jsonl", conversations(10, seed=9))
    return tmp_path


def sources(folder: Path) -> list[dict[str, object]]:
    """A mixture of two."""
    return [
        {"kind": "tokens", "path": str(shards(folder / "shards")), "share": 0.9, "name": "text"},
        {"kind": "tokens", "path": str(shards(folder / "more")), "share": 0.1},
    ]


def test_pretraining_learns_and_its_weights_open_in_transformers(folder: Path) -> None:
    file = recipe(
        folder / "r.toml",
        data={"max_tokens": 64, "sources": sources(folder), "held_out_rows": 4},
        optim={"name": "muon", "lr": 0.01, "schedule": "wsd", "warmup": 2},
        run={"batch": 8, "device_batch": 4, "steps": 60, "log_every": 10, "evaluate_every": 30},
        model={"chat_template": None},
    )
    done = train("pretrain", file, folder / "out")
    assert done.returncode == 0, done.stderr
    found = losses(folder / "out")
    assert found[60] < found[1] - 1.5
    entries = [json.loads(line) for line in (folder / "out" / "log.jsonl").read_text().splitlines()]
    assert {"eval_text_loss", "eval_more_loss"} <= {k for e in entries for k in e}
    assert (folder / "out" / "curves.png").stat().st_size > 5000
    assert str(file) in (folder / "out" / "README.md").read_text()
    model = AutoModelForCausalLM.from_pretrained(folder / "out").eval()
    ids = np.load(folder / "shards" / "held-00000.npy")[:40].astype(int)
    with torch.no_grad():
        likeliest = model(torch.from_numpy(ids)[None]).logits[0, :-1].argmax(-1).numpy()
    assert (likeliest == 4 + (ids[:-1] - 3) % 60).mean() > 0.8  # the successor, in nine of ten places of the text


@pytest.mark.parametrize("method", ["pretrain", "sft"])
def test_a_killed_run_goes_on_with_the_same_losses(folder: Path, method: str) -> None:
    data = {"max_tokens": 64, "sources": sources(folder), "held_out_rows": 0} if method == "pretrain" else {}
    file = recipe(
        folder / "r.toml",
        data=data,
        optim={"name": "muon" if method == "pretrain" else "adamw", "schedule": "cosine"},
        run={"steps": 40, "save_every": 8},
    )
    trained(method, file, folder / "whole")
    command = [sys.executable, "-m", "longwriter", "train", method, str(file), "--out", str(folder / "killed")]
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not list((folder / "killed").glob("checkpoint-*/complete")) and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (folder / "killed" / "model.safetensors").exists(), "the kill came too late to test anything"
    half = folder / "killed" / "checkpoint-999"
    shutil.copytree(next((folder / "killed").glob("checkpoint-*/complete")).parent, half)
    (half / "complete").unlink()  # what a kill in the middle of saving leaves: never gone on from
    trained(method, file, folder / "killed")
    whole, killed = losses(folder / "whole"), losses(folder / "killed")
    assert list(killed) == list(whole) == list(range(1, 41))
    assert killed == pytest.approx(whole, abs=1e-4)
    assert not half.exists()


def test_sft_teaches_the_model_to_stop(folder: Path) -> None:
    file = recipe(
        folder / "r.toml",
        data={
            "sources": [
                {"kind": "messages", "path": str(folder / "train.jsonl"), "held_out": str(folder / "held.jsonl")}
            ]
        },
        run={"steps": 60, "evaluate_every": 30, "log_every": 10},
    )
    done = train("sft", file, folder / "out")
    assert done.returncode == 0, done.stderr
    found = losses(folder / "out")
    assert found[60] < found[1] - 1.5
    told = json.loads((folder / "out" / "data.json").read_text())["train"]
    assert told["samples"] == 40
    assert told["lost_samples"] == 0
    assert told["target_tokens"] < told["tokens"]
    tok = AutoTokenizer.from_pretrained(folder / "out")
    assert (
        tok.apply_chat_template([{"role": "user", "content": "hi"}], tokenize=False, add_generation_prompt=True)
        == "<|user|>hi<|write|>"
    )


@pytest.mark.parametrize("policy", ["drop", "cut", "split", "refuse"])
def test_what_is_too_long_is_dropped_cut_split_or_refused_and_counted(folder: Path, policy: str) -> None:
    file = recipe(folder / "r.toml", data={"max_tokens": 60, "too_long": policy}, run={"steps": 1})
    done = train("sft", file, folder / "out")
    if policy == "refuse":
        assert done.returncode == 2
        assert "sample" in done.stderr
        return
    assert done.returncode == 0, done.stderr
    told = json.loads((folder / "out" / "data.json").read_text())["train"]
    assert told["too_long"] > 0
    assert (told["lost_samples"] > 0) == (policy == "drop")
    assert (told["lost_tokens"] > 0) == (policy != "split")


@pytest.mark.parametrize(("shape", "lora"), [(QWEN, None), (LLAMA, None), (QWEN, {"rank": 4})])
def test_dpo_prefers_the_chosen_side(folder: Path, shape: dict[str, object], lora: dict[str, object] | None) -> None:
    file = recipe(folder / "s.toml", model={"new": shape | {"max_position_embeddings": 200}}, run={"steps": 5})
    trained("sft", file, folder / "sft")
    write_lines(folder / "pairs.jsonl", preferences(24))
    file = recipe(
        folder / "d.toml",
        model={
            "init": str(folder / "sft"),
            "new": None,
            "tokenizer": None,
            "special_tokens": None,
            "chat_template": None,
            "lora": lora,
        },
        data={"sources": [{"kind": "messages", "path": str(folder / "pairs.jsonl")}], "max_tokens": 200},
        optim={"lr": 0.005},
        run={"steps": 20, "save_every": 10},
    )
    done = train("dpo", file, folder / "dpo")
    assert done.returncode == 0, done.stderr
    entries = [json.loads(line) for line in (folder / "dpo" / "log.jsonl").read_text().splitlines()]
    accuracy = [e["rewards/accuracies"] for e in entries if "rewards/accuracies" in e]
    assert sum(accuracy[-5:]) / 5 > 0.9
    weights = folder / "dpo" / ("adapter_model.safetensors" if lora else "model.safetensors")
    before = weights.read_bytes()
    trained("dpo", file, folder / "dpo")  # the same command again has nothing left to do
    assert weights.read_bytes() == before
    if lora:
        from_it = {"init": str(folder / "dpo"), "new": None}
        done = train("sft", recipe(folder / "r.toml", model=from_it, run={"steps": 1}), folder / "next")
        assert done.returncode == 2, done.stderr
        assert "model.init is a LoRA adapter" in done.stderr.splitlines()[-1], done.stderr


BAD = {
    "unknown key": ({"run": {"stepz": 3}}, "run.stepz: no such setting"),
    "two lengths": ({"run": {"epochs": 1.0}}, "one of tokens, epochs and steps"),
    "no template": ({"model": {"chat_template": None}}, "chat template"),
    "no such data": ({"data": {"sources": [{"kind": "messages", "path": "nowhere.jsonl"}]}}, "nowhere.jsonl"),
    "uneven batch": ({"run": {"batch": 3}}, "run.batch = 3"),
    "no such weights": ({"model": {"init": "nowhere", "new": None}}, "nowhere"),
    "nothing fits": ({"data": {"max_tokens": 5}}, "no sample is left"),
    "sharded on a CPU": ({"run": {"fsdp": True}}, "run.fsdp needs GPUs"),
    "two of a name": (
        {"data": {"sources": [{"kind": "messages", "path": f"{name}/rows.jsonl"} for name in "ab"]}},
        "two are called 'rows' in reports",
    ),
    "few positions": (
        {"model": {"new": LLAMA | {"max_position_embeddings": 100}}},
        "data.max_tokens = 128: the model has 100 positions",
    ),
    "bad shape": ({"model": {"new": {"model_type": "no_such_type"}}}, "no_such_type"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_recipes_are_named_and_leave_nothing(folder: Path, name: str) -> None:
    tables, message = BAD[name]
    done = train("sft", recipe(folder / "r.toml", **tables), folder / "out")
    assert done.returncode == 2, done.stderr
    assert message in done.stderr.splitlines()[-1], done.stderr
    assert "Traceback" not in done.stderr
    assert not list(folder.glob("out/*.safetensors"))


def test_a_run_that_was_refused_may_be_given_other_settings(folder: Path) -> None:
    uneven = train("sft", recipe(folder / "r.toml", run={"batch": 3}), folder / "out")
    assert uneven.returncode == 2, uneven.stderr
    trained("sft", recipe(folder / "r.toml", run={"steps": 1}), folder / "out")


BAD_DATA = {
    "wrong columns": ('{"instruction": "a", "output": "b"}\n', "no column messages, nor prompt and completion"),
    "empty": ("", "empty"),
    "no assistant": ('{"messages": [{"role": "user", "content": "a"}]}\n', "row 0"),
    "not JSON": ("{nonsense\n", "train.jsonl"),
}


@pytest.mark.parametrize("name", BAD_DATA)
def test_bad_data_is_named(folder: Path, name: str) -> None:
    content, message = BAD_DATA[name]
    (folder / "train.jsonl").write_text(content)
    done = train("sft", recipe(folder / "r.toml"), folder / "out")
    assert done.returncode == 2, done.stderr
    assert message in done.stderr.splitlines()[-1], done.stderr


def test_a_data_set_built_anew_in_its_folder_is_read_anew(folder: Path) -> None:
    built = folder / "built"
    built.mkdir()
    (built / "README.md").write_text("---\nconfigs:\n- config_name: default\n  data_files: train.parquet\n---\n")
    for count in (3, 5):
        pq.write_table(pa.Table.from_pylist(conversations(count)), built / "train.parquet")
        assert len(read_table(str(built))) == count


def test_a_loss_that_is_no_number_stops_the_run_and_keeps_the_checkpoint(folder: Path) -> None:
    """Reports are rare here: what is no number must not reach a checkpoint between them."""
    run = {"steps": 30, "save_every": 1, "log_every": 20}
    file = recipe(folder / "r.toml", optim={"lr": 1e30, "max_grad_norm": 1e30}, run=run)
    done = train("sft", file, folder / "out")
    assert done.returncode == 2, done.stderr
    assert "the gradient is nan at step" in done.stderr.splitlines()[-1]
    assert not (folder / "out" / "model.safetensors").exists()
    whole = [p.parent for p in folder.glob("out/checkpoint-*/complete")]
    assert whole
    for checkpoint in whole:
        weights = load_file(checkpoint / "model.safetensors")
        assert all(torch.isfinite(w).all() for w in weights.values())


@pytest.mark.parametrize(
    "limit", [60_000, 110_000]
)  # bytes of a file: less than the weights; than the optimizer's state
def test_a_full_disk_is_named_and_what_is_whole_goes_on(folder: Path, limit: int) -> None:
    file = recipe(folder / "r.toml", run={"steps": 6, "save_every": 2})
    command = [sys.executable, "-m", "longwriter", "train", "sft", str(file), "--out", str(folder / "out")]
    full = subprocess.run(
        command,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert full.returncode == 2, full.stderr[-2000:]
    assert "make room, then run the same command again" in full.stderr.splitlines()[-1]
    trained("sft", file, folder / "out")
    assert list(losses(folder / "out")) == [1, 2, 3, 4, 5, 6]


def test_other_settings_or_other_data_do_not_go_on(folder: Path) -> None:
    file = recipe(folder / "r.toml", run={"steps": 2})
    trained("sft", file, folder / "out")
    changed = train("sft", file, folder / "out", "--set", "run.seed=5")
    assert changed.returncode == 2
    assert "run.seed" in changed.stderr
    write_lines(folder / "train.jsonl", conversations(41))
    other = train("sft", file, folder / "out")
    assert other.returncode == 2
    assert "other data" in other.stderr


def test_two_processes_are_two_and_wrapped(folder: Path) -> None:
    """Launchers fall back to one process without a word: the card says what was."""
    file = recipe(folder / "r.toml", run={"steps": 1})
    trained("sft", file, folder / "out", processes=2)
    assert "| processes | 2, DistributedDataParallel |" in (folder / "out" / "README.md").read_text()


FULLY_SHARDED = """
import json, sys, torch, torch.distributed as dist
from pathlib import Path
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor
from longwriter.train.recipe import read_recipe
from longwriter.train.data.rows import collate, pack_rows
from longwriter.train.data.tokenised import tokenised
from longwriter.train.data.tokenizer import open_tokenizer
from longwriter.train.run.setup import open_model
from longwriter.train.run.trainer import log_probs
recipe = read_recipe(Path(sys.argv[1]))
tokenizer = open_tokenizer(recipe.model)
data = {"all": tokenised(recipe.data.sources[0].path, tokenizer, cache=recipe.data.cache)}
rows, _ = pack_rows(data, 128, "drop", packing=True, by_sequence=False, seed=0)
def loss(model):
    batch = collate([rows[i] for i in range(4)])
    weights = batch.pop("weights")[:, 1:]
    lost = -(log_probs(model, batch, lean=True) * weights).sum() / weights.sum()
    lost.backward()
    return lost.item()
plain, sharded = open_model(recipe, tokenizer), open_model(recipe, tokenizer)
dist.init_process_group("gloo")
mesh = init_device_mesh("cpu", (2,))
for layer in sharded.model.layers:
    fully_shard(layer, mesh=mesh)
fully_shard(sharded, mesh=mesh)
spread = sum(isinstance(p, DTensor) for p in sharded.parameters()), sum(1 for _ in sharded.parameters())
expected, found = loss(plain), loss(sharded)
grads = {n: p.grad for n, p in plain.named_parameters()}
worst = max((p.grad.full_tensor() - grads[n]).abs().max().item() for n, p in sharded.named_parameters())
if dist.get_rank() == 0:
    print("SEEN", json.dumps([dist.get_world_size(), *spread, expected, found, worst]))
dist.destroy_process_group()
"""


def test_the_loss_is_the_same_fully_sharded(folder: Path) -> None:
    """FSDP2 by torch alone: accelerate's shards nothing on a CPU."""
    (folder / "sharded.py").write_text(FULLY_SHARDED)
    file = recipe(folder / "r.toml", run={"lean_logits": True}, model={"new": QWEN})
    launch = [
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node",
        "2",
        str(folder / "sharded.py"),
        str(file),
    ]
    done = subprocess.run([sys.executable, *launch], env=environment(), capture_output=True, text=True, check=False)
    seen = [json.loads(line[5:]) for line in done.stdout.splitlines() if line.startswith("SEEN")]
    assert seen, done.stderr[-2000:]
    world, spread, parameters, expected, found, worst = seen[0]
    assert (world, spread) == (2, parameters)
    assert found == pytest.approx(expected, abs=1e-5)
    assert worst < 1e-5


@pytest.mark.parametrize("stage", [2, 3])
def test_zero_shards_over_two_processes_and_has_the_losses_of_plain_data_parallel(folder: Path, stage: int) -> None:
    pytest.importorskip("deepspeed", reason="needs DeepSpeed: pip install deepspeed")
    saved = {"stage3_gather_16bit_weights_on_model_save": True}
    zero = {"train_batch_size": "auto", "train_micro_batch_size_per_gpu": "auto"}
    zero["zero_optimization"] = {"stage": stage} | saved
    (folder / "zero.json").write_text(
        json.dumps(zero | {"gradient_accumulation_steps": "auto", "gradient_clipping": "auto"})
    )
    trained("sft", recipe(folder / "b.toml", run={"steps": 1}, model={"new": QWEN}), folder / "begin")
    begin = {"new": None, "init": str(folder / "begin")}  # stage 3 draws random weights in pieces, so others
    file = recipe(folder / "r.toml", run={"steps": 5}, model=begin)
    trained("sft", file, folder / "ddp", processes=2)
    sharded = recipe(folder / "z.toml", run={"steps": 5, "deepspeed": str(folder / "zero.json")}, model=begin)
    done = train("sft", sharded, folder / "zero", processes=2)
    assert done.returncode == 0, done.stderr[-3000:]
    assert losses(folder / "zero") == pytest.approx(losses(folder / "ddp"), abs=1e-3)
    assert "| processes | 2, DeepSpeedEngine |" in (folder / "zero" / "README.md").read_text()
    whole, gathered = (load_file(folder / name / "model.safetensors") for name in ("ddp", "zero"))
    assert {name: gathered[name].shape for name in whole} == {name: weight.shape for name, weight in whole.items()}
