"""All runs of docs/lab.md and docs/zero.md on one GPU in some nine minutes, many processes side by side.

Run: python recipes/zero/gpu/run.py --base build/gpu/smollm2 --data build/gpu/data --work build/gpu/work --out DIR
Tasks begin when what they need is done and memory is free; small models leave most of a GPU idle, so that side by side
costs little. Reinforcement ends by the clock, then everything is asked. What is not done in time is ended; what was made is in
--work, and what is worth keeping in --out. `--rehearse` makes every task tiny: for a CPU, and to see that all of it runs.
"""

import argparse
import lzma
import os
import subprocess
import sys
import tarfile
import time
from dataclasses import dataclass
from pathlib import Path

from safetensors.torch import load_file, save_file

HERE = Path(__file__).parent
SEEDS = (7, 8, 9)
BETAS = (0.05, 0.1, 0.5)
ROOM = {
    "ladder": 26,
    "writer": 30,
    "rm": 24,
    "plain-rl": 10,
    "plain-st": 10,
    "plain-t": 10,
    "plain": 18,
    "think-rl": 10,
}
ROOM |= {"think": 20, "sections-7": 18, "best": 12, "": 10}
"""GiB of memory that tasks whose names begin so may take, the first that fits: measured on an H200, with some to spare."""
ASKING_S = 100
"""What the questions at the end need."""


@dataclass
class Task:
    """One process."""

    name: str
    command: list[str]
    needs: tuple[str, ...] = ()
    room: int = 10
    """GiB of the GPU's memory."""
    process: subprocess.Popen[bytes] | None = None
    begun: float = 0.0
    code: int | None = None


