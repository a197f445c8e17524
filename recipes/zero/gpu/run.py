"""All runs of docs/lab.md and docs/zero.md on one GPU in some nine minutes, many processes side by side.

Run: python recipes/zero/gpu/run.py --base build/smollm2/base --data build/gpu/data --work build/gpu/work --out DIR [--seconds 540]
Tasks begin when what they need is done, a dozen at once; small models leave most of a GPU idle, so that side by side costs
little. Reinforcement ends by the clock, then everything is asked. What is not done in time is ended; what was made is in
--work, and what is worth keeping in --out. `--rehearse` makes every task tiny: for a CPU, and to see that all of it runs.
"""

import argparse
import lzma
import os
import subprocess
import sys
import tarfile
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
SEEDS = (7, 8, 9)
BETAS = (0.05, 0.1, 0.5)
ASKING_S = 100
"""What the questions at the end need."""


@dataclass
class Task:
    """One process."""

    name: str
    command: list[str]
    needs: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    begun: float = 0.0
    code: int | None = field(default=None)


class Plan:
    """The tasks of a whole run."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.base, self.data, self.work = args.base, args.data, args.work
        self.small, self.only = args.rehearse, args.only
        self.until = time.time() + args.seconds - ASKING_S * (0.3 if args.rehearse else 1)
        self.tasks: list[Task] = []

    def add(self, name: str, *command: object, needs: tuple[str, ...] = ()) -> None:
        """One more."""
        self.tasks.append(Task(name, [sys.executable, *map(str, command)], needs))

    def script(self, name: str, script: str, *given: object, needs: tuple[str, ...] = ()) -> None:
        """A program of this folder."""
        self.add(name, HERE / script, *given, needs=needs)

    def train(self, name: str, method: str, settings: dict[str, object], needs: tuple[str, ...] = ()) -> None:
        """One training of the product."""
        recipe = HERE / f"{method}.toml"
        told = self._told({"model.init": self.base} | settings)
        self.add(name, "-m", "longwriter", "train", method, recipe, "--out", self.work / name, *told, needs=needs)

    def tune(self, name: str, data: list[Path], seed: int, epochs: float, needs: tuple[str, ...] = (), **other: object) -> None:
        """One fine-tuning."""
        sources = ", ".join(f'{{kind = "messages", path = "{p}", name = "{p.name}"}}' for p in data)
        length = {"run.steps": 2} if self.small else {"run.epochs": epochs}
        settings = {"data.sources": f"[{sources}]", "run.seed": seed, **length, **other}
        self.train(name, "sft", settings, needs)

    def reinforce(self, name: str, prompts: str, init: Path, seed: int, needs: tuple[str, ...], **other: object) -> None:
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
        """All of it, the longest first."""
        w, d = self.work, self.data
        held = f'[{{kind = "messages", path = "{d / "pairs"}", held_out = "{d / "pairs/held"}"}}]'
        self.train("rm", "reward", {"data.sources": held} | ({"run.epochs": 0.02} if self.small else {}))
        wide = {} if self.small else {"data.max_tokens": 1024, "run.batch": 64, "run.device_batch": 16, "data.max_samples": 30_000}
        self.tune("writer", [d / "writer"], 7, 1.0, **wide)
        self.tune("cold", [d / "cold"], 7, 4.0)
        few = ["--limit", 2] if self.small else []
        self.script(
            "aw", "batched.py", "data", "agentwrite", d / "aw.jsonl", "--model", f"graph:{self.base}", "--concurrency", 128,
            "--least-words", 500, "--shortest", 900, "--section-words", 150, "--skip-failed", "--out", w / "aw", *few,
        )  # fmt: skip
        self.script("mix", "mix.py", w / "aw", "--out", w / "mix", needs=("aw",))
        for seed in (0, 1):
            for cap in (100, 300):
                self.tune(f"cap{cap}-{seed}", [d / f"cap{cap}"], seed, 3.0)
            self.tune(f"long-{seed}", [d / "cap300", w / "mix/long"], seed, 3.0, ("mix",))
            self.tune(f"control-{seed}", [d / "cap300", w / "mix/control"], seed, 3.0, ("mix",))
        for name in ("writer", "cold"):
            self.script(
                f"{name}-merged", "merge.py", "--base", self.base, "--adapter", w / name, "--out", w / f"{name}-merged",
                needs=(name,),
            )  # fmt: skip
        for seed in SEEDS:
            self.reinforce(f"plain-{seed}", "plain", self.base, seed, ("rm",))
        # what the writer sends is a whole chat already
        sections = {"grpo.chat": "false", "model.lora": "{rank = 8, alpha = 16}", "grpo.completion_tokens": 400}
        self.reinforce("sections-7", "sections", w / "writer-merged", 7, ("rm", "writer-merged"), **sections)
        tags = {"grpo.prompt": d / "think.txt", "grpo.mode": "think", "grpo.completion_tokens": 640, "data.max_tokens": 1024}
        self.reinforce("think-7", "plain", w / "cold-merged", 7, ("rm", "cold-merged"), **tags)
        plain = f'data.sources=[{{kind = "prompts", path = "{d / "plain"}"}}]'
        few = ["--set", "grpo.completion_tokens=24"] if self.small else []
        self.script(
            "best", "bestof.py", HERE / "grpo.toml", "--base", self.base, "--prompts", 8 if self.small else 768, "--out",
            w / "best", "--set", plain, "--set", f"grpo.rewards.reward_model={w / 'rm'}", *few, needs=("rm",),
        )  # fmt: skip
        self.tune("bestsft", [w / "best/best"], 7, 2.0, ("best",))
        for beta in BETAS:
            self.prefer(f"dpo-{beta}", "pairs", beta)
        self.prefer("dpo-shuffled", "pairs-shuffled", 0.1)
        labs = [f"{name}-{seed}" for name in ("cap100", "cap300", "long", "control") for seed in (0, 1)]
        self.ask("ladder-a", "ladder", {"start": self.base} | {n: w / n for n in labs[:4]}, tuple(labs[:4]), "--most", 2600)
        self.ask("ladder-b", "ladder", {n: w / n for n in labs[4:]}, tuple(labs[4:]), "--most", 2600)
        self.ask("plain-start", "plain", {"start": self.base}, ("best",), "--samples", 8, "--most", 640)
        tuned = ["bestsft", *(f"dpo-{b}" for b in BETAS), "dpo-shuffled"]
        self.ask("plain-tuned", "plain", {n: w / n for n in tuned}, tuple(tuned), "--most", 640)
        plains = [f"plain-{s}" for s in SEEDS]
        self.ask("plain-rl", "plain", {n: w / n for n in plains}, tuple(plains), "--most", 640)
        self.ask("ladder-rl", "ladder", {n: w / n for n in plains}, tuple(plains), "--most", 2600, "--samples", 2)
        prose = ("--most", 480, "--loss", d / "prose/train.parquet")
        self.ask("sections", "sections", {"start": self.base, "writer": w / "writer"}, ("writer",), *prose)
        for name, base, init in (("sections-rl", "sections", "writer"), ("think-rl", "think", "cold")):
            models = {init: w / f"{init}-merged", f"{base}-7": w / f"{base}-7"}
            told = [a for n, folder in models.items() for a in ("--model", f"{n}={folder}")]
            more = prose if base == "sections" else ("--most", 800)
            more = ("--most", 24, "--samples", 1, "--rows", 8) if self.small else more
            self.script(
                name, "ask.py", "--base", w / f"{init}-merged", "--requests", d / f"test/{base}.jsonl", "--out",
                w / f"texts/{name}.jsonl", *told, *more, needs=(f"{base}-7",),
            )  # fmt: skip
        seconds = 3 if self.small else 60
        self.add("ntk", HERE.parents[1] / "ntk/ntk.py", "--device", "cpu" if self.small == "cpu" else "cuda", "--seconds",
                 seconds, "--out", w / "ntk.json", needs=("mix",))  # fmt: skip
        return [t for t in self.tasks if not self.only or t.name in self.only]

    def prefer(self, name: str, pairs: str, beta: float) -> None:
        """One preference training."""
        settings: dict[str, object] = {"dpo.beta": beta, "run.seed": 7}
        settings["data.sources"] = f'[{{kind = "messages", path = "{self.work / "best" / pairs}"}}]'
        if self.small:
            settings |= {"run.steps": 2, "run.batch": 4}
        self.train(name, "dpo", settings, ("best",))


def run(tasks: list[Task], work: Path, seconds: float, most: int) -> None:
    """Until all are done or the time is over."""
    end, logs = time.time() + seconds, work / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    env = os.environ | {
        "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    start = time.time()
    while time.time() < end:
        done = {t.name for t in tasks if t.code == 0}
        failed = {t.name for t in tasks if t.code not in (None, 0)}
        for t in tasks:
            if t.process is None and t.code is None and failed & set(t.needs):
                t.code = -1
                print(f"{time.time() - start:5.0f} s  {t.name}: left out, {failed & set(t.needs)} failed", flush=True)
        running = [t for t in tasks if t.process is not None and t.code is None]
        ready = [t for t in tasks if t.process is None and t.code is None and {n for n in t.needs if any(x.name == n for x in tasks)} <= done]
        for t in ready[: max(0, most - len(running))]:
            with (logs / f"{t.name}.log").open("wb") as log:
                t.process = subprocess.Popen(t.command, stdout=log, stderr=subprocess.STDOUT, env=env)  # noqa: S603
            t.begun = time.time()
        for t in running:
            assert t.process is not None
            t.code = t.process.poll()
            if t.code is not None:
                print(f"{time.time() - start:5.0f} s  {t.name}: {t.code} after {time.time() - t.begun:.0f} s", flush=True)
                if t.code:
                    print((logs / f"{t.name}.log").read_text(errors="replace")[-700:], flush=True)
        if all(t.code is not None for t in tasks):
            return
        time.sleep(0.3)
    for t in tasks:
        if t.process is not None and t.code is None:
            t.process.kill()
            print(f"{t.name}: ended by the clock after {time.time() - t.begun:.0f} s", flush=True)
        elif t.process is None:
            print(f"{t.name}: not begun", flush=True)


def keep(work: Path, out: Path) -> None:
    """What is worth carrying home: adapters in float16, texts, logs."""
    from safetensors.torch import load_file, save_file  # noqa: PLC0415

    for name in ("writer", "sections-7", "plain-7", "think-7"):
        path = work / name / "adapter_model.safetensors"
        if path.exists():
            save_file({k: v.half().contiguous() for k, v in load_file(path).items()}, out / f"{name}.safetensors")
    def packed(name: str, folders: dict[str, list[Path]]) -> None:
        with lzma.open(out / name, "wb", preset=3) as file, tarfile.open(fileobj=file, mode="w|") as tar:
            for folder, paths in folders.items():
                for path in paths:
                    if path.exists():
                        tar.add(path, f"{folder}/{path.name}")

    packed("texts.tar.xz", {"texts": sorted((work / "texts").glob("*.jsonl"))})
    runs = {p.name: [p / n for n in ("log.jsonl", "recipe.json", "adapter_config.json", "told.json", "reward.json", "README.md")]
            for p in sorted(work.iterdir()) if p.is_dir()}  # fmt: skip
    packed("logs.tar.xz", runs | {"logs": sorted((work / "logs").glob("*.log")), "ntk": [work / "ntk.json"]})
    rolled = {p.parent.name: [p] for p in sorted(work.glob("*/rollouts")) if p.parent.name in ("plain-7", "sections-7", "think-7")}
    packed("rollouts.tar.xz", rolled | {"mix": [work / "mix/long", work / "best"]})


def main() -> None:
    """Plan, run, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--base", "--data", "--work", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=540)
    parser.add_argument("--rehearse", choices=["cpu", "cuda"])
    parser.add_argument("--most", type=int, default=12)
    parser.add_argument("--only", nargs="*", default=[])
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    args.work.mkdir(parents=True, exist_ok=True)
    tasks = Plan(args).everything()
    run(tasks, args.work, args.seconds, args.most)
    keep(args.work, args.out)


if __name__ == "__main__":
    main()
