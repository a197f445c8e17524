"""What a policy of nano-Zero writes: samples for held-out requests and for a ladder of lengths, scored by rules.

Run: python recipes/zero/evaluate.py MODEL --out FILE.jsonl [--mode think|direct] [--samples 2]
     python recipes/zero/evaluate.py MODEL --out FILE.jsonl --bench writer-mini --samples 1
     longwriter bench writer-mini --system texts:FILE.jsonl
Draws at the training's temperature, without any care for lengths. A line a sample; `set` is `held` (48 requests
from chapters that nothing is trained on, `asked` is the middle of the range), `ladder` (12 held-out topics, each
asked at 40, 80, 120, 160 and 240 words), or `bench`. An answer in a malformed completion has 0 words. Leaves out: quality.
"""

import argparse
import json
from pathlib import Path

import pyarrow.parquet as pq
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig, StoppingCriteriaList

from longwriter.bench.benchmarks.base import open_benchmark
from longwriter.length.score import length_score
from longwriter.rewards.repetition import repetition
from longwriter.rewards.tags import read_tags
from longwriter.runs.folders import write_file
from longwriter.text import count_words
from longwriter.train.grpo.sampling import AtTag
from longwriter.train.nano import model as nano_model  # noqa: F401  registers nano's classes

HERE, DATA = Path(__file__).parent, Path("build/zero/data")
LADDER, TOPICS = (40, 80, 120, 160, 240), 12
TOKENS, BATCH, TEMPERATURE = 480, 48, 0.8
Row = dict[str, object]


def requests() -> list[Row]:
    """Held-out requests, then the ladder."""
    held = pq.read_table(DATA / "held", columns=["prompt", "lower", "upper"]).to_pylist()
    rows: list[Row] = [
        {"set": "held", "request": r["prompt"], "asked": round((r["lower"] + r["upper"]) / 2)} for r in held
    ]
    table = pq.read_table("build/nano/instructions/held/train.parquet", columns=["kind", "keywords"]).to_pylist()
    direct = (r["keywords"] for r in table if r["kind"] == "direct")
    topics = list(dict.fromkeys(" and ".join(words[:2]) for words in direct if len(words) > 1))
    for topic in topics[:: len(topics) // TOPICS][:TOPICS]:
        rows += [
            {"set": "ladder", "request": f"Write a story about {topic}. About {n} words.", "asked": n} for n in LADDER
        ]
    return rows


def benchmark(name: str) -> list[Row]:
    """The requests of a benchmark that the package ships."""
    items = open_benchmark(name).read(None).items
    return [{"set": "bench", "id": i.id, "request": i.prompt, "asked": i.required} for i in items]


def complete(model: torch.nn.Module, tokenizer: object, prompts: list[str]) -> list[tuple[str, bool]]:
    """A completion of each, and whether it was cut."""
    ids = tokenizer(prompts, return_tensors="pt", padding=True, padding_side="left", add_special_tokens=False)
    begin, end = ids["input_ids"].shape[1], tokenizer.eos_token_id
    config = GenerationConfig(max_new_tokens=TOKENS, do_sample=True, temperature=TEMPERATURE, top_k=0, use_cache=True)
    config.pad_token_id, config.eos_token_id = tokenizer.pad_token_id, end
    at_tag = AtTag(tokenizer, begin, len(prompts))
    with torch.no_grad():
        found = model.generate(**ids, generation_config=config, stopping_criteria=StoppingCriteriaList([at_tag]))
    out = []
    for row, length in zip(found[:, begin:].tolist(), at_tag.lengths, strict=True):
        kept = row[:length] if length is not None else row
        cut = length is None and end not in kept
        out.append((tokenizer.decode(kept[: kept.index(end)] if end in kept else kept), cut))
    return out


def scored(row: Row, completion: str, cut: bool, mode: str) -> Row:
    """A line of the file."""
    told = read_tags(completion, mode)
    words = count_words(told.answer)
    return row | {
        "text": told.answer,
        "words": words,
        "think_words": count_words(told.think),
        "fault": told.fault,
        "cut": cut,
        "score": length_score(row["asked"], words),
        "distinct": repetition(told.answer).factor if words else None,
        "completion": completion,
    }


def main() -> None:
    """Sample, score, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--mode", choices=["think", "direct"], default="think")
    parser.add_argument("--samples", type=int, default=2)
    parser.add_argument("--bench")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model, tokenizer = (
        AutoModelForCausalLM.from_pretrained(args.model).eval(),
        AutoTokenizer.from_pretrained(args.model),
    )
    template = (HERE / f"{args.mode}.txt").read_text("utf-8")
    asked = benchmark(args.bench) if args.bench else requests()
    rows = [r | {"sample": n} for r in asked for n in range(args.samples)]
    rows.sort(key=lambda r: r["asked"])  # rows of one batch end together
    lines = []
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        written = complete(model, tokenizer, [template.format(request=r["request"]) for r in batch])
        lines += [scored(r, *w, args.mode) for r, w in zip(batch, written, strict=True)]
    args.out.parent.mkdir(parents=True, exist_ok=True)
    write_file(args.out, "".join(json.dumps(line) + "\n" for line in lines))
    held = [line for line in lines if line["set"] != "ladder"]
    good = sum(not line["fault"] for line in held) / len(held)
    print(f"{args.model}: form {good:.2f}, S_l {sum(line['score'] for line in held) / len(held):.1f} of {len(held)}")


if __name__ == "__main__":
    main()
