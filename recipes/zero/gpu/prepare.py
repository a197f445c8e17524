"""All that the runs on a GPU read, made beforehand on a CPU: requests for training and for tests, and small data sets.

Run: python recipes/zero/gpu/prepare.py --data build/gpu/passages --out build/gpu/data
From the data sets of recipes/zero/gpu/data.py and its topics. `held` topics stand in tests alone.
"""

import argparse
import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from topics import request, subjects

from longwriter.text import count_words, sentence_ends
from longwriter.writer.plan.skeleton import main_person, skeleton_of
from longwriter.writer.prompts import prompt_set

Row = dict[str, Any]
LADDER = (100, 200, 400, 800, 1600)
PLAIN = (60, 300)
WRITER = (60, 200)
SHORT = (30, 100)
"""For a CPU."""
SLACK = 0.1
"""Of the words asked for, that a text may have less or more."""
THINK = (
    "{request}\n\nFirst think between <think> and </think>: how many words, and what each paragraph says. Then give the "
    "text between <answer> and </answer>."
)


def save(path: Path, rows: list[Row]) -> None:
    """One data set."""
    path.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), path / "train.parquet", compression="zstd", compression_level=19)
    print(f"{path}: {len(rows):,}")


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


def turns(subject: str, beat: tuple[str, str], words: int, recent: str) -> list[Row]:
    """A section's request as the writer sends it: writer/section/request.py."""
    prompts, skeleton = prompt_set("en"), skeleton_of(f"Write {subject}", "en")
    person = main_person(f"Write {subject}", "en")
    values = {
        "request": f"Write {subject}", "subject": subject, "style": skeleton.style, "point": beat[1], "ask": words,
        "person": prompts.render("person", person=person) if person else "",
    }  # fmt: skip
    story = subject.startswith("a story")
    out = [("system", skeleton.system)]
    if recent and story:
        out += [("user", prompts.render("short_request", **values)), ("assistant", recent)]
        out += [("user", prompts.render("short_next", **values))]
    else:
        out += [("user", prompts.render("short_first" if story else "short_part", **values))]
    return [{"role": role, "content": str(text).strip()} for role, text in out]


def chatml(messages: list[Row]) -> str:
    """What SmolLM2's template makes of messages, ready for the reply."""
    told = "".join(f"<|im_start|>{m['role']}\n{m['content']}<|im_end|>\n" for m in messages)
    return told + "<|im_start|>assistant\n"


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
        out.append(
            {"id": f"{part}{n}", "asked": words, "point": beat[1], "messages": turns(subject, beat, words, recent)}
        )
    return out


def thought(text: str) -> str:
    """A plan of a text, made backwards: its words, and the first words of each paragraph with theirs."""
    out = [f"The text should have about {round(count_words(text), -1)} words."]
    for paragraph in text.split("\n\n")[:6]:
        first = paragraph[: next(sentence_ends(paragraph), len(paragraph))]
        out.append(f"- {' '.join(first.split()[:12])} ({max(5, 5 * round(count_words(paragraph) / 5))} words)")
    return "\n".join(out)


def main() -> None:
    """Write all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("build/gpu/passages"))
    parser.add_argument("--out", type=Path, default=Path("build/gpu/data"))
    args = parser.parse_args()
    rng, out = random.Random(11), args.out
    direct = pq.read_table(args.data / "direct").to_pylist()
    for cap in (100, 300):  # the same number of words: more of the short ones
        rows, total = [], 0
        for row in direct:
            if row["words"] <= cap and total < 200_000:
                rows.append(row)
                total += row["words"]
        save(out / f"cap{cap}", rows)
    cold = [r for r in direct[3000:] if 60 <= r["words"] <= 250][:200]
    told = []
    for row in cold:
        asked, text = row["messages"][0]["content"], row["messages"][1]["content"]
        reply = f"<think>\n{thought(text)}\n</think>\n<answer>\n{text}\n</answer>"
        told.append({"id": row["id"], "messages": [
            {"role": "user", "content": THINK.format(request=asked)}, {"role": "assistant", "content": reply}]})  # fmt: skip
    save(out / "cold", told)
    (out / "think.txt").write_text(THINK, "utf-8")
    about = subjects("train")
    plain = [
        ranged(n, request(about[n % len(about)], w := drawn(rng, PLAIN), rng.randrange(3)), w) for n in range(3000)
    ]
    save(out / "plain", plain)
    few = [ranged(n, request(about[n % len(about)], w := drawn(rng, SHORT), rng.randrange(3)), w) for n in range(3000)]
    save(out / "short", few)
    recents = []
    for row in pq.read_table(args.data / "writer").to_pylist()[:3000]:
        if len(row["messages"]) > 3:
            recents.append(row["messages"][2]["content"])
    asked = writer_requests("train", 3000, recents, rng)
    save(out / "sections", [ranged(n, chatml(r["messages"]), r["asked"]) for n, r in enumerate(asked)])
    held = subjects("held")[:24]
    user = [{"role": "user", "content": ""}]
    lines(out / "test/ladder.jsonl", [
        {"id": f"{n}-{w}", "set": "ladder", "asked": w, "messages": [user[0] | {"content": request(s, w)}]}
        for n, s in enumerate(held) for w in LADDER
    ])  # fmt: skip
    asks = [drawn(rng, PLAIN) for _ in range(48)]
    tests = [(n, request((held + subjects("held")[24:])[n % 36], w), w) for n, w in enumerate(asks)]
    lines(out / "test/plain.jsonl", [
        {"id": f"p{n}", "set": "plain", "asked": w, "messages": [user[0] | {"content": t}]} for n, t, w in tests
    ])  # fmt: skip
    asks = [drawn(rng, SHORT) for _ in range(48)]
    lines(out / "test/short.jsonl", [
        {"id": f"s{n}", "set": "short", "asked": w,
         "messages": [user[0] | {"content": request((held + subjects("held")[24:])[n % 36], w)}]}
        for n, w in enumerate(asks)
    ])  # fmt: skip
    lines(out / "test/think.jsonl", [
        {"id": f"p{n}", "set": "think", "asked": w, "messages": [user[0] | {"content": THINK.format(request=t)}]}
        for n, t, w in tests
    ])  # fmt: skip
    sections = writer_requests("held", 96, recents[-200:], rng, (60, 100, 150, 200))
    lines(out / "test/sections.jsonl", [{"set": "sections"} | r for r in sections])
    lines(out / "aw.jsonl", [
        {"id": f"aw{n}", "prompt": request(s, w := rng.choice((1000, 1200, 1400, 1600, 1800))), "words": w}
        for n, s in enumerate(about[:160])
    ])  # fmt: skip


if __name__ == "__main__":
    main()
