"""LongWriter's claims at the size of a laptop: what a model saw in fine-tuning decides how long it writes.

Run: python recipes/lab/lab.py claim1 | claim3 | claim4 | show [--seeds 3]
Every training and every sample stays in build/lab; a step that is there is not done again. `show` writes the tables of
docs/lab.md and its figures from what is there. Leaves out: quality beyond repetition, which this model does not have; and
claim 2, whose long texts nano's own engine wrote (commit 92c43a5).
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import torch
from show import show
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

from longwriter.length.score import length_score
from longwriter.runs.folders import write_file
from longwriter.text import count_words, repeated_ngrams
from longwriter.train.nano import model as nano_model  # noqa: F401  registers nano's classes

HERE, WORK = Path(__file__).parent, Path("build/lab")
ROWS, HELD = Path("build/nano/instructions"), Path("build/nano/instructions/held")
LONGEST = 200  # words: L, the longest output of the full run
CAPS = {"quarter": LONGEST // 4, "half": LONGEST // 2, "full": LONGEST}
ASKED = (50, 100, 200, 400)
PROMPTS = 24
TEMPERATURE, TOP_P = 0.7, 0.9
MOST = 640  # tokens of an output: some 450 words
REGISTERED = "from longwriter.train.nano import model; from longwriter.cli.main import main; main()"
"""longwriter with nano's classes, which transformers does not know."""
PROCESSES = 1  # start two commands side by side where there are two cores


def capped(words: int) -> Path:
    """Direct requests whose texts have at most so many words."""
    path = WORK / "data" / f"cap-{words}.parquet"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        table = pq.read_table(ROWS / "train.parquet", columns=["id", "kind", "messages", "words"])
        pq.write_table(
            table.filter(pc.and_(pc.equal(table["kind"], "direct"), pc.less_equal(table["words"], words))), path
        )
    return path


def launch(method: str, recipe: Path, out: Path, *settings: str) -> Path:
    """`longwriter train`, on all cores; nothing if the model is there."""
    if not (out / "README.md").exists():
        command = [
            sys.executable,
            "-m",
            "torch.distributed.run",
            "--standalone",
            "--nproc-per-node",
            str(PROCESSES),
            "-m",
            "longwriter",
        ]
        command += ["train", method, str(recipe), "--out", str(out), *(a for s in settings for a in ("--set", s))]
        with (WORK / f"{out.name}.log").open("w") as log:
            subprocess.run(command, stdout=log, stderr=log, check=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    return out


def tuned(name: str, data: list[Path], seed: int, *settings: str) -> Path:
    """One supervised fine-tuning."""
    sources = ", ".join(f'{{kind = "messages", path = "{path}", name = "{path.stem}"}}' for path in data)
    return launch(
        "sft",
        HERE / "sft.toml",
        WORK / f"{name}-{seed}",
        f"data.sources=[{sources}]",
        f"run.seed={seed}",
        *settings,
    )


def topics() -> tuple[list[str], list[str]]:
    """Two keywords of a held-out chapter each: those that all models are asked about, and others for making data."""
    table = pq.read_table(HELD / "train.parquet", columns=["kind", "keywords"]).to_pylist()
    direct = (r["keywords"] for r in table if r["kind"] == "direct")
    found = list(dict.fromkeys(" and ".join(words[:2]) for words in direct if len(words) > 1))
    step = len(found) // PROMPTS
    return found[::step][:PROMPTS], [t for i, t in enumerate(found) if i % step]


def request(topic: str, words: int) -> str:
    """One of the wordings of the training data."""
    return f"Write a story about {topic}. About {words} words."


def write(folder: Path, out: Path) -> None:
    """One sample a topic and length, by temperature and top-p alone."""
    torch.set_num_threads(1)
    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    config = GenerationConfig(max_new_tokens=MOST, do_sample=True, temperature=TEMPERATURE, top_p=TOP_P, top_k=0)
    config.pad_token_id, config.eos_token_id = tokenizer.pad_token_id, tokenizer.eos_token_id
    lines = []
    for asked in ASKED:
        for number, topic in enumerate(topics()[0]):
            torch.manual_seed(number)
            chat = [{"role": "user", "content": request(topic, asked)}]
            ids = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_tensors="pt", return_dict=True)
            with torch.no_grad():
                new = model.generate(**ids, generation_config=config)[0, ids["input_ids"].shape[1] :].tolist()
            text = tokenizer.decode(new, skip_special_tokens=True)
            cut = tokenizer.eos_token_id not in new
            lines.append(
                {"id": f"{asked}-{number}", "asked": asked, "words": count_words(text), "cut": cut, "text": text}
            )
    write_file(out, "".join(json.dumps(line) + "\n" for line in lines))


