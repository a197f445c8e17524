"""GRPO as a user starts it: exact advantages, a reward that rises, resumption, and everything that can go wrong."""

import json
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

from tests.helpers.tiny import QWEN, environment, losses, norms, train, trained  # noqa: E402
from tests.helpers.tiny_grpo import PLANTED, log, made, prompts, recipe_of, run  # noqa: E402, F401

from longwriter.errors import InputError, RunError, SetupError  # noqa: E402
from longwriter.train.rollouts.store import Rollout, read_steps  # noqa: E402
from longwriter.train.run.log import TrainingProgress  # noqa: E402

pytestmark = pytest.mark.recipe


def test_a_planted_reward_rises_and_everything_is_kept(folder: Path) -> None:
    seen: list[TrainingProgress | str] = []
    steps = run(
        folder,
        seen.append,
        optim={"lr": 0.03},
        run={"batch": 32, "device_batch": 32, "steps": 24},
        grpo={"group": 8, "objectives": ["length", PLANTED + "Planted"], "kl_every": 1},
    )
    key = f"rewards/{PLANTED}Planted/mean"
    entries = log(folder)
    assert entries[-1][key] > entries[0][key] + 0.25
    assert entries[-1]["entropy"] < entries[0]["entropy"] - 0.2
    assert entries[0]["kl"] == pytest.approx(0, abs=1e-5)
    assert entries[-1]["kl"] > 0.1
    assert [len(s) for s in steps] == [32] * 24
    assert {(r.step, r.group) for s in steps for r in s} == {(s, g) for s in range(1, 25) for g in range(4)}
    means = [statistics.mean(r.rewards[PLANTED + "Planted"] for r in s) for s in steps]
    assert means == pytest.approx([e[key] for e in entries], abs=1e-5)
    assert [statistics.mean(r.answer_words for r in s) for s in steps] == pytest.approx(
        [e["answer_words"] for e in entries], abs=1e-5
    )
    asked = [s[i].id for s in steps[:11] for i in range(0, 32, 8)]
    assert all(sorted(asked[i : i + 11]) == sorted(str(n) for n in range(1, 12)) for i in (0, 11, 22, 33))
    assert (folder / "out" / "curves.png").stat().st_size > 20_000
    assert (folder / "out" / "model.safetensors").exists()
    last = seen[-1]
    assert isinstance(last, TrainingProgress)
    assert (last.entry.step, last.steps) == (24, 24)
    assert set(last.entry.values) >= {"loss", key, "cut"}


EXACT = """
import json, sys
from pathlib import Path
import torch
from longwriter.train.grpo import grpo as module
from longwriter.train.recipe import read_recipe
class Seen(module.GroupTrainer):
    def _compute_loss(self, model, inputs):
        rank = self.accelerator.process_index
        with Path(sys.argv[2], f"used-{rank}.jsonl").open("a") as file:
            for ids, mask, a in zip(inputs["completion_ids"], inputs["completion_mask"], inputs["advantages"]):
                text = self.sampling.text(ids[mask.bool()].tolist(), self.eos_token_ids)
                file.write(json.dumps([self.state.global_step + 1, text, a.item()]) + "\\n")
        return super()._compute_loss(model, inputs)
module.GroupTrainer = Seen
module.grpo(read_recipe(Path(sys.argv[1])), Path(sys.argv[2], "out"), lambda entry: None)
"""


def by_hand(rollouts: list[Rollout]) -> list[float]:
    """The paper's formula, in plain Python."""
    groups: dict[int, list[Rollout]] = defaultdict(list)
    for r in rollouts:
        groups[r.group].append(r)
    out = []
    for r in rollouts:
        parts = []
        for name, value in r.rewards.items():
            if value is None:
                continue
            others = [o.rewards[name] for o in groups[r.group] if o.rewards[name] is not None]
            std = statistics.stdev(others) if len(others) > 1 else 0
            parts.append((value - statistics.mean(others)) / std if std else 0.0)
        out.append(statistics.mean(parts) if parts else 0.0)
    return out


