"""The writer's sections in its own prompts, drafted several times, the best by the writer's own rules: data to learn from.

Run: python recipes/zero/gpu/sections.py --base FOLDER [--model FOLDER] --subjects N --out DIR
A subject's sections follow one another: of a story each goes on from the last words of the best before it. DIR/chosen:
what was chosen, as messages; DIR/told.json: how much was written and kept.
"""

import argparse
import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import torch
from data import messages, turns
from prepare import WRITER, drawn
from sampler import Sampler
from topics import subjects
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from longwriter.length.score import length_score
from longwriter.text import count_words, tail_words
from longwriter.train.export.weights import merged
from longwriter.writer.plan.skeleton import main_person, skeleton_of
from longwriter.writer.section.request import RECENT_WORDS
from longwriter.writer.section.worth import worth

Row = dict[str, Any]
LEAST_LENGTH, LEAST_WORTH = 80.0, 0.35
"""S_l and worth of a draft that is learnt from."""
OVER = 1.3
"""Of the words asked for: a draft that goes on beyond is not waited for."""
TOKENS_PER_WORD = 1.4


@dataclass
class Text:
    """A text on its way."""

    subject: str
    beats: list[str]
    said: str = ""
    """Its best sections so far."""
    asks: list[int] = field(default_factory=list)

    def prompt(self, section: int) -> list[Row]:
        """The request of its next section, as messages."""
        recent = " ".join(tail_words(self.said, RECENT_WORDS).split())
        person = main_person(f"Write {self.subject}", "en")
        return messages(turns(self.subject, self.beats[section], self.asks[section], person, recent))


def begun(count: int, sections: int, rng: random.Random) -> list[Text]:
    """Texts of the subjects for training, each with beats of its kind in their order."""
    out = []
    for subject in rng.sample(subjects("train"), count):
        beats = [point for _, point in skeleton_of(f"Write {subject}", "en").beats]
        places = sorted(rng.sample(range(len(beats)), min(sections, len(beats))))
        out.append(Text(subject, [beats[i] for i in places], asks=[drawn(rng, WRITER) for _ in range(sections)]))
    return out


def drafts(
    texts: list[Text], section: int, group: int, sampler: Sampler, tokenizer: PreTrainedTokenizerBase
) -> list[list[str]]:
    """Of `group` drafts of each text's next section those that end. Short asks first: they end together."""
    every = sorted((t.asks[section], i) for i, t in enumerate(texts) for _ in range(group))
    out: list[list[str]] = [[] for _ in texts]
    for start in range(0, len(every), sampler.rows):
        part = every[start : start + sampler.rows]
        ids = [
            tokenizer.apply_chat_template(texts[i].prompt(section), add_generation_prompt=True, return_dict=False)
            for _, i in part
        ]
        most = int(OVER * TOKENS_PER_WORD * part[-1][0]) + 16
        for (_, i), row in zip(part, sampler(ids, most, 0.8), strict=True):
            if row[-1] == tokenizer.eos_token_id:
                out[i].append(tokenizer.decode(row[:-1]).strip())
        print(f"section {section + 1}: {min(start + sampler.rows, len(every)):,} of {len(every):,} drafts", flush=True)
    return out


def best(text: Text, section: int, found: list[str]) -> str | None:
    """The best of the drafts; None where none is good enough."""
    ask, line = text.asks[section], text.beats[section]
    scored = [
        (length_score(ask, count_words(d)) / 100 + value, d)
        for d in found
        if length_score(ask, count_words(d)) >= LEAST_LENGTH
        and (value := worth(line, text.subject, d, text.said, ask)) >= LEAST_WORTH
    ]  # fmt: skip
    return max(scored)[1] if scored else None


def main() -> None:
    """Write, choose, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True, help="whose tokenizer it is")
    parser.add_argument("--model", type=Path, help="who writes: weights or an adapter; the base otherwise")
    parser.add_argument("--subjects", type=int, default=80)
    parser.add_argument("--sections", type=int, default=4)
    parser.add_argument("--group", type=int, default=8)
    parser.add_argument("--rows", type=int, default=32)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    rng, tokenizer = random.Random(args.seed), AutoTokenizer.from_pretrained(args.base)
    model = merged(args.model or args.base, "f32").model.to("cuda" if torch.cuda.is_available() else "cpu").eval()
    sampler = Sampler(model, args.rows, 1024, tokenizer.eos_token_id, quick=True)
    torch.manual_seed(args.seed)
    texts, kept, asked = begun(args.subjects, args.sections, rng), list[Row](), 0
    for section in range(args.sections):
        going = [t for t in texts if section < len(t.beats)]
        for text, found in zip(going, drafts(going, section, args.group, sampler, tokenizer), strict=True):
            chosen, asked = best(text, section, found), asked + 1
            if chosen is None:  # its next section begins as if it were the first
                text.said = ""
                continue
            reply = [{"role": "assistant", "content": chosen}]
            row = {"id": f"{text.subject}/{section}", "words": count_words(chosen)}
            kept.append(row | {"asked": text.asks[section], "messages": text.prompt(section) + reply})
            text.said = f"{text.said}\n\n{chosen}".strip() if text.subject.startswith("a story") else ""
        (args.out / "chosen").mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist(kept), args.out / "chosen/train.parquet")
        told = {"sections": asked, "kept": len(kept), "words": sum(r["words"] for r in kept)}
        (args.out / "told.json").write_text(json.dumps(told))
        print(told, flush=True)


if __name__ == "__main__":
    main()
