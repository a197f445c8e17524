"""Proofs of the citations: nothing invented stays, planted errors are found, what reward and attached marks are worth.

    python measurements/citations.py adversarial ARTICLES.jsonl[.xz] [--runs 1000] [--seed 1] [--card smollm2]
    python measurements/citations.py planted     ARTICLES.jsonl[.xz] [--texts 200]
    python measurements/citations.py attached    ARTICLES.jsonl[.xz] [--texts 200]
    python measurements/citations.py reward      ARTICLES.jsonl[.xz] [--texts 100]
    python measurements/citations.py speed       ARTICLES.jsonl[.xz]

ARTICLES has a text a line: {"title", "text", "description"}; a text's ten sources are ten of them, of 500 to 2,500 words.
`adversarial` writes with a scripted model that invents ids, numbers, notes, addresses, authors and lists of references in
every bracket, cut anywhere; what stays is looked for by a rule of its own. `planted` cites sentences of the sources, spoils a
third of them in one of six ways, and counts what is found. `attached` counts marks that rules give to sentences of the sources,
to reworded ones and to those of other articles. `reward` is the table of docs/rewards.md. Intervals are Wilson's, 95 %.
"""

import argparse
import asyncio
import json
import lzma
import math
import random
import re
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from attacks import ENGLISH, content_words

from longwriter.checks.citations.attached import proving
from longwriter.checks.citations.citations import citations, read_citations
from longwriter.checks.citations.fence import shown
from longwriter.checks.citations.records import SourceChunk
from longwriter.checks.citations.sources import SourceSet
from longwriter.export.references import CODE
from longwriter.journal import Journal
from longwriter.models.base import Listens, ModelConfig
from longwriter.rewards.base import RewardSettings, Sample, open_reward
from longwriter.text import count_words, sentence_ends
from longwriter.types import Plan, Reply, Request, Section
from longwriter.writer.session import Options, Session
from longwriter.writer.settings import WriteSettings
from longwriter.writer.sources.chunks import ReadSource, chunks_of

Article = dict[str, str]
INVENTED = (
    "[s{n}]", "[s{k}, s{n}]", "[s{n}; s{k}]", "[[s{n}]]", "[s[s{n}]{k}]", "[s{n}", "s{n}]", "【s{n}】", "［ｓ{n}］", "[S{n}]",
    "[source s{n}]", "(source: s{n})", "[s{n}](https://made.example/{n})", "[{n}]", "[^{n}]", "[1, {k}]", "【{k}†source】",
    "https://made.example/{n}", "www.made.example", "[a study](http://made.example)", "<https://made.example>",
    "(Madeup et al., 20{k:02})", "[Madeup, 2019]", "doi:10.1234/made.{n}", "arXiv:2401.0{n}", "<ref>Madeup {n}</ref>",
    "[source: Madeup Times]", "[^n]\n\n[^n]: Madeup, Things, 2021\n\n", "[s{k}–s{n}]", "[s٩{n}]", "according to s{n}",
    "[\ns{n}\n]", "【[s{n}】", "{{s{n}}}", "[s{k}] [s{n}]", "[citation needed]", "\n\n[made]: https://made.example/{n}\n\n",
)  # fmt: skip
LISTS = (
    "\n\n## References\n\n1. Madeup. Things. 2020.\n2. https://made.example",
    "\n\nSources:\n- Madeup, Things, 2001\n",
    "",
)
ORACLE = re.compile(
    r"(?<![A-Za-z])[sSｓＳ]\s?(\d+)|made\.?example|Madeup|https?:|www\.|\bdoi\b|arXiv|\[\^|†"
    r"|[\[【［]\s?\d+\s?[\]】］]|<ref|citation needed"
)


def read(path: Path) -> list[Article]:
    """The articles of 500 to 2,500 words."""
    with lzma.open(path, "rt") if path.suffix == ".xz" else path.open() as lines:
        rows = [json.loads(line) for line in lines]
    return [row for row in rows if 500 <= count_words(row["text"]) <= 2500]


def sources_of(articles: Sequence[Article]) -> list[SourceChunk]:
    """Their chunks."""
    out: list[SourceChunk] = []
    for number, row in enumerate(articles, 1):
        source = ReadSource(row["text"], row["title"], (), f"{number}.md", "2026-01-01")
        out += chunks_of(source, number, len(out) + 1)
    return out


def sentences(text: str) -> list[str]:
    """Its sentences of 8 to 40 words, on one line, without brackets and quotation marks."""
    out, start = [], 0
    for end in sentence_ends(text):
        sentence, start = text[start:end].strip(), end
        if 8 <= count_words(sentence) <= 40 and "\n" not in sentence and not re.search(r'[\["“#*|`<]', sentence):
            out.append(sentence)
    return out


