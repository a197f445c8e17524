"""nano-Zero's runs: reinforcement with three seeds, its ablations, and fine-tuning from the same base.

Run: python recipes/zero/zero.py RUN [--seed 7] [--steps N] | show
RUN is one of `RUNS`. A training goes on where it stopped; one that is done is not done again; after it the policy is
asked (evaluate.py). Everything is kept in build/zero; `show` prints the tables of docs/zero.md and draws its figure
from what is there.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

HERE, WORK = Path(__file__).parent, Path("build/zero")
RUNS: dict[str, tuple[str, ...]] = {
    "zero": (),
    "no-cpt": ("model.init=build/nano/base", "grpo.collapse_after=5"),  # it has nothing to learn from, and stops
    "no-think": ("grpo.prompt=recipes/zero/direct.txt", "grpo.mode=direct"),
    "sum": ("grpo.advantage=sum",),
    "no-repetition": ('grpo.objectives=["length", "writing", "longwriter.rewards.format:TagsReward"]',),
    "sft": (),
}
"""What differs from 3-grpo.toml; `sft` is 4-sft.toml."""


def command(run: str, seed: int, steps: int | None) -> list[str]:
    """`longwriter train` for a run."""
    method, recipe = ("cpt", "4-sft.toml") if run == "sft" else ("grpo", "3-grpo.toml")
    settings = [*RUNS[run], f"run.seed={seed}"]
    settings += [f"run.steps={steps}"] if steps else []
    out = ["train", method, str(HERE / recipe), "--out", str(WORK / f"{run}-{seed}")]
    return [sys.executable, "-m", "longwriter", *out, *(a for s in settings for a in ("--set", s))]


def evaluate(model: Path, mode: str) -> None:
    """Samples of a model, unless they are there."""
    out = WORK / "outputs" / f"{model.name}{'-direct' if mode == 'direct' and model.name == 'cpt' else ''}.jsonl"
    if not out.exists():
        command = [sys.executable, str(HERE / "evaluate.py"), str(model), "--out", str(out), "--mode", mode]
        subprocess.run(command, check=True)


def main() -> None:
    """One run, or the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", choices=[*RUNS, "start", "show"])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--steps", type=int)
    args = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if args.run == "show":
        from show import show  # noqa: PLC0415 - draws with matplotlib

        show(WORK, Path("docs/figures"))
        return
    if args.run == "start":
        evaluate(WORK / "cpt", "think")
        evaluate(WORK / "cpt", "direct")
        return
    out = WORK / f"{args.run}-{args.seed}"
    if not (out / "README.md").exists():
        code = subprocess.run(command(args.run, args.seed, args.steps), check=False).returncode
        if code:
            sys.exit(code)  # the training has said why
    evaluate(out, "direct" if args.run == "no-think" else "think")


if __name__ == "__main__":
    main()
