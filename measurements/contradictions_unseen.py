"""How many planted contradictions the rules find in wordings of another hand.

    python measurements/contradictions_unseen.py en PLANTS BOOKS.jsonl[.xz] [--part held|tuned] [--seed 1] [--agreeing]
    python measurements/contradictions_unseen.py zh PLANTS [--seed 1] [--agreeing] [--show N]

BOOKS, the parts, the plants and what counts as found are those of `contradictions.py`; the wordings (`unseen_wordings_*.py`)
are by somebody who had not read the rules. Statements come in pairs that belong together, and every pair of a kind is used
equally often. "Plain" are everyday wordings, "turned" those of a stylist; of spelling, a name misspelt where it stood, or in a
sentence of ours. `--agreeing` plants both statements with the same value, where nothing ought to be found.

Only percentages are printed, so that whoever changes the rules can run it without reading a wording. `--show N` prints up to N
missed plants of each kind (of `--agreeing`, found ones): not for them.
"""

import argparse
import random
import re
import sys
from collections import Counter
from pathlib import Path

import unseen_wordings_en
import unseen_wordings_plain_en
import unseen_wordings_zh
from contradictions import CHECKS, Novel, covers, read, wilson
from contradictions_unseen_entries import Cycle, Draw, Entry, Made, entries
from contradictions_unseen_plants import unseen_en
from contradictions_unseen_plants_zh import unseen_zh

from longwriter.checks.ledger.contradictions import contradictions

VALUELESS = ("dead", "spelling", "tense", "person")
"""Kinds whose statements cannot be made to agree."""
VALUE = re.compile(r"\{(v|dv|y|w|vth)\}")


def chosen(language: str, agreeing: bool) -> dict[str, list[Entry]]:
    """Entries of each kind, in the order of the table; with `agreeing`, those whose every statement has a value."""
    every = (
        entries(unseen_wordings_zh.TURNED, unseen_wordings_zh.PLAIN)
        if language == "zh"
        else entries(unseen_wordings_en.TURNED, unseen_wordings_plain_en.PLAIN)
    )
    known = {check: every[check] for check in CHECKS if check in every}
    if not agreeing:
        return known
    return {
        check: [entry for entry in of if check == "numbering" or all(map(VALUE.search, entry.texts))]
        for check, of in known.items()
        if check not in VALUELESS
    }


def spotted(check: str, made: Made) -> bool:
    """Whether a finding of its check quotes every span; of a death, the first."""
    spans = made.spans[:1] if check == "dead" else made.spans
    return any(finding.check == check and covers(finding, spans) for finding in contradictions(made.text))


def measure(known: dict[str, list[Entry]], novels: dict[str, Novel], given: argparse.Namespace) -> None:
    """Plants, looks, and prints the table."""
    rng, kinds = random.Random(given.seed), list(known)
    cycles = {check: Cycle(of, rng) for check, of in known.items()}
    hits: Counter[tuple[str, bool]] = Counter()
    planted: Counter[tuple[str, bool]] = Counter()
    shown: Counter[str] = Counter()
    for i in range(given.plants):
        check = kinds[i % len(kinds)]
        draw = Draw(cycles[check].next(), rng, given.agreeing)
        made = unseen_en(check, draw, novels) if given.language == "en" else unseen_zh(check, draw)
        hit = spotted(check, made)
        planted[check, draw.entry.plain] += 1
        hits[check, draw.entry.plain] += hit
        if hit == given.agreeing and shown[check] < given.show:
            shown[check] += 1
            print(f"{'found' if hit else 'missed'} {check}: {' / '.join(made.sayings)}", flush=True)
    print(f"{'agreeing, ' if given.agreeing else ''}{given.language}, seed {given.seed}")
    print("| check | entries | planted | found, % | plain | turned |\n|---|---|---|---|---|---|")
    for name, part in [*((check, [check]) for check in kinds), ("all", kinds)]:
        shares = []
        for wanted in ((True, False), (True,), (False,)):
            cells = [(check, plain) for check in part for plain in wanted]
            shares.append((sum(hits[cell] for cell in cells), sum(planted[cell] for cell in cells)))
        print(f"| {name} | {sum(len(known[check]) for check in part)} | {shares[0][1]} | ", end="")
        print(" | ".join(wilson(*share) for share in shares) + " |")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("language", choices=["en", "zh"])
    parser.add_argument("plants", type=int)
    parser.add_argument("books", type=Path, nargs="?")
    parser.add_argument("--part", choices=["tuned", "held"], default="held")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--agreeing", action="store_true")
    parser.add_argument("--show", type=int, default=0)
    given = parser.parse_args()
    novels: dict[str, Novel] = {}
    if given.language == "en":
        if given.books is None:
            sys.exit("which books? A file of chapters, one JSON object a line, or zh")
        books = read(given.books)
        novels = {name: books[name] for name in list(books)[given.part == "held" :: 2]}
        if not novels:
            sys.exit(f"no novels in {given.books}")
    measure(chosen(given.language, given.agreeing), novels, given)


if __name__ == "__main__":
    main()
