"""Several processes, several GPUs: what is sharded when, what a step takes, what a checkpoint waits for."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

from tests.helpers.tiny import (  # noqa: E402
    LLAMA,
    LONG,
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
from transformers import TrainingArguments  # noqa: E402

from longwriter.train.method_recipes import Method  # noqa: E402
from longwriter.train.methods.sft import sft  # noqa: E402
from longwriter.train.recipe import read_recipe  # noqa: E402
from longwriter.train.run import weighted  # noqa: E402
from longwriter.train.run.trainer import WeightedTrainer  # noqa: E402

pytestmark = pytest.mark.recipe

ZERO3 = {
    "zero_optimization": {"stage": 3, "stage3_gather_16bit_weights_on_model_save": True},
    "train_batch_size": "auto",
    "train_micro_batch_size_per_gpu": "auto",
    "gradient_accumulation_steps": "auto",
    "gradient_clipping": "auto",
}
ALONE = {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29531"}
"""What torchrun tells the one process that it starts."""
FROM_INIT = {"new": None, "tokenizer": None, "special_tokens": None, "chat_template": None}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tokenizer(tmp_path)
    write_lines(tmp_path / "train.jsonl", conversations(40))
    (tmp_path / "zero3.json").write_text(json.dumps(ZERO3))
    return tmp_path


def launched(script: Path, *arguments: object, processes: int) -> subprocess.CompletedProcess[str]:
    """A script under torchrun."""
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes), str(script)]
    command = [sys.executable, *launch, *map(str, arguments)]
    return subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)


SHARDED_AT_LOAD = """
import sys
from transformers import Trainer
begin = Trainer.__init__
def told(self, model=None, *args, **kwargs):
    print("SEEN", all(hasattr(p, "ds_id") and p.numel() == 0 for p in model.parameters()), flush=True)
    begin(self, model, *args, **kwargs)
Trainer.__init__ = told
from longwriter.cli.main import main
main()
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "method", [pytest.param("pretrain", marks=LONG), "sft", "dpo", pytest.param("reward", marks=LONG)]
)
def test_zero_3_shards_weights_as_they_are_read(folder: Path, method: Method) -> None:
    """Else each process holds a whole model in memory, 128 GB for 32 billion parameters, before it is sharded."""
    pytest.importorskip("deepspeed", reason="needs DeepSpeed: pip install deepspeed")
    model: dict[str, object] = {"new": LLAMA | {"max_position_embeddings": 200}}
    data: dict[str, object] = {}
    if method == "pretrain":
        data = {"sources": [{"kind": "tokens", "path": str(shards(folder / "shards"))}], "held_out_rows": 0}
    if method in ("dpo", "reward"):
        trained("sft", recipe(folder / "s.toml", model=model, run={"steps": 1}), folder / "start")
        model = FROM_INIT | {"init": str(folder / "start")}
        pairs = write_lines(folder / "pairs.jsonl", preferences(24))
        data = {"sources": [{"kind": "messages", "path": str(pairs)}], "max_tokens": 200}
    run = {"steps": 2, "device_batch": 4, "deepspeed": str(folder / "zero3.json")}
    (folder / "probe.py").write_text(SHARDED_AT_LOAD)
    file = recipe(folder / "r.toml", model=model, data=data, run=run)
    command = [sys.executable, str(folder / "probe.py"), "train", method, str(file), "--out", str(folder / "out")]
    done = subprocess.run(command, env=environment() | ALONE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "SEEN True" in done.stdout


class TwoGpus(TrainingArguments):
    """The arguments as transformers makes them where it sees two GPUs."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._n_gpu = 2


def test_one_process_takes_one_of_several_gpus_and_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows: dict[int, int] = {}
    compute = WeightedTrainer.compute_loss

    def counted(self: WeightedTrainer, model: object, inputs: dict[str, torch.Tensor], *args: object, **kw: object):
        rows[self.state.global_step] = rows.get(self.state.global_step, 0) + len(inputs["input_ids"])
        return compute(self, model, inputs, *args, **kw)

    monkeypatch.setattr(weighted, "TrainingArguments", TwoGpus)
    monkeypatch.setattr(WeightedTrainer, "compute_loss", counted)
    said: list[object] = []
    file = recipe(folder / "r.toml", model={"new": LLAMA}, data={"packing": False}, run={"steps": 2})
    sft(read_recipe(file), folder / "out", said.append)
    assert rows == {0: 4, 1: 4}  # run.batch
    assert "one of 2 GPUs is used; all of them: torchrun --nproc-per-node 2 -m longwriter train ..." in said


SLOW_TO_SAVE = """
import time, torch.distributed as dist
from transformers import Trainer
save = Trainer._save_rng_state
def late(self, folder):
    time.sleep(3 * dist.get_rank())
    save(self, folder)
Trainer._save_rng_state = late
from longwriter.cli.main import main
main()
"""


@pytest.mark.slow
def test_a_checkpoint_counts_as_whole_once_every_process_has_written(folder: Path) -> None:
    (folder / "probe.py").write_text(SLOW_TO_SAVE)
    file = recipe(folder / "r.toml", model={"new": LLAMA}, run={"steps": 1, "save_every": 1})
    done = launched(folder / "probe.py", "train", "sft", file, "--out", folder / "out", processes=2)
    assert done.returncode == 0, done.stderr[-3000:]
    checkpoint = folder / "out" / "checkpoint-1"
    last = (checkpoint / "rng_state_1.pth").stat().st_mtime_ns
    assert (checkpoint / "complete").stat().st_mtime_ns >= last


@pytest.mark.slow
@pytest.mark.parametrize(("before", "after"), [(2, 1), pytest.param(1, 2, marks=LONG)])
def test_a_run_goes_on_with_another_number_of_processes(folder: Path, before: int, after: int) -> None:
    run = {"steps": 6, "save_every": 3, "device_batch": 1}
    file = recipe(folder / "r.toml", model={"new": LLAMA}, run=run, optim={"schedule": "cosine"})
    trained("sft", file, folder / "out", processes=before)
    expected = losses(folder / "out")
    shutil.rmtree(folder / "out" / "checkpoint-6")
    trained("sft", file, folder / "out", processes=after)
    assert f"| processes | {after}, " in (folder / "out" / "README.md").read_text()
    assert losses(folder / "out") == pytest.approx(expected, abs=1e-4)


def test_a_checkpoint_of_deepspeed_names_how_many_processes_it_needs(folder: Path) -> None:
    """DeepSpeed's own error comes after the model is there, as a traceback of every process."""
    saved = folder / "out" / "checkpoint-4"
    for rank in range(2):
        states = saved / "global_step4" / f"zero_pp_rank_{rank}_mp_rank_00_optim_states.pt"
        states.parent.mkdir(parents=True, exist_ok=True)
        states.touch()
    (saved / "complete").touch()
    done = train("sft", recipe(folder / "r.toml"), folder / "out")
    assert done.returncode == 2, done.stderr
    said = done.stderr.splitlines()[-1]
    assert "checkpoint-4 was saved by 2 processes, and DeepSpeed goes on with as many alone, not 1" in said