def sampled(model: Path) -> list[dict[str, Any]]:
    """What a model wrote to all requests."""
    out = WORK / "outputs" / f"{model.name}.jsonl"
    out.parent.mkdir(parents=True, exist_ok=True)
    if not out.exists():
        write(model, out)
    return read(out)


def read(path: Path) -> list[dict[str, Any]]:
    """Samples with their scores."""
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    for row in rows:
        row["score"] = length_score(row["asked"], row["words"])
        row["repeated"] = repeated_ngrams(row["text"])
    return rows


def claim1(seeds: int) -> None:
    """Outputs capped at L/4, L/2 and L."""
    for seed in range(seeds):
        for name, cap in CAPS.items():
            sampled(tuned(name, [capped(cap)], seed))


def claim3(seeds: int) -> None:
    """DPO on pairs that the L run wrote, scored by S_l and rules."""
    for seed in range(seeds):
        model = tuned("full", [capped(LONGEST)], seed)
        pairs = WORK / f"pairs-{seed}"
        asked = WORK / "pair-requests.jsonl"
        rows = [
            {"id": f"p{i}", "prompt": request(t, w), "words": w}
            for i, (t, w) in enumerate((t, w) for t in topics()[1][-60:] for w in (100, 200))
        ]
        asked.write_text("".join(json.dumps(r) + "\n" for r in rows))
        if not (pairs / "train.parquet").exists():
            command = [
                sys.executable,
                "-c",
                REGISTERED,
                "data",
                "pairs",
                str(asked),
                "--model",
                f"hf:{model}",
                "--out",
                str(pairs),
            ]
            drawn = ["--temperature", str(TEMPERATURE), "--top-p", str(TOP_P)]
            subprocess.run([*command, "--k", "4", "--quality", "rules", "--concurrency", "1", *drawn], check=True)
        source = f'[{{kind = "messages", path = "{pairs}"}}]'
        sampled(
            launch(
                "dpo",
                HERE / "dpo.toml",
                WORK / f"dpo-{seed}",
                f"model.init={model}",
                f"data.sources={source}",
                f"run.seed={seed}",
            )
        )


def claim4(seeds: int) -> None:
    """The L run with the mean over sequences."""
    for seed in range(seeds):
        sampled(tuned("sequence", [capped(LONGEST)], seed, "data.loss=sequence"))


def table() -> pa.Table:
    """All samples there are."""
    rows = []
    for path in sorted((WORK / "outputs").glob("*.jsonl")):
        name, _, seed = path.stem.rpartition("-")
        rows += [
            {"run": name, "seed": int(seed)} | {k: r[k] for k in ("asked", "words", "score", "repeated")}
            for r in read(path)
        ]
    return pa.Table.from_pylist(rows)


def main() -> None:
    """One claim, or the tables and figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["claim1", "claim3", "claim4", "show"])
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    if args.what == "show":
        show(table(), Path("docs/figures"))
        return
    {"claim1": claim1, "claim3": claim3, "claim4": claim4}[args.what](args.seeds)


if __name__ == "__main__":
    main()
