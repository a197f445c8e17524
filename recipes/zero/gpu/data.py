"""Training data for the small model from public-domain prose: passages, each with a request that names its true length.

Run: python recipes/zero/gpu/data.py CORPUS.jsonl[.xz] ... --out build/gpu/passages [--words 5e6]
CORPUS: lines with book, chapter, title, fiction, text. Writes data sets of Parquet with a column messages, `held` beside
`train` (whole books, and one article in twelve):
    direct   one request, one passage of 30 to 300 words: "Write a story about ... About 140 words."
    writer   the same passages as sections, under the short prompts that the writer sends (writer/prompts/en/short_*.txt)
    pairs    a passage against a spoiled one, for a reward model
    prose    held-out passages alone, a column text, to measure the loss on plain prose
Leaves out: passages with lists, headings, links, verse or few sentences.
"""

import argparse
import itertools
import json
import lzma
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from topics import request

from longwriter.data.backtranslate.keywords import Counts, Keywords
from longwriter.text import count_words, ends_complete, sentence_ends, tail_words
from longwriter.writer.plan.skeleton import skeleton_of
from longwriter.writer.prompts import prompt_set
from longwriter.writer.section.request import ENDS, RECENT_WORDS

LEAST, MOST = 30, 300
"""Words of a passage."""
PLAIN = (
    "christie", "doyle", "wodehouse", "hammett", "sayers", "grimm", "baum", "grahame", "pohl", "leiber", "piper", "harrison",
    "dick_", "anderson_short", "sheckley", "weinbaum", "hemingway", "montgomery", "cather", "burroughs", "buchan", "wells",
    "london", "chesterton", "burnett", "o-henry", "saki", "jerome", "fitzgerald", "chekhov", "kipling", "howard_",
)  # fmt: skip
"""Books in plain prose, by parts of their names."""
HELD = ("ozma-of-oz", "poirot-investigates", "harrison_short", "the-sign-of-the-four")
OWN = 0.7
"""Of sections whose subject is their own, not their chapter's."""
ARTICLES = 12
"""One article in so many is held out."""
_UNFIT = re.compile(r"^\s*(?:[-*#>|+]|\d+[.)])|https?:|[\[\]{}<>|_*#=]|\n[ \t]+\S", re.MULTILINE)
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}\b")
Row = dict[str, Any]


def lines(paths: Sequence[Path]) -> Iterator[Row]:
    """The chapters of the corpus that are in plain prose."""
    for path in paths:
        with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                if not row["fiction"] and "standard" in path.name:
                    continue
                if not row["fiction"] or any(name in row["book"] for name in PLAIN):
                    yield row


def passages(row: Row, rng: random.Random) -> list[str]:
    """Neighbouring paragraphs of a chapter, LEAST to MOST words each; an unfit one is "", so that neighbours stay known."""
    out, group, want = [], list[str](), _drawn(rng)
    for paragraph in row["text"].split("\n\n"):
        group.append(paragraph.strip())
        text = "\n\n".join(group)
        if (words := count_words(text)) >= want:
            fit = (
                words <= MOST and not _UNFIT.search(text) and ends_complete(text) and len(list(sentence_ends(text))) > 1
            )
            out.append(text if fit else "")
            group, want = [], _drawn(rng)
    return out


def _drawn(rng: random.Random) -> float:
    """Words, even on a logarithmic scale."""
    return float(LEAST * (MOST / LEAST / 1.3) ** rng.random())


def sections(row: Row, keywords: Keywords, rng: random.Random) -> list[Row]:
    """The passages of a chapter with what is asked for each."""
    story = bool(row["fiction"])
    title = " ".join(str(row["chapter"] or row["title"]).split())
    found = passages(row, rng)
    about = [t.word for t in keywords.of(row["text"][:20_000])[:2]]
    if len(about) < 2 or sum(map(bool, found)) < 2:
        return []
    if story:
        subject = f"a story about {about[0]} and {about[1]}"
    else:
        kind = rng.choice(("a guide to", "a report on", "an essay about"))
        subject = (
            f"{kind} {title[:1].lower() + title[1:]}".rstrip(ENDS)
            if rng.random() < 0.6
            else f"{kind} {about[0]} and {about[1]}"
        )
    names = Counter(_NAME.findall(row["text"][:20_000])).most_common(1)
    person = names[0][0] if story and names and rng.random() < 0.6 else ""
    out = []
    for number, text in enumerate(found):
        if not text:
            continue
        words = [t.word for t in keywords.of(text)[: rng.randint(3, 6)]]
        own = f"{words[0]} and {words[1]}" if len(words) > 1 else " and ".join(about)
        lesson = ", ".join(words or about)  # a sentence of the passage would teach to copy the line
        out.append({
            "id": f"{row['book']}/{row['order']}/{number}", "subject": subject, "person": person, "point": lesson,
            "own": f"{subject.split(' about ')[0].split(' to ')[0].split(' on ')[0]} about {own}" if story else subject,
            "text": text, "words": count_words(text), "before": found[number - 1] if number and story else "",
        })  # fmt: skip
    return out


def direct(s: Row, rng: random.Random) -> Row:
    """One request, one passage."""
    asked = request(s["own"], max(10, round(s["words"], -1)), rng.randrange(3))
    return _conversation(s, [("user", asked), ("assistant", s["text"])])


