"""Does a small model write nearer to a writer with the writer's style than without?

    python measurements/style_writing.py BOOKS.jsonl[.xz] --out results.jsonl [--model gguf:smollm2] [--seeds 1,2,3]
    python measurements/style_writing.py --show results.jsonl

BOOKS has a text a line: {"book", "author", "text", "order"}. For each of eight authors a style is learnt from one book and
another from a second book, which the writer never sees. Each request is written once without a style and once with each
author's, by seed. Distances of both are measured to the first style, which the writer's choice among candidates goes by,
and to the second, which nothing goes by. Results that are in the file are not made again.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
from style_reference import books

import longwriter
from longwriter.checks.style.distance import distance
from longwriter.checks.style.learn import learn
from longwriter.checks.style.profile import StyleProfile

AUTHORS = (
    *("Agatha Christie", "Arthur Conan Doyle", "Charles Dickens", "F. Scott Fitzgerald"),
    *("Jack London", "L. Frank Baum", "L. M. Montgomery", "P. G. Wodehouse"),
)
REQUEST = "Write a {words}-word story about a lost letter"
LOOKED_AT = 400_000
"""Characters of a book."""


def styles(path: Path) -> dict[str, tuple[StyleProfile, StyleProfile]]:
    """The styles of two books of each author."""
    of = books(path)
    found = {}
    for name in AUTHORS:
        texts = [text for author, text in of.values() if name in author][:2]
        found[name] = (learn([texts[0][:LOOKED_AT]]), learn([texts[1][:LOOKED_AT]]))
    return found


def write(given: argparse.Namespace, style: StyleProfile | None, seed: int) -> str:
    """A story; its run is thrown away."""
    with tempfile.TemporaryDirectory() as runs:
        request = REQUEST.format(words=given.words)
        return longwriter.write(request, model=given.model, style=style, seed=seed, runs=runs, headings="model").text


def make(given: argparse.Namespace) -> None:
    """Write what is not there yet, a line a text."""
    done = set()
    if given.out.exists():
        done = {(r["author"], r["seed"]) for r in map(json.loads, given.out.read_text("utf-8").splitlines())}
    profiles = styles(given.books)
    for seed in map(int, given.seeds.split(",")):
        for author in ("", *AUTHORS):
            if (author, seed) not in done:
                text = write(given, profiles[author][0] if author else None, seed)
                row = {"author": author, "seed": seed, "model": given.model, "text": text}
                row["distances"] = {
                    name: [round(distance(p, text).value, 4) for p in both] for name, both in profiles.items()
                }
                with given.out.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")


def with_interval(values: np.ndarray, rng: np.random.Generator) -> str:
    """The mean with its 95 % interval (bootstrap)."""
    means = [values[rng.integers(0, len(values), len(values))].mean() for _ in range(5000)]
    low, high = np.percentile(means, [2.5, 97.5])
    return f"{values.mean():+.3f} ({low:+.3f} to {high:+.3f})"


def show(path: Path) -> None:
    """The table: means, and 95 % intervals of the difference over pairs of author and seed (bootstrap)."""
    rows = list(map(json.loads, path.read_text("utf-8").splitlines()))
    plain = {row["seed"]: row["distances"] for row in rows if not row["author"]}
    rng = np.random.default_rng(1)
    print("| distance to | pairs | without | with | difference (95 %) | nearer with |\n|---|---|---|---|---|---|")
    styled = [row for row in rows if row["author"] and row["seed"] in plain]
    changes = []
    for name, place, mine in (
        ("the book learnt from", 0, True), ("another book of the author", 1, True), ("such books of the other seven", 1, False),
    ):  # fmt: skip
        both = [(row["author"], plain[row["seed"]], row["distances"]) for row in styled]
        pairs = np.array([
            [np.mean([of[a][place] for a in AUTHORS if (a == author) is mine]) for of in (without, within)]
            for author, without, within in both
        ])  # fmt: skip
        change = pairs[:, 1] - pairs[:, 0]
        changes.append(change)
        cells = (len(pairs), *(f"{v:.3f}" for v in pairs.mean(0)), with_interval(change, rng))
        print(f"| {name} | " + " | ".join(map(str, cells)) + f" | {(change < 0).sum()} of {len(pairs)} |")
    print(f"the author's other book beyond the other seven's: {with_interval(changes[1] - changes[2], rng)}")
    for author in AUTHORS:
        of = [
            (plain[r["seed"]][author][0], r["distances"][author][0])
            for r in rows
            if r["author"] == author and r["seed"] in plain
        ]
        if of:
            print(f"{author}: {np.mean(of, 0)[0]:.3f} -> {np.mean(of, 0)[1]:.3f} ({len(of)})")


def main() -> None:
    """Make the texts, or show them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("books", type=Path, nargs="?")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--model", default="gguf:smollm2")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--words", type=int, default=300)
    parser.add_argument("--show", type=Path)
    given = parser.parse_args()
    if given.show is None:
        if given.books is None or given.out is None:
            parser.error("give BOOKS and --out, or --show")
        make(given)
    show(given.show or given.out)


if __name__ == "__main__":
    main()