class Plan:
    """The tasks of a whole run."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.base, self.data, self.work = args.base, args.data, args.work
        self.small, self.only = args.rehearse, args.only
        self.until = time.time() + args.seconds - ASKING_S * (0.3 if args.rehearse else 1)
        self.tasks: list[Task] = []

    def add(self, name: str, *command: object, needs: tuple[str, ...] = ()) -> None:
        """One more."""
        room = next(gib for start, gib in ROOM.items() if name.startswith(start))
        self.tasks.append(Task(name, [sys.executable, *map(str, command)], needs, room))

    def script(self, name: str, script: str, *given: object, needs: tuple[str, ...] = ()) -> None:
        """A program of this folder."""
        self.add(name, HERE / script, *given, needs=needs)

    def train(self, name: str, method: str, settings: dict[str, object], needs: tuple[str, ...] = ()) -> None:
        """One training of the product."""
        recipe = HERE / f"{method}.toml"
        told = self._told({"model.init": self.base} | settings)
        self.add(name, "-m", "longwriter", "train", method, recipe, "--out", self.work / name, *told, needs=needs)

    def tune(
        self, name: str, data: list[Path], seed: int, epochs: float, needs: tuple[str, ...] = (), **other: object
    ) -> None:
        """One fine-tuning."""
        sources = ", ".join(f'{{kind = "messages", path = "{p}", name = "{p.name}"}}' for p in data)
        length = {"run.steps": 2} if self.small else {"run.epochs": epochs}
        settings = {"data.sources": f"[{sources}]", "run.seed": seed, **length, **other}
        self.train(name, "sft", settings, needs)

    def reinforce(
        self, name: str, prompts: str, init: Path, seed: int, needs: tuple[str, ...], **other: object
    ) -> None:
        """One reinforcement, until the clock ends it."""
        settings = {
            "model.init": init, "run.seed": seed, "grpo.rewards.reward_model": self.work / "rm",
            "data.sources": f'[{{kind = "prompts", path = "{self.data / prompts}"}}]', **other,
        }  # fmt: skip
        if self.small:
            settings |= {"run.batch": 16, "grpo.completion_tokens": 24, "run.steps": 2}
        out = ["--out", self.work / name, "--until", self.until]
        self.script(name, "reinforce.py", HERE / "grpo.toml", *out, *self._told(settings), needs=needs)

    def ask(self, name: str, requests: str, models: dict[str, Path], needs: tuple[str, ...], *given: object) -> None:
        """Samples of models."""
        told = [a for n, folder in models.items() for a in ("--model", f"{n}={folder}")]
        more = ["--most", 24, "--samples", 1, "--rows", 8] if self.small else given
        where = ["--requests", self.data / f"test/{requests}.jsonl", "--out", self.work / f"texts/{name}.jsonl"]
        self.script(name, "ask.py", "--base", self.base, *where, *told, *more, needs=needs)

    def _told(self, settings: dict[str, object]) -> list[str]:
        return [a for k, v in settings.items() for a in ("--set", f"{k}={v}")]

    def everything(self) -> list[Task]:
        """All of it: what others wait for first, then reinforcement, which takes all the time that there is."""
        w, d = self.work, self.data
        self.rewards(w, d)
        self.lab(w, d)
        self.writer(w, d)
        where = ["--device", "cpu" if self.small == "cpu" else "cuda", "--seconds", 3 if self.small else 60]
        self.add("ntk", HERE.parents[1] / "ntk/ntk.py", *where, "--out", w / "ntk.json", needs=("mix",))
        return [t for t in self.tasks if not self.only or t.name in self.only]

    def rewards(self, w: Path, d: Path) -> None:
        """The reward model, reinforcement with and without thinking, best of eight, preferences; and their questions."""
        held = f'[{{kind = "messages", path = "{d / "pairs"}", held_out = "{d / "pairs/held"}"}}]'
        self.train("rm", "reward", {"data.sources": held} | ({"run.epochs": 0.02} if self.small else {}))
        self.tune("cold", [d / "cold"], 7, 4.0)
        self.merge("cold")
        plains = [f"plain-{s}" for s in SEEDS]
        for seed in SEEDS:
            self.reinforce(f"plain-{seed}", "plain", self.base, seed, ("rm",))
        tags = {
            "grpo.prompt": d / "think.txt",
            "grpo.mode": "think",
            "grpo.completion_tokens": 640,
            "data.max_tokens": 1024,
        }
        self.reinforce("think-7", "plain", w / "cold-merged", 7, ("rm", "cold-merged"), **tags)
        plain = f'data.sources=[{{kind = "prompts", path = "{d / "plain"}"}}]'
        given = ["--base", self.base, "--prompts", 8 if self.small else 768, "--out", w / "best"]
        given += ["--set", plain, "--set", f"grpo.rewards.reward_model={w / 'rm'}"]
        given += ["--set", "grpo.completion_tokens=24"] if self.small else []
        self.script("best", "bestof.py", HERE / "grpo.toml", *given, needs=("rm",))
        self.tune("bestsft", [w / "best/best"], 7, 2.0, ("best",))
        for beta in BETAS:
            self.prefer(f"dpo-{beta}", "pairs", beta)
        self.prefer("dpo-shuffled", "pairs-shuffled", 0.1)
        tuned = ["bestsft", *(f"dpo-{b}" for b in BETAS), "dpo-shuffled"]
        self.ask("plain-start", "plain", {"start": self.base}, ("rm",), "--samples", 8, "--most", 640)
        self.ask("plain-tuned", "plain", {n: w / n for n in tuned}, tuple(tuned), "--most", 640)
        self.ask("plain-rl", "plain", {n: w / n for n in plains}, tuple(plains), "--most", 640)
        self.ask("ladder-rl", "ladder", {n: w / n for n in plains}, tuple(plains), "--most", 2600, "--samples", 2)
        self.after("think", "cold", "--most", 800)

    def lab(self, w: Path, d: Path) -> None:
        """What was seen in fine-tuning bounds what is written: docs/lab.md."""
        few = ["--limit", 2] if self.small else []
        limits = ["--least-words", 500, "--shortest", 900, "--section-words", 150, "--skip-failed"]
        model = ["--model", f"graph:{self.base}", "--concurrency", 128]
        self.script("aw", "batched.py", "data", "agentwrite", d / "aw.jsonl", *model, *limits, "--out", w / "aw", *few)
        self.script("mix", "mix.py", w / "aw", "--out", w / "mix", needs=("aw",))
        for seed in (0, 1):
            for cap in (100, 300):
                self.tune(f"cap{cap}-{seed}", [d / f"cap{cap}"], seed, 3.0)
            for name in ("long", "control"):
                long = d / "cap100" if self.small else w / "mix" / name  # a random model's texts are all filtered out
                self.tune(f"{name}-{seed}", [d / "cap300", long], seed, 3.0, ("mix",))
        names = [f"{name}-{seed}" for name in ("cap100", "cap300", "long", "control") for seed in (0, 1)]
        models = {n: w / n for n in names}
        first, then = dict(list(models.items())[:4]), dict(list(models.items())[4:])
        self.ask("ladder-a", "ladder", {"start": self.base} | first, tuple(first), "--most", 2600)
        self.ask("ladder-b", "ladder", then, tuple(then), "--most", 2600)

    def writer(self, w: Path, d: Path) -> None:
        """A writer of sections, fine-tuned and reinforced."""
        wide = {"data.max_tokens": 1024, "run.batch": 64, "run.device_batch": 16, "data.max_samples": 30_000}
        self.tune("writer", [d / "writer"], 7, 1.0, (), **({} if self.small else wide))
        self.merge("writer")
        # what the writer sends is a whole chat already
        own = {"grpo.chat": "false", "model.lora": "{rank = 8, alpha = 16}", "grpo.completion_tokens": 400}
        self.reinforce("sections-7", "sections", w / "writer-merged", 7, ("rm", "writer-merged"), **own)
        prose = ("--most", 480, "--loss", d / "prose/train.parquet")
        self.ask("sections", "sections", {"start": self.base, "writer": w / "writer"}, ("writer",), *prose)
        self.after("sections", "writer", *prose)

    def merge(self, name: str) -> None:
        """The weights of an adapter."""
        given = [self.work / name, "--merge", "--dtype", "f32", "--out", self.work / f"{name}-merged"]
        self.add(f"{name}-merged", "-m", "longwriter", "train", "export", *given, needs=(name,))

    def after(self, name: str, init: str, *given: object) -> None:
        """Questions to what a run was reinforced from, and to the result."""
        w = self.work
        told = ["--model", f"{init}={w / f'{init}-merged'}", "--model", f"{name}-7={w / f'{name}-7'}"]
        more = ["--most", 24, "--samples", 1, "--rows", 8] if self.small else given
        where = ["--base", w / f"{init}-merged", "--requests", self.data / f"test/{name}.jsonl"]
        out = ["--out", w / f"texts/{name}-rl.jsonl"]
        self.script(f"{name}-rl", "ask.py", *where, *out, *told, *more, needs=(f"{name}-7",))

    def prefer(self, name: str, pairs: str, beta: float) -> None:
        """One preference training."""
        settings: dict[str, object] = {"dpo.beta": beta, "run.seed": 7}
        path = self.data / "pairs" if self.small else self.work / "best" / pairs  # as are its preferences
        settings["data.sources"] = f'[{{kind = "messages", path = "{path}"}}]'
        if self.small:
            settings |= {"run.steps": 2, "run.batch": 4}
        self.train(name, "dpo", settings, ("best",))


def run(tasks: list[Task], work: Path, seconds: float, memory: int) -> None:
    """Until all are done or the time is over; at most `memory` GiB at once."""
    end, start, logs = time.time() + seconds, time.time(), work / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    known = {t.name for t in tasks}
    while time.time() < end and any(t.code is None for t in tasks):
        done, failed = {t.name for t in tasks if t.code == 0}, {t.name for t in tasks if t.code not in (None, 0)}
        free = memory - sum(t.room for t in tasks if t.process is not None and t.code is None)
        for t in tasks:
            if t.process is not None or t.code is not None:
                continue
            if failed & set(t.needs):
                t.code = -1
                print(f"{time.time() - start:5.0f} s  {t.name}: left out, {failed & set(t.needs)} failed", flush=True)
            elif set(t.needs) & known <= done and (t.room <= free or free == memory):
                begin(t, logs)
                free -= t.room
        for t in tasks:
            if t.process is not None and t.code is None and (code := t.process.poll()) is not None:
                t.code = code
                print(f"{time.time() - start:5.0f} s  {t.name}: {code} after {time.time() - t.begun:.0f} s", flush=True)
                if code:
                    print((logs / f"{t.name}.log").read_text(errors="replace")[-700:], flush=True)
        time.sleep(0.3)
    for t in tasks:
        if t.process is None and t.code is None:
            print(f"{t.name}: not begun", flush=True)
        elif t.process is not None and t.code is None:
            t.process.kill()
            print(f"{t.name}: ended by the clock after {time.time() - t.begun:.0f} s", flush=True)


def begin(task: Task, logs: Path) -> None:
    """Start a process."""
    env = {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "PYTHONUNBUFFERED": "1"}
    with (logs / f"{task.name}.log").open("wb") as log:
        task.process = subprocess.Popen(task.command, stdout=log, stderr=subprocess.STDOUT, env=os.environ | env)
    task.begun = time.time()


def keep(work: Path, out: Path) -> None:
    """What is worth carrying home: adapters in float16, texts, logs."""
    for name in ("writer", "sections-7", "plain-7", "think-7"):
        path = work / name / "adapter_model.safetensors"
        if path.exists():
            save_file({k: v.half().contiguous() for k, v in load_file(path).items()}, out / f"{name}.safetensors")
    packed(out / "texts.tar.xz", {"texts": sorted((work / "texts").glob("*.jsonl"))})
    told = ("log.jsonl", "recipe.json", "adapter_config.json", "told.json", "reward.json", "README.md")
    runs = {p.name: [p / n for n in told] for p in sorted(work.iterdir()) if p.is_dir()}
    packed(out / "logs.tar.xz", runs | {"logs": sorted((work / "logs").glob("*.log")), "ntk": [work / "ntk.json"]})
    rolled = {name: [work / name / "rollouts"] for name in ("plain-7", "sections-7", "think-7")}
    packed(out / "rollouts.tar.xz", rolled | {"data": [work / "mix", work / "best"]})


def packed(archive: Path, folders: dict[str, list[Path]]) -> None:
    """Files and folders in an archive, each under the name of its folder there."""
    with lzma.open(archive, "wb", preset=3) as file, tarfile.open(fileobj=file, mode="w|") as tar:
        for folder, paths in folders.items():
            for path in paths:
                if path.exists():
                    tar.add(path, f"{folder}/{path.name}")


def main() -> None:
    """Plan, run, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--base", "--data", "--work", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=540)
    parser.add_argument("--rehearse", choices=["cpu", "cuda"])
    parser.add_argument("--memory", type=int, default=125, help="GiB")
    parser.add_argument("--only", nargs="*", default=[])
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    args.work.mkdir(parents=True, exist_ok=True)
    tasks = Plan(args).everything()
    run(tasks, args.work, args.seconds, args.memory)
    keep(args.work, args.out)


if __name__ == "__main__":
    main()
