"""What nano-Zero is made from: think-then-answer documents, requests with ranges, and preferences. No model is asked.

Run: python recipes/zero/make.py [--rows build/nano/instructions] [--out build/zero/data]
Reads the direct requests that `longwriter data backtranslate --form nano` made from books. Writes token shards of
documents (`think`, `direct`), requests (`prompts`, and `held` from chapters that nothing is trained on) and pairs in
which a book's passage stands against a spoiled one of the same length (`pairs`, `pairs-held`). Leaves out: whether a
passage is a good answer to its request; it is the only one there is.
"""

import argparse
import itertools
import json
import random
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from tokenizers import Tokenizer

from longwriter.length.range import range_of
from longwriter.runs.folders import write_file
from longwriter.text import sentence_ends

HERE = Path(__file__).parent
SHORTEST, LONGEST = 30, 250  # words of a text; with request and thinking, some 500 tokens of nano's 1,024
LONGEST_ASKED = 176  # words: upper end of a range that is trained on, about half of a rollout's tokens
PROMPTS, HELD_PROMPTS, PAIRS, HELD_PAIRS, DOCUMENTS = 2000, 48, 6000, 400, 4000
PLANS = (
    "About {words} words. {topics}.",
    "It should have {words} words and tell of {topics}.",
    "{topics}. {words} words.",
)
Row = dict[str, Any]


def rows_of(folder: Path, seed: int) -> list[Row]:
    """Direct requests that name a length, shuffled."""
    table = pq.read_table(folder / "train.parquet", columns=["id", "kind", "messages", "words", "required", "keywords"])
    direct = [
        {"id": r["id"], "words": r["words"], "keywords": r["keywords"]}
        | {"request": r["messages"][0]["content"], "text": r["messages"][1]["content"]}
        for r in table.to_pylist()
        if r["kind"] == "direct" and r["required"] and SHORTEST <= r["words"] <= LONGEST and r["keywords"]
    ]
    ranged = [r | {"range": range_of(r["request"])} for r in direct]
    kept = [r for r in ranged if r["range"] is not None]
    random.Random(seed).shuffle(kept)
    return kept


def thought(row: Row, rng: random.Random) -> str:
    """What the writer of a passage might have settled first: its length, its matters in their order."""
    text = str(row["text"]).lower()
    topics = sorted(row["keywords"], key=lambda w: text.find(w.lower()))
    return rng.choice(PLANS).format(words=row["words"], topics=", then ".join(topics))


def document(row: Row, mode: str, rng: random.Random) -> str:
    """One text as the policy should write it, after its prompt."""
    prompt = (HERE / f"{mode}.txt").read_text("utf-8").format(request=row["request"])
    think = f"<think>{thought(row, rng)}</think>\n" if mode == "think" else ""
    return f"{prompt}{think}<answer>{row['text']}</answer>"


def write_shards(folder: Path, tokenizer: Tokenizer, splits: dict[str, list[str]], end: int) -> None:
    """Documents, each ended by the end token, as `longwriter train pretrain` reads them."""
    folder.mkdir(parents=True, exist_ok=True)
    about: dict[str, Any] = {"vocab": tokenizer.get_vocab_size(), "dtype": "uint16", "end": end, "splits": {}}
    for split, documents in splits.items():
        ids = [i for e in tokenizer.encode_batch(documents) for i in (*e.ids, end)]
        array = np.array(ids, np.uint16)
        np.save(folder / f"{split}-00000.npy", array)
        told = {"tokens": len(ids), "documents": len(documents), "files": [f"{split}-00000.npy"]}
        about["splits"][split] = told | {"sha256": sha256(array.tobytes()).hexdigest()}
    write_file(folder / "tokens.json", json.dumps(about, indent=1) + "\n")


def sentences(text: str) -> list[str]:
    """Cut after each sentence's end, blanks included."""
    ends = [0, *sentence_ends(text), len(text)]
    return [text[a:b] for a, b in itertools.pairwise(ends) if text[a:b].strip()]


def spoiled(row: Row, other: Row, rng: random.Random) -> tuple[str, str]:
    """A worse text of about the same length, and how it was made: what a policy might try for its length reward."""
    text = str(row["text"])
    parts = sentences(text)
    kind = rng.choice(("shuffled words", "looped", "another's words", "broken words"))
    if kind == "shuffled words":  # inside every sentence
        words = [p.split() for p in parts]
        for w in words:
            rng.shuffle(w)
        return " ".join(" ".join(w) for w in words), kind
    if kind == "looped":
        kept = parts[: max(1, len(parts) // 3)]
        return "".join((kept * (len(parts) // len(kept) + 1))[: len(parts)]), kind
    if kind == "another's words":  # every third word from another passage
        strange = str(other["text"]).split()
        return " ".join(rng.choice(strange) if i % 3 == 2 else w for i, w in enumerate(text.split())), kind
    return " ".join(w if rng.random() > 0.25 else w[::-1] for w in text.split()), kind


def pairs(rows: Sequence[Row], count: int, seed: int) -> Iterator[Row]:
    """Preferences as `longwriter train reward` reads them."""
    rng = random.Random(seed)
    for i, row in enumerate(rows[:count]):
        worse, kind = spoiled(row, rows[(i + 1) % len(rows)], rng)
        sides = {"chosen": str(row["text"]), "rejected": worse}
        yield {"id": row["id"], "kind": kind, "prompt": [{"role": "user", "content": row["request"]}]} | {
            name: [{"role": "assistant", "content": text}] for name, text in sides.items()
        }


def prompts(rows: Sequence[Row]) -> list[Row]:
    """As `longwriter train grpo` reads them."""
    return [
        {"id": r["id"], "prompt": r["request"], "lower": r["range"][0], "upper": r["range"][1], "language": "en"}
        for r in rows
    ]


def main() -> None:
    """Write all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=Path, default=Path("build/nano/instructions"))
    parser.add_argument("--tokenizer", type=Path, default=Path("build/nano/chapters/tokenizer.json"))
    parser.add_argument("--out", type=Path, default=Path("build/zero/data"))
    args = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(args.tokenizer))
    end = tokenizer.token_to_id("<|end|>")
    assert end is not None, "a tokenizer of nano has <|end|>"
    train, held = rows_of(args.rows, 0), rows_of(args.rows / "held", 0)
    rng = random.Random(0)
    for mode in ("think", "direct"):
        splits = {"train": train[:DOCUMENTS], "held": held[-200:]}
        written = {split: [document(r, mode, rng) for r in rows] for split, rows in splits.items()}
        write_shards(args.out / mode, tokenizer, written, end)
    rest = train[DOCUMENTS:]
    for name, table in {
        "prompts": prompts([r for r in rest[:PROMPTS] if r["range"][1] <= LONGEST_ASKED]),
        "held": prompts(held[:HELD_PROMPTS]),
        "pairs": list(pairs(rest[PROMPTS:], PAIRS, 0)),
        "pairs-held": list(pairs(held[HELD_PROMPTS:], HELD_PAIRS, 1)),
    }.items():
        (args.out / name).mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist(table), args.out / name / "train.parquet")
        print(f"{name}: {len(table)}")


if __name__ == "__main__":
    main()
