"""What holds cost a section while a text is written, by where in the text it stands: processor time, the least of three.

    python measurements/holds.py CORPUS.jsonl.xz [NOVELS]

CORPUS: as for `checks.py`. The first 200 sections of 500 words of each novel are taken for what a model wrote; the line of
a section names those of the text's twelve most frequent names that stand in it, three at most. Held to is what is on where
nothing is asked for: facts and stock phrases. A candidate is one reply of several, which only free small models are asked for.
"""

import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from checks import novels

from longwriter.checks.ledger.ledger import Ledger
from longwriter.text import count_words
from longwriter.types import Plan, Section
from longwriter.writer.hold.facts import FactsHold
from longwriter.writer.hold.slop import SlopHold, slop_hold
from longwriter.writer.prompts import prompt_set

WORDS, SECTIONS, CHARACTERS, NAMED = 500, 200, 12, 3
PARTS = (slice(0, 50), slice(50, 150), slice(150, 200), slice(0, SECTIONS))
TIMES = 3


def main() -> None:
    """Print the table."""
    path, most = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 6
    texts = [text for text in map(cut, novels(path, 8 * most)) if len(text) == SECTIONS][:most]
    costs(texts[0])  # lists and rules are read once
    spent = [costs(text) for text in texts]
    print(f"ms a section, {len(texts)} novels | " + " | ".join(f"{p.start + 1}-{p.stop}" for p in PARTS))
    for name in spent[0]:
        cells = (sum(sum(one[name][part]) for one in spent) / len(spent) / (part.stop - part.start) for part in PARTS)
        print(name, *(f"{1000 * cell:.2f}" for cell in cells), sep=" | ")


def cut(novel: str) -> list[str]:
    """Its first sections."""
    sections = [""]
    for paragraph in novel.split("\n\n"):
        if count_words(sections[-1]) >= WORDS:
            if len(sections) == SECTIONS:
                break
            sections.append("")
        sections[-1] = f"{sections[-1]}\n\n{paragraph}".strip()
    return sections


def planned(sections: list[str]) -> Plan:
    """An outline that names whom the sections name."""
    ledger = Ledger("en")
    for number, text in enumerate(sections, 1):
        ledger.learn(number, text)
    names = [one.name for one in ledger.entities[:CHARACTERS]]
    points = (", ".join([name for name in names if name in text][:NAMED]) or "the sea" for text in sections)
    return Plan(sections=tuple(Section(title="What happened", point=point, words=WORDS) for point in points))


def costs(sections: list[str]) -> dict[str, list[float]]:
    """Seconds of each section, by hold."""
    plan, prompts, runs = planned(sections), prompt_set("en"), list[dict[str, list[float]]]()
    for _ in range(TIMES):
        stock = slop_hold(None, prompts)
        assert stock is not None
        asked: dict[str, Callable[[int, list[str]], object]] = {
            "facts": FactsHold(prompts, plan).told,
            "stock phrases": stock.told,
            "a candidate": partial(candidate, stock, sections),
        }
        runs.append({name: list(each(sections, one)) for name, one in asked.items()})
    return {name: [min(found) for found in zip(*(one[name] for one in runs), strict=True)] for name in runs[0]}


def candidate(stock: SlopHold, sections: list[str], place: int, earlier: list[str]) -> float:
    """What one is worth, whose text is not any section's."""
    return stock.worth(f"{sections[place]} ", earlier)


def each(sections: list[str], asked: Callable[[int, list[str]], object]) -> Iterator[float]:
    """Seconds of one call for each section."""
    for place in range(len(sections)):
        start = time.process_time()
        asked(place, sections[:place])
        yield time.process_time() - start


if __name__ == "__main__":
    main()