@pytest.mark.parametrize(("processes", "overlong"), [(1, "mask"), (2, "keep")])
def test_the_loss_uses_exactly_the_papers_advantages(
    folder: Path, processes: int, overlong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "exact.py").write_text(EXACT)
    monkeypatch.setenv("PLANTED_SPY", str(folder / "spy"))
    objectives = ["length", PLANTED + "Spy", PLANTED + "Long"]
    # three rollouts a process: groups lie across processes
    file = recipe_of(
        folder,
        run={"batch": 12, "device_batch": 3, "steps": 2},
        data={"max_tokens": 190},
        grpo={"objectives": objectives, "group": 4, "overlong": overlong, "completion_tokens": 150},
    )
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"] if processes == 2 else []
    done = subprocess.run(
        [sys.executable, *launch, str(folder / "exact.py"), str(file), str(folder)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    used = [json.loads(line) for p in folder.glob("used-*.jsonl") for line in p.read_text().splitlines()]
    assert len(list(folder.glob("used-*.jsonl"))) == processes
    missing = 0
    for step, rollouts in read_steps(folder / "out"):
        formula = [0.0 if overlong == "mask" and r.cut else a for r, a in zip(rollouts, by_hand(rollouts), strict=True)]
        assert 0 < sum(r.cut for r in rollouts) < len(rollouts)
        assert any(formula)
        assert [r.advantage for r in rollouts] == pytest.approx(formula, abs=1e-9)
        # what was cut is masked, its text empty: left out on both sides
        expected = sorted(
            (r.completion, a) for r, a in zip(rollouts, formula, strict=True) if not (overlong == "mask" and r.cut)
        )
        found = sorted((text, a) for s, text, a in used if s == step and text)
        assert [text for text, _ in found] == [text for text, _ in expected if text]
        assert [a for _, a in found] == pytest.approx([a for text, a in expected if text], abs=1e-6)
        whole = sorted(a for s, _, a in used if s == step)
        assert whole == pytest.approx(sorted(formula), abs=1e-6)
        missing += sum(r.rewards[PLANTED + "Long"] is None for r in rollouts)
    assert missing > 0
    asked = [line.split() for line in (folder / "spy").read_text().splitlines()]
    assert [n for n, _ in asked] == ["12", "12"]
    assert len({pid for _, pid in asked}) == 1


def test_a_killed_run_goes_on_with_the_same_rollouts(folder: Path) -> None:
    tables: dict[str, dict[str, object]] = {
        "run": {"steps": 14, "save_every": 4},
        "grpo": {"iterations": 2, "objectives": ["length", PLANTED + "Planted"]},
    }
    file = recipe_of(folder, **tables)
    whole = train("grpo", file, folder / "whole")
    assert whole.returncode == 0, whole.stderr[-3000:]
    command = [sys.executable, "-m", "longwriter", "train", "grpo", str(file), "--out", str(folder / "killed")]
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while len(list((folder / "killed" / "rollouts").glob("*.jsonl"))) < 6 and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (folder / "killed" / "model.safetensors").exists(), "the kill came too late to test anything"
    for path in (folder / "killed" / "rollouts").glob("*.jsonl"):
        if int(path.stem) > 8:
            path.write_text("what the kill left")
    again = train("grpo", file, folder / "killed")
    assert again.returncode == 0, again.stderr[-3000:]
    before, after = (list(read_steps(folder / name)) for name in ("whole", "killed"))
    assert [n for n, _ in before] == [1, 3, 5, 7, 9, 11, 13]
    assert before == after
    assert list(losses(folder / "killed")) == list(range(1, 15))
    assert losses(folder / "killed") == pytest.approx(losses(folder / "whole"), abs=1e-4)
    assert norms(folder / "killed") == pytest.approx(norms(folder / "whole"), abs=1e-4)
    assert any(abs(loss) > 1e-4 for loss in losses(folder / "whole").values())
    tokens = [e["tokens"] for e in log(folder, "killed")]
    assert tokens == [e["tokens"] for e in log(folder, "whole")]
    assert tokens[0] == tokens[1] < tokens[2]


def test_a_reward_endpoint_may_die_and_come_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    def serve(port: int) -> HTTPServer:
        server = HTTPServer(("127.0.0.1", port), Answer)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    servers = [serve(0)]
    port = servers[0].server_address[1]
    monkeypatch.setenv("PLANTED_URL", f"http://127.0.0.1:{port}/")
    lines: list[str] = []

    def tell(entry: TrainingProgress | str) -> None:
        if isinstance(entry, str):
            lines.append(entry)
            threading.Timer(1.5, lambda: servers.append(serve(port))).start()  # after a second attempt in vain
        elif entry.entry.step == 2:
            servers[0].shutdown()
            servers[0].server_close()

    steps = run(folder, tell, grpo={"objectives": [PLANTED + "Served"]})
    servers[-1].shutdown()
    servers[-1].server_close()
    assert len(steps) == 3
    assert len(lines) == 1, "told once"
    assert f"127.0.0.1:{port}" in lines[0]
    assert [e.get("waited", 0) for e in log(folder)] == [0, 0, 3]
    assert all(r.rewards[PLANTED + "Served"] is not None for s in steps for r in s)


def test_nan_is_a_missing_value_and_counted(folder: Path) -> None:
    name = PLANTED + "SometimesNan"
    steps = run(folder, grpo={"objectives": [name, PLANTED + "Planted"]}, run={"steps": 1})
    missing = [r for r in steps[0] if r.rewards[name] is None]
    assert 0 < len(missing) < 16
    assert log(folder)[0][f"rewards/{name}/missing"] == pytest.approx(len(missing) / 16, abs=1e-5)
    assert missing[0].why[name]["failure"] == "the reward gave nan"
    assert missing[0].advantages[name] is None
    assert missing[0].advantage == pytest.approx(missing[0].advantages[PLANTED + "Planted"])


BREAKS = {
    "Nan": (RunError, "the reward tests.helpers.planted:Nan gave no score for any of 16 rollouts"),
    "Broken": (RunError, r"tests.helpers.planted:Broken broke: ZeroDivisionError: of my own making \(planted.py:"),
    "WrongKey": (SetupError, "the key of the scoring server is refused"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_reward_that_breaks_stops_the_run_and_is_named(folder: Path, name: str) -> None:
    kind, message = BREAKS[name]
    with pytest.raises(kind, match=message):
        run(folder, grpo={"objectives": [PLANTED + name]}, run={"save_every": 1})
    whole = sorted(p.parent.name for p in (folder / "out").glob("checkpoint-*/complete"))
    assert whole == (["checkpoint-1", "checkpoint-2"] if name == "WrongKey" else [])
    assert not (folder / "out" / "model.safetensors").exists()


def test_a_run_without_spread_stops_as_collapsed(folder: Path) -> None:
    with pytest.raises(RunError, match="collapsed at step 2: in no group of 2 steps did rewards differ"):
        run(folder, grpo={"objectives": [PLANTED + "Same"], "collapse_after": 2}, run={"save_every": 1})
    assert log(folder)[0]["flat"] == 1
    assert log(folder)[0][f"rewards/{PLANTED}Same/std"] == 0
    assert (folder / "out" / "checkpoint-1" / "complete").exists()


def test_a_collapse_is_counted_across_a_stop(folder: Path) -> None:
    def stop(entry: TrainingProgress | str) -> None:
        if isinstance(entry, TrainingProgress) and entry.entry.step == 3:
            raise KeyboardInterrupt

    tables: dict[str, dict[str, object]] = {
        "grpo": {"objectives": [PLANTED + "Same"], "collapse_after": 4},
        "run": {"save_every": 1, "steps": 9},
    }
    with pytest.raises(KeyboardInterrupt):
        run(folder, stop, **tables)
    assert not (folder / "out" / "checkpoint-3").exists()
    with pytest.raises(RunError, match="collapsed at step 4: in no group of 4 steps"):
        run(folder, **tables)


def test_a_run_under_the_entropy_floor_stops_as_collapsed(folder: Path) -> None:
    with pytest.raises(RunError, match=r"collapsed at step 3: the entropy was below grpo.entropy_floor = 99 for 3"):
        run(folder, grpo={"entropy_floor": 99.0, "collapse_after": 3}, run={"steps": 5})


def test_cut_rollouts_are_masked_punished_or_kept(folder: Path) -> None:
    objectives = {"objectives": ["length"], "overlong": "punish"}
    rollouts = run(folder, run={"steps": 1}, grpo=objectives)[0]
    assert any(r.cut for r in rollouts)
    for r in rollouts:
        assert r.rewards["length"] == (0 if r.cut else min(1, r.answer_words / 3)) or r.answer_words > 8


def test_masked_rollouts_teach_nothing_and_tell_nothing(folder: Path) -> None:
    """Of a step that is cut as a whole there is no advantage and no entropy; of one in part, only the rest counts."""
    grpo: dict[str, object] = {"overlong": "mask", "collapse_after": 2}
    with pytest.raises(RunError, match="collapsed at step 2: in no group of 2 steps did rewards differ"):
        run(folder, grpo=grpo | {"completion_tokens": 1, "entropy_floor": 1.0})
    rollouts = [r for _, step in read_steps(folder / "out") for r in step]
    assert all(r.cut and r.advantage == 0 for r in rollouts)
    assert log(folder)[0]["flat"] == 1
    assert "entropy" not in log(folder)[0]
    found = {}
    for overlong in ("mask", "keep"):
        grpo = {"overlong": overlong, "completion_tokens": 150}
        file = recipe_of(folder, run={"steps": 1, "device_batch": 1}, grpo=grpo, data={"max_tokens": 190})
        trained("grpo", file, folder / overlong)
        found[overlong] = log(folder, overlong)[0]
    assert 0 < found["mask"]["cut"] < 1
    assert found["mask"]["entropy"] == pytest.approx(found["keep"]["entropy"], rel=0.1)


def test_a_prompt_that_is_too_long_is_dropped_and_counted_or_refused(folder: Path) -> None:
    rows = [{"id": str(i), "prompt": f"Write {i} words.", "lower": 3, "upper": 8} for i in range(4)]
    prompts(folder, [*rows, {"id": "long", "prompt": "very " * 100, "lower": 3, "upper": 8}])
    steps = run(folder, run={"steps": 1})
    assert {r.id for r in steps[0]} <= set("0123")
    told = json.loads((folder / "out" / "data.json").read_text())["prompts"]
    assert (told["prompts"], told["too_long"]) == (4, 1)
    with pytest.raises(InputError, match=r"row 4: the prompt has .* tokens; data.max_tokens = 48 less"):
        run(folder, data={"too_long": "refuse"})


DTYPES = """
import json, sys
from pathlib import Path
from longwriter.train.grpo import grpo as module
from longwriter.train.recipe import read_recipe
seen = []
class Seen(module.Sampling):
    def _batch(self, model, *more):
        hooks = [m.register_forward_hook(lambda m, i, o: seen.append(str(o.dtype))) for n, m in model.named_modules()
                 if n.endswith("q_proj")]
        try:
            return super()._batch(model, *more)
        finally:
            [hook.remove() for hook in hooks]
class Kept(module.GroupTrainer):
    def _compute_loss(self, model, inputs):
        self.trained = sum(p.requires_grad for p in model.parameters())
        Path(sys.argv[2], "seen.json").write_text(json.dumps([sorted(set(seen)), self.trained]))
        return super()._compute_loss(model, inputs)
module.Sampling, module.GroupTrainer = Seen, Kept
module.grpo(read_recipe(Path(sys.argv[1])), Path(sys.argv[2], "out"), lambda entry: None)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("bf16", "dtype"), [(True, "torch.bfloat16"), (False, "torch.float32")])
def test_rollouts_of_adapters_are_computed_as_the_run_says(folder: Path, bf16: bool, dtype: str) -> None:
    """generate() of an adapter's model does not pass through the forward that accelerate casts."""
    (folder / "dtypes.py").write_text(DTYPES)
    file = recipe_of(
        folder, run={"steps": 1, "bf16": bf16}, model={"new": QWEN, "lora": {"rank": 2, "targets": ["q_proj"]}}
    )
    command = [sys.executable, str(folder / "dtypes.py"), str(file), str(folder)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads((folder / "seen.json").read_text()) == [[dtype], 4], "two adapters' matrices a layer, and no more"
