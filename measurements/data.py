"""`longwriter data agentwrite` end to end, killed in the middle: 500 requests, a local server, both engines.

Run: python measurements/data.py [REQUESTS]. Prints JSON for each engine: requests kept, texts that stand twice, replies of the
server, replies that were asked for twice (those under way at the kill), and seconds. A build is killed with SIGKILL once a
third of the texts are journalled, and gone on with. Needs `pip install -e '.[ray]'` for the second half.
"""

import hashlib
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
from write import start

CONCURRENCY = 16
THINGS = ("harbour", "lighthouse", "orchard", "railway", "glacier", "violin", "compass", "desert", "monastery", "volcano",
          "bicycle", "library", "telescope", "submarine", "vineyard", "beehive", "windmill", "aqueduct", "bakery")  # fmt: skip
KINDS = ("novella", "history", "handbook", "report", "thesis", "biography", "screenplay", "course", "memoir")
HAN_THINGS, HAN_KINDS = "茶酒纸船桥灯钟琴镜伞", ("小说", "历史", "手册", "报告", "论文", "游记", "传记", "剧本")


def requests(number: int) -> list[dict[str, str]]:
    """Half name a length in English, a quarter none, some are Chinese, and one in eight is to be dropped."""
    rng, out = random.Random(3), list[dict[str, str]]()
    for i in range(number):
        a, b, kind, words = (
            rng.choice(THINGS),
            rng.choice(THINGS),
            rng.choice(KINDS),
            rng.choice((2000, 2500, 3000, 4000)),
        )
        han = f"请写一篇关于{rng.choice(HAN_THINGS)}与{rng.choice(HAN_THINGS)}的{words}字{rng.choice(HAN_KINDS)}，地点是{i}号"
        made = [
            (50, f"Write a {words}-word {kind} about a {a}, a {b} and the keeper of house {i}"),
            (22, f"Please write a {kind} on how the {a} and the {b} shaped town {i}"),
            (16, han),
            (4, f"Write a 500-word note about a {a} in town {i}"),
            (3, f"Generate {100 + i} diverse prompts about a {a}"),
            (3, f"Write an erotic {kind} about a {a} in house {i}"),
            (2, out[-1]["prompt"] if out else f"Write a 2000-word {kind} about a {a}"),
        ]
        prompt = rng.choices([text for _, text in made], [weight for weight, _ in made])[0]
        out.append({"id": f"r{i:05}", "prompt": prompt})
    return out


def journalled(folder: Path) -> int:
    """Texts that the build knows to be finished."""
    path = folder / "journal.jsonl"
    return path.read_bytes().count(b'"kind": "write"') if path.exists() else 0


def measure(engine: str, home: Path, number: int) -> dict[str, object]:
    """One build, killed and gone on with."""
    home.mkdir()
    source, out, log = home / "requests.jsonl", home / "out", home / "replies.jsonl"
    source.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in requests(number)), "utf-8")
    server, url = start("--log", str(log))
    command = [sys.executable, "-m", "longwriter", "data", "agentwrite", str(source), "--model", "m", "--base-url", url]
    command += ["--out", str(out), "--engine", engine, "--concurrency", str(CONCURRENCY)]
    try:
        began = time.monotonic()
        first = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        while journalled(out) < number // 3:
            assert first.poll() is None, "the build ended before it could be killed"
            time.sleep(0.05)
        first.kill()
        first.wait()
        killed, kept = time.monotonic() - began, journalled(out)
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        seconds = time.monotonic() - began
    finally:
        server.kill()
    replies = Counter((r["hash"], r["seed"]) for r in map(json.loads, log.read_text("utf-8").splitlines()))
    ids = pq.read_table(out / "train.parquet", columns=["id"])["id"].to_pylist()
    report = json.loads((out / "report.json").read_text("utf-8"))
    return {
        "engine": engine,
        "requests": number,
        "killed_after_s": round(killed, 1),
        "finished_at_the_kill": kept,
        "written": report["outputs"],
        "kept": report["kept"],
        "dropped": report["dropped"],
        "twice": len(ids) - len(set(ids)),
        "replies": replies.total(),
        "replies_asked_twice": replies.total() - len(replies),
        "seconds": round(seconds, 1),
        "rows_sha256": hashlib.sha256((out / "train.parquet").read_bytes()).hexdigest()[:16],
    }


def main() -> None:
    """Print one measurement an engine."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with tempfile.TemporaryDirectory() as folder:
        for engine in ("local", "ray"):
            print(json.dumps(measure(engine, Path(folder) / engine, number), ensure_ascii=False, indent=1), flush=True)


if __name__ == "__main__":
    main()
