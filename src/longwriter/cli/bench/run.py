"""longwriter bench NAME, and longwriter bench run PACKAGE.MODULE:CLASS: write, judge, score."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import click

from longwriter.api.settings import SERVED, role_over
from longwriter.bench import compat
from longwriter.bench.benchmarks.base import Benchmark, Data, open_benchmark
from longwriter.bench.benchmarks.files import sha256_of
from longwriter.bench.judging.wording import wording
from longwriter.bench.records import Scores
from longwriter.bench.run import Runtime, run_benchmark
from longwriter.bench.scores import score_run
from longwriter.bench.settings import BenchSettings, Compat
from longwriter.bench.systems import model_of, parse
from longwriter.cli.bench.table import show
from longwriter.cli.shared.options import (
    FINITE,
    JSON,
    PRICES,
    SERVER,
    Decorator,
    extra_body_option,
    from_flags,
    header_option,
    with_options,
)
from longwriter.cli.shared.step_progress import StepProgressDisplay, provenance
from longwriter.config import Tree
from longwriter.errors import InputError, LongWriterError
from longwriter.models.cards import card_of
from longwriter.steps.local import LocalEngine

HOME = Path("bench")
"""Where runs go without --out."""
EXAMPLES = """
\b
Examples:
  longwriter bench writer-mini --system gguf:smollm2
  longwriter bench writer-mini --system agentwrite:gguf:smollm2 --items 4
  longwriter bench longbench-write --data longbench_write.jsonl \\
      --system NAME --base-url URL \\
      --judge JUDGE --judge-url URL --judge-prompt judge.txt
  longwriter bench writingbench --data WritingBench/ \\
      --system texts:responses.jsonl --judge JUDGE --judge-url URL
  longwriter bench constory --data ConStory-Bench/ \\
      --system texts:stories.jsonl
  longwriter bench longgen --data Dataset_short.json \\
      --system texts:diaries.jsonl