def section(s: Row, rng: random.Random) -> Row:
    """A passage under the short prompts of the writer, with its last words before it where one goes before."""
    # a subject of which the passage has nothing teaches to forget the request: docs/zero.md
    subject = s["own"] if rng.random() < OWN else s["subject"]
    recent = " ".join(tail_words(s["before"], RECENT_WORDS).split()) if s["before"] and rng.random() < 0.8 else ""
    return _conversation(s, [*turns(subject, s["point"], max(10, round(s["words"], -1)), s["person"], recent),
                             ("assistant", s["text"])])  # fmt: skip


def turns(subject: str, point: str, words: int, person: str, recent: str) -> list[tuple[str, str]]:
    """A section's request as the writer sends it (writer/section/request.py): roles and texts.

    `person`: who the story is about, `recent`: the last words before the section; "" for none.
    """
    prompts, skeleton = prompt_set("en"), skeleton_of(f"Write {subject}", "en")
    values = {
        "request": f"Write {subject}", "subject": subject, "style": skeleton.style, "point": point, "ask": words,
        "person": prompts.render("person", person=person) if person else "",
    }  # fmt: skip
    story = subject.startswith("a story")
    out = [("system", skeleton.system)]
    if recent and story:
        out += [("user", prompts.render("short_request", **values)), ("assistant", recent)]
        return [*out, ("user", prompts.render("short_next", **values))]
    return [*out, ("user", prompts.render("short_first" if story else "short_part", **values))]


def messages(said: Sequence[tuple[str, str]]) -> list[Row]:
    """Roles and texts as a data set has them."""
    return [{"role": role, "content": str(text).strip()} for role, text in said]


def _conversation(s: Row, said: Sequence[tuple[str, str]]) -> Row:
    return {"id": s["id"], "words": s["words"], "messages": messages(said)}


def spoiled(text: str, other: str, rng: random.Random) -> tuple[str, str]:
    """A worse text of about the same length, and how it was made: what a policy might try for its length."""
    ends = [0, *sentence_ends(text), len(text)]
    parts = [text[a:b] for a, b in itertools.pairwise(ends) if text[a:b].strip()]
    kind = rng.choice(("shuffled words", "looped", "another's sentences", "shuffled sentences", "one word again"))
    if kind == "shuffled words":
        words = [p.split() for p in parts]
        for w in words:
            rng.shuffle(w)
        return " ".join(" ".join(w) for w in words), kind
    if kind == "looped":
        kept = parts[: max(1, len(parts) // 3)]
        return "".join((kept * (len(parts) // len(kept) + 1))[: len(parts)]), kind
    if kind == "another's sentences":
        ends = [0, *sentence_ends(other), len(other)]
        strange = [other[a:b].strip() + " " for a, b in itertools.pairwise(ends) if other[a:b].strip()]
        return "".join(rng.choice(strange) if i % 2 else p for i, p in enumerate(parts)), kind
    if kind == "shuffled sentences":
        rng.shuffle(parts)
        return "".join(p if p.endswith((" ", "\n")) else p + " " for p in parts).strip(), kind
    favoured = rng.choice([w for w in text.split() if len(w) > 4] or ["light"])
    return " ".join(favoured if rng.random() < 0.08 else w for w in text.split()), kind


def pair(s: Row, other: Row, rng: random.Random) -> Row:
    """A preference as `longwriter train reward` reads it."""
    worse, kind = spoiled(s["text"], other["text"], rng)
    asked = request(s["own"], max(10, round(s["words"], -1)), rng.randrange(3))
    sides = {"chosen": s["text"], "rejected": worse}
    return {"id": s["id"], "kind": kind, "prompt": [{"role": "user", "content": asked}]} | {
        name: [{"role": "assistant", "content": text}] for name, text in sides.items()
    }


def save(path: Path, rows: Sequence[Row]) -> None:
    """One data set."""
    path.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(list(rows)), path / "train.parquet", compression="zstd", compression_level=19)
    print(f"{path}: {len(rows):,} rows, {sum(r.get('words', 0) for r in rows):,} words")


def main() -> None:
    """Write all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, default=Path("build/gpu/passages"))
    parser.add_argument("--words", type=float, default=5e6, help="most words of writer's sections")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    rng, counts = random.Random(args.seed), Counts()
    for row in lines(args.corpus):
        counts.add(row["text"])
    keywords = Keywords(counts)
    train, held, articles = list[Row](), list[Row](), 0
    for row in lines(args.corpus):
        articles += not row["fiction"]
        out = any(name in row["book"] for name in HELD) if row["fiction"] else articles % ARTICLES == 0
        (held if out else train).extend(sections(row, keywords, rng))
    rng.shuffle(train)
    rng.shuffle(held)
    total = list(itertools.accumulate(s["words"] for s in train))
    writer = train[: sum(t <= args.words for t in total)]
    save(args.out / "writer", [section(s, rng) for s in writer])
    save(args.out / "writer/held", [section(s, rng) for s in held[:600]])
    save(args.out / "direct", [direct(s, rng) for s in train[:6000]])
    save(args.out / "pairs", [pair(s, t, rng) for s, t in itertools.pairwise(train[6000:9001])])
    save(args.out / "pairs/held", [pair(s, t, rng) for s, t in itertools.pairwise(held[:401])])
    modern = [s for s in held if not s["subject"].startswith("a story")]
    save(args.out / "prose", [{"id": s["id"], "text": s["text"], "words": s["words"]} for s in modern[:400]])


if __name__ == "__main__":
    main()