def wilson(hits: int, total: int) -> str:
    """A share with its interval, in percent."""
    if not total:
        return "-"
    p, z = hits / total, 1.96
    middle = (p + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(p * (1 - p) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return f"{100 * p:.1f} % ({100 * max(0.0, middle - half):.1f} to {100 * min(1.0, middle + half):.1f}; n = {total})"


class Inventor:
    """A model that answers with sentences and invented references, its replies cut anywhere."""

    name, prefill = "inventor", True

    def __init__(self, words: Sequence[str], chunks: int, rng: random.Random) -> None:
        self.words, self.chunks, self.rng = words, chunks, rng
        self.made = 0

    async def reply(self, request: Request, listener: Listens | None = None) -> Reply:  # noqa: ARG002 - Model's signature
        """About a hundred words with an invention in most sentences."""
        rng, out = self.rng, []
        for _ in range(rng.randint(4, 9)):
            sentence = rng.choice(self.words)
            for _ in range(rng.randint(0, 3)):
                at = rng.choice([m.start() for m in re.finditer(" ", sentence)] or [0])
                told = rng.choice(INVENTED).format(n=self.chunks + rng.randint(1, 900), k=rng.randint(1, self.chunks))
                sentence = f"{sentence[:at]} {told}{sentence[at:]}"
                self.made += 1
            out.append(sentence)
        text = " ".join(out) + rng.choice(LISTS)
        cut = rng.random() < 0.4
        return Reply(
            text=text[: rng.randint(len(text) // 2, len(text))] if cut else text, finish="length" if cut else "stop"
        )

    async def window(self) -> int | None:
        """Unknown."""
        return None

    def count_tokens(self, text: str) -> int | None:  # noqa: ARG002 - Model's signature
        """Unknown."""
        return None

    async def aclose(self) -> None:
        """Nothing to close."""


def names(text: str) -> int:
    """Bare words that are left of references which others stood in the middle of: nothing refers to anything by them."""
    return len(re.findall(r"Madeup(?![^\n.]{0,30}\d{4})", CODE.sub("", text)))


def stays(text: str, chunks: int) -> list[str]:
    """What of a text looks like a reference, and is none to a chunk that there is."""
    plain = CODE.sub("", text)
    plain = re.sub(r"Madeup(?![^\n.]{0,30}\d{4})", "", plain)  # counted by `names`
    return [m[0] for m in ORACLE.finditer(plain) if not (m[1] and 1 <= int(m[1]) <= chunks)]


def adversarial(articles: Sequence[Article], runs: int, rng: random.Random, card: str) -> None:
    """Runs of two sections, in memory, of a model that is prompted as `card` says."""
    plain = [s for row in articles for s in sentences(row["text"]) if not ORACLE.search(s)]
    left, made, marks, failed, bare = Counter[str](), 0, 0, 0, 0
    for _ in range(runs):
        chunks = sources_of(rng.sample(list(articles), 2))
        model = Inventor(rng.sample(plain, 40), len(chunks), rng)
        plan = Plan(title="A report", sections=(Section(title="One", words=150), Section(title="Two", words=150)))
        settings = WriteSettings(
            instruction="Write a report of 300 words",
            sources=("made",),
            words=300,
            writer=ModelConfig(model=model.name, card=card),
        )
        session = Session(
            settings, Journal(None), None, {"writer": model, "planner": model}, Options(plan=plan), chunks
        )
        text = asyncio.run(session.run()).text
        left.update(stays(text, len(chunks)))
        bare += names(text)
        marks += len(re.findall(r"\[s\d+\]", text))
        failed += not text.strip()
        made += model.made
    print(f"{runs} runs, {made:,} inventions, {failed} without a text; {marks:,} marks of sources that there are stay")
    print(
        f"references to sources that there are not: {left.total()} {dict(left.most_common(10))}; bare words of theirs: {bare}"
    )


def reworded(sentence: str, others: Sequence[str], rng: random.Random, share: float = 1 / 3) -> str:
    """A share of its content words replaced; numbers stay."""
    own = [
        w for w in dict.fromkeys(content_words(sentence, ENGLISH, ENGLISH.letters)) if not any(c.isdigit() for c in w)
    ]
    for word in rng.sample(own, round(share * len(own))):
        sentence = re.sub(rf"\b{re.escape(word)}\b", rng.choice(others), sentence)
    return sentence


def cited_sentence(chunk: SourceChunk, sentence: str, how: str, others: Sequence[str], rng: random.Random) -> str:
    """A sentence of a chunk with its mark: as it stands, in quotation marks, or reworded."""
    said = {"quoted": f'It says: "{sentence.rstrip(".")}"', "reworded": reworded(sentence, others, rng, 0.2)}.get(
        how, sentence
    )
    return f"{said.rstrip('.')} [{chunk.id}]."


def spoilt(kind: str, chunk: SourceChunk, sentence: str, sources: SourceSet, rng: random.Random) -> str | None:
    """A sentence that cites wrongly; None where this one cannot be spoilt so."""
    bare = sentence.rstrip(".")
    foreign = [c for c in sources.chunks if c.source != chunk.source]
    if kind == "unknown id":
        return f"{bare} [s{len(sources.chunks) + rng.randint(1, 500)}]."
    if kind == "wrong source":
        return f"{bare} [{rng.choice(foreign).id}]."
    if kind == "changed number":
        found = list(re.finditer(r"(?<![\w.,])\d{2,6}(?![\w.,])", bare))
        if not found:
            return None
        hit = rng.choice(found)
        other = int(hit[0]) + rng.randint(1, 9) * 10 ** rng.randint(0, len(hit[0]) - 1)
        return f"{bare[: hit.start()]}{other}{bare[hit.end() :]} [{chunk.id}]."
    if kind == "quote of another source":
        return f'It says: "{bare}" [{rng.choice(foreign).id}].'
    words = bare.split(" ")
    at = rng.randrange(2, len(words) - 1)
    if kind == "changed quote":
        words[at : at + 2] = rng.sample(["never", "seven", "dragons", "hardly", "purple", "nobody"], 2)
    else:  # a quote with a word more
        words.insert(at, "not")
    return f'It says: "{" ".join(words)}" [{chunk.id}].'


KINDS = (
    "unknown id",
    "wrong source",
    "changed number",
    "quote of another source",
    "changed quote",
    "quote with a 'not'",
)


def planted(articles: Sequence[Article], texts: int, rng: random.Random) -> None:
    """Thirty cited sentences a text, ten of them spoilt."""
    found, planted_, alarms, right = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    others = [w for row in articles[:50] for w in content_words(row["text"], ENGLISH, ENGLISH.letters)]
    for _ in range(texts):
        chunks = sources_of(rng.sample(list(articles), 10))
        sources, lines = SourceSet(chunks), []
        for _ in range(30):
            chunk = rng.choice(chunks)
            own = sentences(chunk.text)
            if not own:
                continue
            kind = rng.choice(KINDS) if rng.random() < 1 / 3 else ""
            sentence = (
                rng.choice([s for s in own if re.search(r"(?<![\w.,])\d{2,6}(?![\w.,])", s)] or own)
                if "number" in kind
                else rng.choice(own)
            )
            wrong = spoilt(kind, chunk, sentence, sources, rng) if kind else None
            how = rng.choice(("as it stands", "quoted", "reworded"))
            lines.append((kind if wrong else how, wrong or cited_sentence(chunk, sentence, how, others, rng)))
        text = "\n\n".join(line for _, line in lines)
        starts = np.cumsum([0, *(len(line) + 2 for _, line in lines)])
        hit = {int(np.searchsorted(starts, f.places[0].start, side="right")) - 1 for f in citations(text, chunks)}
        for at, (kind, _) in enumerate(lines):
            spoiled = kind in KINDS
            (planted_ if spoiled else right)[kind] += 1
            (found if spoiled else alarms)[kind] += at in hit
    print("| planted | found |\n|---|---|")
    for kind in KINDS:
        print(f"| {kind} | {wilson(found[kind], planted_[kind])} |")
    print(f"| all (recall) | {wilson(found.total(), planted_.total())} |")
    print(f"| precision | {wilson(found.total(), found.total() + alarms.total())} |")
    for kind in right:
        print(f"| false alarms: sentences {kind} | {wilson(alarms[kind], right[kind])} |")


def attached_marks(articles: Sequence[Article], texts: int, rng: random.Random) -> None:
    """How often a sentence gets a mark by rule, and how often the right one."""
    others = [w for row in articles[:50] for w in content_words(row["text"], ENGLISH, ENGLISH.letters)]
    marked, right, total = Counter[str](), Counter[str](), Counter[str]()
    for _ in range(texts):
        picked = rng.sample(list(articles), 11)
        chunks = sources_of(picked[:10])
        sources = SourceSet(chunks)
        for how, share in (
            ("as it stands", 0.0),
            ("a fifth replaced", 0.2),
            ("a third replaced", 1 / 3),
            ("another article", 0.0),
        ):
            chunk = rng.choice(chunks)
            own = sentences(picked[10]["text"] if how == "another article" else chunk.text)
            for sentence in rng.sample(own, min(3, len(own))):
                given = proving(reworded(sentence, others, rng, share), sources)
                total[how] += 1
                marked[how] += given is not None
                right[how] += given is not None and (sentence in given.text) and how != "another article"
    print("| sentence | gets a mark | of them the right one |\n|---|---|---|")
    for how in total:
        print(f"| {how} | {wilson(marked[how], total[how])} | {wilson(right[how], marked[how])} |")


def reward(articles: Sequence[Article], texts: int, rng: random.Random) -> None:
    """The reward of honest texts and of cheats."""
    others = [w for row in articles[:50] for w in content_words(row["text"], ENGLISH, ENGLISH.letters)]
    scorer = open_reward("citations", RewardSettings())
    rows: dict[str, list[float]] = {}
    for number in range(texts):
        chunks = sources_of(rng.sample(list(articles), 10))
        request = shown(chunks)
        own = [(c, s) for c in rng.sample(chunks, len(chunks)) for s in sentences(c.text)[:2]][:30]
        plain = [(c, reworded(s, others, rng, 0.2).rstrip(".")) for c, s in own]
        foreign, any_id = (
            sentences(rng.choice(list(articles))["text"])[:200],
            [rng.choice(chunks).id for _ in range(200)],
        )
        made = {
            "cited as it stands": [f"{s.rstrip('.')} [{c.id}]." for c, s in own],
            "a fifth reworded": [f"{s} [{c.id}]." for c, s in plain],
            "every third sentence cited": [f"{s} [{c.id}]." if n % 3 == 0 else f"{s}." for n, (c, s) in enumerate(plain)],
            "human descriptions, cited": _descriptions(chunks, articles, rng),
            "a quarter cites another source": [f"{s} [{any_id[n] if n % 4 == 0 else c.id}]." for n, (c, s) in enumerate(plain)],
            "any source cited": [f"{s} [{rng.choice(chunks).id}]." for _, s in plain],
            "another article, each sentence cited": [f"{s.rstrip('.')} [{any_id[n]}]." for n, s in enumerate(foreign)],
            "half of the ids invented": [f"{s} [{c.id if n % 2 else f's{9000 + n}'}]." for n, (c, s) in enumerate(plain)],
            "nothing cited": [f"{s}." for _, s in plain],
        }  # fmt: skip
        for name, lines in made.items():
            sample = Sample(id=str(number), request=request, completion=" ".join(lines) or "-")
            value = asyncio.run(scorer.score([sample]))[0].value
            assert value is not None
            rows.setdefault(name, []).append(value)
    print("| text | texts | mean | 5th percentile | median | 95th |\n" + "|---" * 6 + "|")
    for name, values in rows.items():
        print(
            f"| {name} | {len(values)} | {np.mean(values):.3f} | "
            + " | ".join(f"{v:.3f}" for v in np.percentile(values, [5, 50, 95]))
            + " |"
        )


def _descriptions(chunks: Sequence[SourceChunk], articles: Sequence[Article], rng: random.Random) -> list[str]:
    """What people wrote about the sources in other words, each citing the chunk that shares most with it."""
    sources, out = SourceSet(chunks), []
    by_title = {row["title"]: row.get("description", "") for row in articles}
    for title in dict.fromkeys(c.title for c in chunks):
        said = by_title.get(title, "").strip().rstrip(".")
        near = [c for c in sources.related(said, 10_000) if c.title == title]
        if count_words(said) >= 10 and near and "[" not in said:
            out.append(f"{said} [{near[0].id}].")
    rng.shuffle(out)
    return out


def speed(articles: Sequence[Article], rng: random.Random) -> None:
    """CPU time of 1,000 to 100,000 words that cite in every sentence, sources read before."""
    chunks = sources_of(rng.sample(list(articles), 10))
    pool = [
        f"{s.rstrip('.')} [{c.id}]." if n % 5 else f'"{s.rstrip(".")}" [{c.id}].'
        for c in chunks
        for n, s in enumerate(sentences(c.text))
    ]
    for size in (1_000, 10_000, 100_000):
        lines: list[str] = []
        while count_words("\n".join(lines)) < size:
            lines += [" ".join(rng.sample(pool, min(len(pool), 20))) for _ in range(max(1, size // 1000))]
        text = "\n\n".join(lines)
        best = 1e9
        for _ in range(3):
            sources = SourceSet(chunks)
            begin = time.process_time()
            sources.cleaned(text)
            read_citations(text, sources)
            best = min(best, time.process_time() - begin)
        print(
            f"{count_words(text):,} words: {1000 * best:.0f} ms, {1000 * best / count_words(text) * 10_000:.0f} ms per 10,000"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["adversarial", "planted", "attached", "reward", "speed"])
    parser.add_argument("articles", type=Path)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--texts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--card", default="default", help="the model card of `adversarial`: default, smollm2")
    given = parser.parse_args()
    rng, articles = random.Random(given.seed), read(given.articles)
    match given.what:
        case "adversarial":
            adversarial(articles, given.runs, rng, given.card)
        case "planted":
            planted(articles, given.texts, rng)
        case "attached":
            attached_marks(articles, given.texts, rng)
        case "reward":
            reward(articles, given.texts, rng)
        case "speed":
            speed(articles, rng)


if __name__ == "__main__":
    main()
