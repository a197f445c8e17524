"""Do the measures along a text see decay? Real texts, and the same with a fault planted from the middle on.

    python measurements/bench_decay.py texts.jsonl [tenth ...]

`texts.jsonl` has a `text` a row: English prose, of some thousand words each, such as chapters of novels. Prints a table in
Markdown with the means at some tenths (default 5 6 7 10), and in how many texts a cut end is seen.
"""

import random
import re
import sys
from collections.abc import Callable, Sequence

from longwriter.bench.decay import decay_of
from longwriter.checks.along.language import tongues
from longwriter.checks.along.measures import measure
from longwriter.checks.along.names import names_of
from longwriter.checks.along.reading import read
from longwriter.data.dataset import read_rows
from longwriter.text import count_words

SHOWN = ("repetition", "new_words", "foreign", "known_names", "kept_names")
BLOCK = 300
CUT = 25
FRENCH = """Le matin, il est descendu dans la rue avec son chien et il a vu que la neige était tombée pendant la nuit.
Elle ne savait pas si le facteur viendrait, mais elle attendait une lettre de sa sœur qui vivait dans le sud du pays.
Les enfants du village sont sortis pour jouer, et leurs cris montaient vers les fenêtres.
Il y avait au bout du chemin une maison que personne ne voulait plus habiter depuis la mort du notaire.""".splitlines()
STRANGERS = """Brandt Okafor Lindqvist Marisol Tobias Yevgeny Halloran Ingrid Pasquale Numa Wendell Ottoline Farouk Bettina
    Corvin Dashiell Elspeth Gideon Hortense Ivo Jocasta Kasimir Leontyne Mordecai Nerissa Osric Philippa Quillon Rosamund
    Sigurd Thaddea Ulric Verity Wystan Xanthe Ysolde Zebedee""".split()  # noqa: SIM905


def halves(text: str) -> tuple[list[str], list[str]]:
    """Paragraphs before and after the middle word."""
    paragraphs = [p for p in text.split("\n\n") if p.strip()]
    whole, first, words = count_words(text), list[str](), 0
    for paragraph in paragraphs:
        if words >= whole / 2:
            break
        first.append(paragraph)
        words += count_words(paragraph)
    return first, paragraphs[len(first) :]


def filled(first: list[str], more: Callable[[], str], words: int) -> str:
    """The first half, and so many words of something else."""
    out, written = list(first), 0
    while written < words:
        out.append(more())
        written += count_words(out[-1])
    return "\n\n".join(out)


def honest(text: str) -> str:
    """As it is."""
    return text


def doubled(text: str) -> str:
    """The first half twice."""
    first, _ = halves(text)
    return "\n\n".join(first + first)


def looped(text: str) -> str:
    """The last `BLOCK` words of the first half, again and again."""
    first, second = halves(text)
    block, words = list[str](), 0
    while words <= BLOCK and len(block) < len(first):
        block.insert(0, first[-1 - len(block)])
        words += count_words(block[0])
    return filled(first, lambda: "\n\n".join(block), count_words("\n\n".join(second)))


def french(text: str) -> str:
    """A second half in another language."""
    first, second = halves(text)
    rng = random.Random(1)
    return filled(first, lambda: " ".join(rng.sample(FRENCH, 3)), count_words("\n\n".join(second)))


def swapped(text: str) -> str:
    """Everyone has another name in the second half."""
    first, second = halves(text)
    words = read(text)
    found = names_of(words, tongues(words, "en"))
    if found is None:
        return text
    said = {text[words.starts[i] : words.ends[i]].removesuffix("'s") for i in found.at.tolist()}
    names = sorted(said, key=lambda name: (-len(name), name))
    others = {n: STRANGERS[i % len(STRANGERS)] + "a" * (i // len(STRANGERS)) for i, n in enumerate(names)}
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, names))})\b")
    return "\n\n".join([*first, pattern.sub(lambda name: others[name[0]], "\n\n".join(second))])


FAULTS: dict[str, Callable[[str], str]] = {
    "honest": honest,
    "second half = first": doubled,
    f"{BLOCK} words looped": looped,
    "second half French": french,
    "names swapped": swapped,
}


def means(texts: Sequence[str], tenths: Sequence[int]) -> dict[str, str]:
    """By measure, what a cell says."""
    found = {decay.name: decay.values for decay in decay_of([measure(text, "en").along for text in texts])}
    cells = {}
    for name in SHOWN:
        values = [found[name][tenth - 1] for tenth in tenths]
        cells[name] = " ".join("–" if v is None else f"{v:.2f}" for v in values)
    return cells


def main(path: str, tenths: Sequence[int]) -> None:
    """Print the table."""
    texts = [str(row["text"]) for row in read_rows(path, ["text"])]
    counts = list(map(count_words, texts))
    print(f"{len(texts)} texts of {min(counts):,} to {max(counts):,} words; tenths {', '.join(map(str, tenths))}\n")
    columns = {name: means([fault(text) for text in texts], tenths) for name, fault in FAULTS.items()}
    print(f"| measure | {' | '.join(columns)} |\n|{'---|' * (len(columns) + 1)}")
    for name in SHOWN:
        print(f"| {name} | {' | '.join(column[name] for column in columns.values())} |")
    whole = [measure(text, "en").whole["ends_complete"] for text in texts]
    cut = [measure(text.rstrip()[:-CUT], "en").whole["ends_complete"] for text in texts]
    print(f"\nends complete: {whole.count(1)} of {len(texts)}; with {CUT} characters cut off, {cut.count(1)}")


if __name__ == "__main__":
    main(sys.argv[1], [int(tenth) for tenth in sys.argv[2:]] or [5, 6, 7, 10])
