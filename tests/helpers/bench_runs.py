"""Runs of benchmarks for tests: a server that writes and judges, small files, settings."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from longwriter.bench.benchmarks.base import open_benchmark
from longwriter.bench.benchmarks.files import sha256_of
from longwriter.bench.judging.quality import DIMENSIONS
from longwriter.bench.judging.wording import wording
from longwriter.bench.records import Scores
from longwriter.bench.run import Runtime, run_benchmark
from longwriter.bench.settings import BenchSettings
from longwriter.bench.systems import model_of
from longwriter.steps.local import LocalEngine
from tests.helpers.server import Script, write

MADE: dict[str, object] = {"date": "2026-01-02T03:04:05+00:00", "version": "0", "command": "longwriter bench ..."}
ROWS = [
    {"id": f"r{n}", "prompt": f"Write {100 * n} words on tin", "type": "Essay", "length": 100 * n} for n in (1, 2, 3)
]
GOOD = json.dumps({"Analysis": "sound", **dict.fromkeys(DIMENSIONS, 4)})


def settings(data: str, system: str, **more: Any) -> BenchSettings:
    """`url`: of the system and the judge; `judge`: a name; `prompt`, `repeat`: of the judge."""
    name = more.pop("benchmark", "longbench-write")
    benchmark = open_benchmark(name)
    reach = {"base_url": more.pop("url", None), "retry_s": 0.2, "timeout_s": 10}
    tree: dict[str, Any] = {"benchmark": name, "data": data, "system": system, "model": model_of(system, reach)}
    tree["data_sha256"] = sha256_of(benchmark.read(data).files)
    if judge := more.pop("judge", None):
        prompt = more.pop("prompt", None)
        words = wording(benchmark.judging, Path(prompt) if prompt else None)
        tree["judge"] = {
            "model": reach | {"model": judge},
            "prompt": prompt,
            "prompt_sha256": words.sha256,
            "temperature": 0.0,
            "repeat": more.pop("repeat", 0.0),
        }
    return BenchSettings.model_validate(tree | more)


def run(
    chosen: BenchSettings, folder: Path, tell: Callable[[Any], None] = lambda _: None, made: dict[str, object] = MADE
) -> Scores:
    data = open_benchmark(chosen.benchmark).read(chosen.data)
    return run_benchmark(chosen, data, folder, Runtime(LocalEngine(4), tell), made)


def speaking(judge: Callable[[dict[str, Any]], str]) -> Callable[[dict[str, Any], Script], str]:
    """The usual server as a writer; `judge` answers requests to the model of that name."""

    def speak(body: dict[str, Any], script: Script) -> str:
        return judge(body) if body["model"] == "judge" else write(body, script)

    return speak
