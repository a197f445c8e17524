"""Books and articles -> tokenizer, text tokens and instruction rows for nano.

Instructions are made backwards, without another model: a chapter's paragraphs are grouped into sections, each section
gets keywords by tf-idf, and the request, the plan and the section prompt are written around them in the very words that
`longwriter.writer` uses for nano (`prompts/nano`). Word counts are the true ones, rounded to ten.

Run: python prepare.py --corpus DIR --work DIR. Leaves out: paraphrase, any judgement of quality.
"""

import argparse
import collections
import hashlib
import json
import lzma
import math
import random
import re
import tomllib
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

SPECIAL = ["<|pad|>", "<|user|>", "<|write|>", "<|end|>"]
WORD = re.compile(r"[A-Za-z][A-Za-z'-]+")
PLAN = "Plan: {instruction}\nParts: {count}\nWords: {words}"
SECTION = "{instruction}\nPart: {title}: {point}\nWords: {words}\nSo far: {tail}"


def read(corpus: Path, config: dict) -> list[dict]:
    """The chosen chapters and articles, in English, shuffled by the seed."""
    rows = []
    for name in ("standard_ebooks", "us_government"):
        with lzma.open(corpus / f"{name}.jsonl.xz", "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                government = name == "us_government"
                if (row["language"] or "en").startswith("en") and (
                    government or row["book"].startswith(tuple(config["books"]))
                ):
                    rows.append(row)
    return rows


def is_held_out(row: dict, index: int, config: dict) -> bool:
    """Whole books that are never trained on, and every n-th of the other documents."""
    return row["book"].startswith(tuple(config["held_out_books"])) or index % config["held_out_every"] == 0


def header(row: dict) -> str:
    """A document's first lines in pretraining: what it is, by whom."""
    lines = [f"Title: {row['chapter'] or row['title']}"]
    if row["author"]:
        lines.append(f"From: {row['title']} by {', '.join(row['author'])}")
    return "<|user|>" + "\n".join([*lines, f"Genre: {genre(row)}"]) + "<|write|>"


def genre(row: dict) -> str:
    """One plain phrase: detective story, guide, essay..."""
    names = {"Science Fiction": "science fiction", "Children's": "children's", "Comedy": "funny"}
    special = [names.get(s, s.lower()) for s in row["subjects"] if s not in ("Shorts", "Fiction", "Nonfiction")]
    if row["fiction"]:
        return f"{special[0]} story" if special else "story"
    return {"blog": "article", "guide": "guide"}.get(row["kind"], "essay")


def sections(text: str, low: int, high: int, rng: random.Random) -> list[str]:
    """Whole paragraphs gathered up to a drawn number of words, so that lengths vary."""
    out, current, count, want = [], [], 0, rng.randint(low, high)
    for paragraph in text.split("\n\n"):
        words = len(paragraph.split())
        if current and count + words > want * 1.15:
            out.append("\n\n".join(current))
            current, count, want = [], 0, rng.randint(low, high)
        current.append(paragraph)
        count += words
    if count >= low:
        out.append("\n\n".join(current))
    return [s for s in out if low * 0.6 <= len(s.split()) <= high * 1.2]


def terms(text: str) -> list[str]:
    """Content words; names keep their capital (a capital that does not open a sentence)."""
    out = []
    for sentence in re.split(r"(?<=[.!?\"])\s+", text):
        for position, word in enumerate(WORD.findall(sentence)):
            word = re.sub(r"'s$", "", word).strip("'-")
            if len(word) >= 4 and "'" not in word:
                out.append(word if word[0].isupper() and position else word.lower())
    return out


class Keywords:
    """tf-idf over sections. Too common words (in over 6 % of sections) and too rare ones never become keywords."""

    def __init__(self, texts: list[str]) -> None:
        """Count in how many of the texts each word stands."""
        counts: collections.Counter[str] = collections.Counter()
        for text in texts:
            counts.update({w.lower() for w in terms(text)})
        self.idf = {w: math.log(len(texts) / n) for w, n in counts.items() if n > 4 and n < 0.06 * len(texts)}

    def of(self, text: str, k: int) -> list[str]:
        """The k best, none sharing its first five letters with another, in order of appearance."""
        tf = collections.Counter(terms(text))
        score = {w: math.log1p(n) * self.idf[w.lower()] for w, n in tf.items() if w.lower() in self.idf}
        seen: set[str] = set()
        best = []
        for word in sorted(score, key=lambda w: -score[w]):
            if word.lower()[:5] not in seen:
                seen.add(word.lower()[:5])
                best.append(word)
            if len(best) == k:
                break
        return sorted(best, key=text.lower().find)


def round_ten(n: int) -> int:
    """Nearest ten, at least ten."""
    return max(10, round(n / 10) * 10)


def title_of(words: list[str]) -> str:
    """A small heading from two keywords."""
    return " and ".join(w[0].upper() + w[1:] for w in words[:2])


def request(row: dict, keys: list[str], words: int, rng: random.Random) -> str:
    """What a person might have typed to get this text."""
    kind, title = genre(row), row["chapter"] or row["title"]
    article = "an" if kind[0] in "aeiou" else "a"
    topics = f"{', '.join(keys[:-1])} and {keys[-1]}" if len(keys) > 1 else keys[0]
    forms = [
        f"Write a {words}-word {kind} about {topics}.",
        f"Write {article} {kind} about {topics}.",
        f"Write {article} {kind} about {topics}. About {words} words.",
        f"{kind.capitalize()}: {title}. {topics}. {words} words.",
        f'Write {article} {kind} called "{title}", about {topics}.',
    ]
    if row["description"] and len(row["description"]) < 200:
        forms.append(f"{row['description']} Write about {words} words on {topics}.")
    return rng.choice(forms)


def examples(row: dict, keywords: Keywords, config: dict, rng: random.Random) -> list[tuple[str, str]]:
    """(prompt, completion) pairs of one document: a plan, its sections, and single passages."""
    low, high = rng.choice([(60, 140), (100, 240), (180, 380)])
    parts = [(s, keywords.of(s, 6)) for s in sections(row["text"], low, high, rng)]
    parts = [(s, k) for s, k in parts if len(k) >= 4]
    out = []
    while parts:
        n = rng.randint(2, config["max_parts"])
        group, parts = parts[:n], parts[n:]
        total = round_ten(sum(len(s.split()) for s, _ in group))
        asked = request(row, [w for _, k in group for w in k][: rng.randint(1, 4)], total, rng)
        plan = []
        for text, keys in group:
            best = sorted(keys, key=lambda w: -keywords.idf[w.lower()] * text.lower().count(w.lower()))
            point = ", ".join(w for w in keys if w not in best[:2])
            plan.append({"title": title_of(best), "point": point, "words": round_ten(len(text.split()))})
        if len(group) > 1:
            reply = json.dumps({"sections": plan}, separators=(",", ":"), ensure_ascii=False)
            out.append((PLAN.format(instruction=asked, count=len(group), words=total), reply))
        written: list[str] = []
        for (text, keys), line in zip(group, plan, strict=True):
            tail = " ".join(" ".join(written).split()[-config["tail_words"] :]) or "(start)"
            out.append((SECTION.format(instruction=asked, tail=tail, **line), text))
            written.append(text)
            if rng.random() < 0.15:
                out.append((request(row, keys[:4], line["words"], rng), text))
    return out


def train_tokenizer(texts: list[str], vocab: int) -> Tokenizer:
    """Byte-level BPE with single digits, so that a word count is a few well-known tokens."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab, special_tokens=SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def plan_words(pairs: list[tuple[str, str]], least: int) -> list[str]:
    """Keywords that at least so many plan lines hold, without names: what nano may write into a plan.

    A word is a name if it has its capital as often as not.
    """
    lines = [s["point"] for p, c in pairs if p.startswith("Plan:") for s in json.loads(c)["sections"]]
    counts = collections.Counter(word for line in lines for word in line.split(", "))
    plain = [w for w, n in counts.items() if n >= least and w.isalpha() and w.islower()]
    return sorted(w for w in plain if counts[w] > 4 * counts[w.capitalize()])


def pack(pairs: list[tuple[list[int], list[int]]], width: int) -> tuple[np.ndarray, np.ndarray]:
    """Whole examples into rows of `width` tokens: (rows, width) ids and the same of 0/1, 1 where the loss counts."""
    rows, masks = [], []
    ids: list[int] = []
    mask: list[int] = []
    for prompt, completion in pairs:
        if len(ids) + len(prompt) + len(completion) > width:
            rows.append((ids + [0] * width)[:width])
            masks.append((mask + [0] * width)[:width])
            ids, mask = [], []
        ids += prompt + completion
        mask += [0] * len(prompt) + [1] * len(completion)
    return np.array(rows, np.uint16), np.array(masks, np.uint8)


def main() -> None:
    """Write tokenizer.json, {train,held}.text.npy, {train,held}.rows.npy, {train,held}.mask.npy and data.json."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--corpus", type=Path, required=True)
    arguments.add_argument("--work", type=Path, required=True)
    args = arguments.parse_args()
    config = tomllib.loads((Path(__file__).parent / "nano.toml").read_text())
    args.work.mkdir(parents=True, exist_ok=True)
    rng = random.Random(config["seed"])
    rows = read(args.corpus, config["data"])
    rng.shuffle(rows)
    low, high = config["data"]["section_words"]
    keywords = Keywords([s for row in rows for s in sections(row["text"], low, high, rng)])
    text: dict[str, list[str]] = {"train": [], "held": []}
    pairs: dict[str, list[tuple[str, str]]] = {"train": [], "held": []}
    for index, row in enumerate(rows):
        split = "held" if is_held_out(row, index, config["data"]) else "train"
        text[split].append(header(row) + row["text"] + "<|end|>")
        pairs[split] += examples(row, keywords, config["data"], rng)
    tokenizer = train_tokenizer(
        [*text["train"], *(f"{p}\n{c}" for p, c in pairs["train"][::4])], config["data"]["vocab"]
    )
    tokenizer.save(str(args.work / "tokenizer.json"))
    keywords_file = "\n".join(plan_words(pairs["train"], config["data"]["keyword_lines"])) + "\n"
    (args.work / "keywords.txt").write_text(keywords_file)
    width = config["model"]["context"] + 1
    facts: dict[str, object] = {"documents": len(rows), "words": sum(r["words"] for r in rows)}
    for split in ("train", "held"):
        stream = np.concatenate([np.array(e.ids, np.uint16) for e in tokenizer.encode_batch(text[split])])
        np.save(args.work / f"{split}.text.npy", stream)
        rng.shuffle(pairs[split])
        prompts = tokenizer.encode_batch([f"<|user|>{p}<|write|>" for p, _ in pairs[split]])
        completions = tokenizer.encode_batch([f"{c}<|end|>" for _, c in pairs[split]])
        both = [(p.ids, c.ids) for p, c in zip(prompts, completions, strict=True)]
        fitting = [(p, c) for p, c in both if len(p) + len(c) <= width]
        ids, mask = pack(fitting, width)
        np.save(args.work / f"{split}.rows.npy", ids)
        np.save(args.work / f"{split}.mask.npy", mask)
        facts[split] = {
            "text_tokens": len(stream),
            "characters_per_token": round(sum(map(len, text[split])) / len(stream), 2),
            "examples": len(fitting),
            "too_long": len(both) - len(fitting),
            "rows": len(ids),
            "sha256": hashlib.sha256(stream.tobytes() + ids.tobytes()).hexdigest(),
        }
    (args.work / "data.json").write_text(json.dumps(facts, indent=1))
    print(json.dumps(facts, indent=1))


if __name__ == "__main__":
    main()