The same command again goes on with a run that was stopped; nothing is asked
twice.
"""
COMPAT = click.option(
    "--compat",
    type=click.Choice(["longwriter", "evalscope"]),
    help="Show the scores as that public script would make them of the same replies (LongBench-Write).",
)
SYSTEM = [
    click.option("--system", required=True, help="MODEL, agentwrite:MODEL, or texts:FILE.jsonl written elsewhere."),
    click.option("--judge", help="Model that judges; without one, only what rules can tell."),
    click.option("--data", help="The benchmark's file, a folder with it, or hub:OWNER/NAME."),
    click.option("--out", type=click.Path(path_type=Path), help="Folder of the run.  [default: bench/NAME-SYSTEM]"),
    click.option("--items", "first", type=click.IntRange(1), help="The first so many items."),
    click.option("--ids", help="These items alone, separated by commas."),
]
MODEL: list[Decorator] = [
    *SERVER,
    click.option("--seed", type=int, help="Each item's own seed is made from it.  [default: 42]"),
    click.option("--temperature", type=FINITE, help="The system's.  [default: the model's own]"),
    click.option("--top-p", type=FINITE),
    click.option("--max-tokens", type=int, help="Limit of one reply, thinking included."),
]
JUDGE: list[Decorator] = [
    click.option("--judge-url", help="The judge's endpoint.  [default: --base-url]"),
    click.option("--judge-key-env", help="Environment variable with its key.  [default: --key-env]"),
    header_option("--judge-header", "judge_headers"),
    extra_body_option("--judge-extra-body", "judge_extra_body"),
    click.option(
        "--judge-prompt",
        type=click.Path(path_type=Path),
        help="Your copy of the benchmark's wording, such as judge.txt or prompt.py; else our own wording.",
    ),
    click.option("--judge-temperature", type=FINITE, help="[default: as the benchmark's public script]"),
    click.option(
        "--judge-max-tokens", type=int, help="Limit of the judge's reply.  [default: as that script, and to think]"
    ),
    click.option("--judge-seed", type=int, help="[default: --seed]"),
    click.option(
        "--repeat-judge", type=FINITE, help="Ask this share of questions, 0 to 1, a second time.  [default: 0]"
    ),
    click.option("--concurrency", type=click.IntRange(1, 4096), default=16, show_default=True, help="Calls at once."),
]


@click.command(epilog=EXAMPLES)
@click.argument("benchmark")
@with_options(*SYSTEM, *MODEL, *JUDGE, PRICES, COMPAT, JSON)
def run(benchmark: str, out: Path | None, **flags: object) -> None:
    """Run BENCHMARK: a name, or package.module:Class of your own."""
    chosen = open_benchmark(benchmark)
    data = chosen.read(_text(flags["data"]))
    settings = _settings(benchmark, chosen, data, flags)
    if (way := _compat(flags)) is not None:
        compat.check(chosen, way)
    folder = out or HOME / re.sub(r"[^0-9A-Za-z._-]+", "-", f"{benchmark}-{settings.system}").strip("-")
    concurrency, prices = flags["concurrency"], flags["prices"]
    assert isinstance(concurrency, int)
    runtime = Runtime(LocalEngine(concurrency), StepProgressDisplay(), prices if isinstance(prices, Path) else None)
    facts = {"date": datetime.now(UTC).isoformat(timespec="seconds")} | provenance()
    scores = run_benchmark(settings, data, folder, runtime, facts)
    show_scores(scores, folder, way, as_json=bool(flags["as_json"]))


def show_scores(scores: Scores, folder: Path, way: Compat | None, *, as_json: bool) -> None:
    """Show scores; raise LongWriterError where something failed that the same command may still get."""
    shown = score_run(folder, way) if way else scores
    if as_json:
        click.echo(json.dumps(shown.model_dump(mode="json"), ensure_ascii=False))
    else:
        show(shown)
    click.echo(f"scores: {folder / 'scores.json'}   page: longwriter bench report {folder}", err=True)
    if scores.settings.get("judge_is_the_system"):
        click.echo("note: the judge is the system itself, and models favour their own texts", err=True)
    failed = {name: scores.counts[name] for name in ("failed_responses", "failed_judgements") if scores.counts[name]}
    if failed:
        told = " and ".join(f"{count} {name.replace('_', ' ')}" for name, count in failed.items())
        first = next((f for item in scores.items for f in item.failures), "")
        raise LongWriterError(f"{told}, left out of the means and counted beside them; the first: {first}")


def _settings(name: str, benchmark: Benchmark, data: Data, flags: dict[str, object]) -> BenchSettings:
    """Settings from flags. Raises InputError naming the bad one."""
    system = str(flags["system"])
    reach = {key: flags[key] for key in SERVED if flags[key] is not None}
    tree: dict[str, object] = {
        "benchmark": name,
        "data": flags["data"],
        "data_sha256": sha256_of(data.files),
        "system": system,
        "model": model_of(system, reach),
        "judge": _judge(benchmark, flags, {"model": parse(system)[1]} | reach),
        "ids": tuple(part.strip() for part in str(flags["ids"] or "").split(",") if part.strip()),
    }
    kind, source = parse(system)
    if kind == "texts":
        tree["texts_sha256"] = sha256_of([Path(source)])
    given = ("seed", "temperature", "top_p", "max_tokens", "first")
    return from_flags(BenchSettings, tree | {key: flags[key] for key in given if flags[key] is not None})


def _judge(benchmark: Benchmark, flags: dict[str, object], system: Tree) -> Tree | None:
    if not flags["judge"]:
        if flags["judge_prompt"]:
            raise InputError("--judge-prompt needs --judge NAME")
        return None
    if benchmark.judging is None:
        raise InputError(f"{benchmark.title} asks no judge; leave out --judge")
    path = flags["judge_prompt"]
    words = wording(benchmark.judging, path if isinstance(path, Path) else None)
    own = {"headers": flags["judge_headers"], "extra_body": flags["judge_extra_body"]}
    own |= {"base_url": flags["judge_url"], "key_env": flags["judge_key_env"], "model": flags["judge"]}
    model = role_over(system, own)
    tree: dict[str, object] = {
        "model": model,
        "prompt": None if path is None else str(path),
        "prompt_sha256": words.sha256,
        "temperature": benchmark.judge_temperature,
        "max_tokens": _with_thinking(benchmark.judge_max_tokens, flags["judge"]),
    }
    over = {
        "temperature": flags["judge_temperature"],
        "max_tokens": flags["judge_max_tokens"],
        "seed": flags["judge_seed"] if flags["judge_seed"] is not None else flags["seed"],
        "repeat": flags["repeat_judge"],
    }
    return tree | {key: value for key, value in over.items() if value is not None}


def _with_thinking(tokens: int | None, judge: object) -> int | None:
    """A script's limit of the visible reply, with the judge's room for thinking."""
    return None if tokens is None else tokens + card_of(str(judge)).thinking


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _compat(flags: dict[str, object]) -> Compat | None:
    return flags["compat"] or None  # type: ignore[return-value]  # click checked the choice
