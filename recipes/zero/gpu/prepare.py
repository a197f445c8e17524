"""All that the runs on a GPU read, made beforehand on a CPU: requests for training and for tests, and small data sets.

Run: python recipes/zero/gpu/prepare.py --base build/gpu/smollm2 --data build/gpu/passages --out build/gpu/data
From the data sets of recipes/zero/gpu/data.py and its topics. `held` topics stand in tests alone.
"""

import argparse
import json
import random
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from data import messages, save, turns
from topics import request, subjects
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from longwriter.text import count_words, sentence_ends
from longwriter.writer.plan.skeleton import main_person, skeleton_of

Row = dict[str, Any]
TOTAL = 200_000
"""Words of a data set of the lab."""
LADDER = (100, 200, 400, 800, 1600)
PLAIN = (60, 300)
WRITER = (60, 200)
SHORT = (30, 100)
"""For a CPU."""
PARTS = (150, 200, 300, 400)
"""Of texts whose plans are learnt with them."""
SLACK = 0.1
"""Of the words asked for, that a text may have less or more."""
THINK = (
    "{request}\n\nFirst think between <think> and </think>: how many words, and what each paragraph says. Then give the "
    "text between <answer> and </answer>."
)


def lines(path: Path, rows: list[Row]) -> None:
    """Requests for a test."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
    print(f"{path}: {len(rows):,}")


def ranged(number: int, prompt: str, words: int) -> Row:
    """A request as reinforcement reads it."""
    return {
        "id": str(number),
        "prompt": prompt,
        "lower": round(words * (1 - SLACK)),
        "upper": round(words * (1 + SLACK)),
    }


def drawn(rng: random.Random, bounds: tuple[int, int]) -> int:
    """Words, in tens, even on a logarithmic scale."""
    low, high = bounds
    return int(round(low * (high / low) ** rng.random(), -1))


def writer_requests(
    part: str, count: int, recents: list[str], rng: random.Random, asks: tuple[int, ...] = ()
) -> list[Row]:
    """Sections of skeletons, with words before them for some."""
    about, out = subjects(part), []
    for n in range(count):
        subject = about[n % len(about)]
        beat = rng.choice(skeleton_of(f"Write {subject}", "en").beats)
        words = asks[n % len(asks)] if asks else drawn(rng, WRITER)
        recent = rng.choice(recents) if rng.random() < 0.75 else ""
        said = messages(turns(subject, beat[1], words, main_person(f"Write {subject}", "en"), recent))
        out.append({"id": f"{part}{n}", "asked": words, "point": beat[1], "messages": said})
    return out


def thought(text: str) -> str:
    """A plan of a text, made backwards: its words, and the first words of each paragraph with theirs."""
    out = [f"The text should have about {round(count_words(text), -1)} words."]
    for paragraph in text.split("\n\n")[:6]:
        first = paragraph[: next(sentence_ends(paragraph), len(paragraph))]
        out.append(f"- {' '.join(first.split()[:12])} ({max(5, 5 * round(count_words(paragraph) / 5))} words)")
    return "\n".join(out)


def capped(rows: list[Row], cap: int) -> list[Row]:
    """Conversations of at most so many words, `TOTAL` words in all: with a lower cap there are more of them."""
    out, total = [], 0
    for row in rows:
        if row["words"] <= cap and total < TOTAL:
            out.append(row)
            total += row["words"]
    return out


def thinking(row: Row) -> Row:
    """A conversation whose reply thinks first, in tags."""
    asked, text = (m["content"] for m in row["messages"])
    reply = f"<think>\n{thought(text)}\n</think>\n<answer>\n{text}\n</answer>"
    asks = {"role": "user", "content": THINK.format(request=asked)}
    return {"id": row["id"], "messages": [asks, {"role": "assistant", "content": reply}]}


def training(
    out: Path, direct: list[Row], recents: list[str], tokenizer: PreTrainedTokenizerBase, rng: random.Random
) -> None:
    """What is learnt from."""
    for cap in (100, 300):
        save(out / f"cap{cap}", capped(direct, cap))
    for name, (low, high) in {"cold": (60, 250), "cold-short": (30, 110)}.items():
        save(out / name, [thinking(r) for r in direct[3000:] if low <= r["words"] <= high][:200])
    human = [r for r in direct[3000:] if 100 <= r["words"] <= 300][200:340]
    save(out / "human", human)  # for plans found behind their texts
    (out / "think.txt").write_text(THINK, "utf-8")
    about = subjects("train")
    for name, bounds in {"plain": PLAIN, "short": SHORT}.items():
        asks = [drawn(rng, bounds) for _ in range(3000)]
        prompts = [request(about[n % len(about)], w, rng.randrange(3)) for n, w in enumerate(asks)]
        save(out / name, [ranged(n, p, w) for n, (p, w) in enumerate(zip(prompts, asks, strict=True))])
    asked = writer_requests("train", 3000, recents, rng)
    chats = [tokenizer.apply_chat_template(r["messages"], tokenize=False, add_generation_prompt=True) for r in asked]
    save(out / "sections", [ranged(n, c, r["asked"]) for n, (c, r) in enumerate(zip(chats, asked, strict=True))])
    long = [(s, rng.choice((1000, 1200, 1400, 1600, 1800))) for s in about[:160]]
    lines(
        out / "aw.jsonl",
        [{"id": f"aw{n}", "prompt": request(s, w), "words": w} for n, (s, w) in enumerate(long)],
    )
    parts = [(s, random.Random(n).choice(PARTS)) for n, s in enumerate(about[:200])]
    lines(
        out / "parts.jsonl",
        [{"id": f"parts{n}", "prompt": request(s, w), "words": w} for n, (s, w) in enumerate(parts)],
    )


def tests(out: Path, recents: list[str], rng: random.Random) -> None:
    """What is asked at the end."""

    def asked(name: str, number: object, words: int, prompt: str) -> Row:
        return {
            "id": f"{name[0]}{number}",
            "set": name,
            "asked": words,
            "messages": [{"role": "user", "content": prompt}],
        }

    held = subjects("held")
    ladder = [asked("ladder", f"{n}-{w}", w, request(s, w)) for n, s in enumerate(held[:24]) for w in LADDER]
    lines(out / "ladder.jsonl", ladder)
    for name, bounds in {"plain": PLAIN, "short": SHORT}.items():
        asks = [drawn(rng, bounds) for _ in range(48)]
        prompts = [request(held[n % len(held)], w) for n, w in enumerate(asks)]
        lines(out / f"{name}.jsonl", [asked(name, n, w, p) for n, (p, w) in enumerate(zip(prompts, asks, strict=True))])
        kind = {"plain": "think", "short": "think-short"}[name]
        told = [THINK.format(request=p) for p in prompts]
        lines(out / f"{kind}.jsonl", [asked(kind, n, w, p) for n, (p, w) in enumerate(zip(told, asks, strict=True))])
    parts = [(s, w) for s in held[:24] for w in PARTS]
    lines(out / "parts.jsonl", [asked("parts", n, w, request(s, w)) for n, (s, w) in enumerate(parts)])
    sections = writer_requests("held", 96, recents[-200:], rng, (60, 100, 150, 200))
    lines(out / "sections.jsonl", [{"set": "sections"} | r for r in sections])


def main() -> None:
    """Write all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, default=Path("build/gpu/smollm2"), help="whose chat template it is")
    parser.add_argument("--data", type=Path, default=Path("build/gpu/passages"))
    parser.add_argument("--out", type=Path, default=Path("build/gpu/data"))
    args = parser.parse_args()
    rng = random.Random(11)
    written = pq.read_table(args.data / "writer").to_pylist()[:3000]
    recents = [row["messages"][2]["content"] for row in written if len(row["messages"]) > 3]
    direct = pq.read_table(args.data / "direct").to_pylist()
    training(args.out, direct, recents, AutoTokenizer.from_pretrained(args.base), rng)
    tests(args.out / "test", recents, rng)


if __name__ == "__main__":
    main()
