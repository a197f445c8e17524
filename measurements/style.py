"""Do the figures of `checks/style` know a writer in another book? The authorship table, the reward's values, and the speed.

    python measurements/style.py BOOKS.jsonl[.xz] [--pairs tuned|held] [--seed 11] [--speed]

BOOKS has a text a line: {"book", "author", "text", "order"}. Of 16 authors with two books or more, the style is learnt from
passages of one book, and probes are passages of another: whose style is the nearest of the 16? Chance is 6 %. `tuned`: first
book, probes of the second, on which the weights were chosen; `held`, the default: second book, probes of the third or, where
there is none, of the first, at other places. The reference that is shipped holds none of these authors.
"""

import argparse
import random
import time
from pathlib import Path

import numpy as np
from style_reference import books

from longwriter.checks.style.distance import WEIGHTS, distance_of
from longwriter.checks.style.features import StyleCounts, count_style, together
from longwriter.checks.style.learn import GRAIN, cut, learn
from longwriter.checks.style.profile import StyleProfile, as_toml
from longwriter.checks.style.reference import parts, reference_of, vector_of
from longwriter.rewards.base import RewardSettings, Sample
from longwriter.rewards.checked.style import StyleReward
from longwriter.text import count_words

AUTHORS = (
    *("Agatha Christie", "Arthur Conan Doyle", "Charles Dickens", "Edgar Rice Burroughs", "F. Scott Fitzgerald"),
    *("Fyodor Dostoevsky", "G. K. Chesterton", "H. G. Wells", "Jack London", "John Buchan", "L. Frank Baum"),
    *("L. M. Montgomery", "Leo Tolstoy", "P. G. Wodehouse", "Sinclair Lewis", "Wilkie Collins"),
)
GRAINS = (1, 2, 4, 8, 16)
"""Grains of a probe: 300 to 4,800 words."""
PROBES, OF_EACH = 6, 4
"""Probes of a book and length; passages of 4,800 words that a style is learnt from."""
KINDS = {
    "words": (1, 0, 0),
    "rhythm, marks": (0, 1, 0),
    "n-grams": (0, 0, 1),
    "words, n-grams": (1, 0, 1.5),
    "all": WEIGHTS,
}


def pairs(path: Path, which: str) -> dict[str, tuple[str, str]]:
    """For each author a text to learn from, and one to take probes of."""
    of = books(path)
    found = {}
    for name in AUTHORS:
        texts = [text for author, text in of.values() if name in author]
        found[name] = (texts[0], texts[1]) if which == "tuned" else (texts[1], texts[2] if len(texts) > 2 else texts[0])
    return found


def passages(text: str, grains: int, number: int, rng: random.Random) -> list[str]:
    """Passages at random places."""
    cuts = cut(text, GRAIN)
    places = [rng.randrange(len(cuts) - grains + 1) for _ in range(number)]
    return ["\n\n".join(cuts[at : at + grains]) for at in places]


def counted(text: str) -> StyleCounts:
    """A passage as the sum of its grains."""
    return together(count_style(grain, "en") for grain in cut(text, GRAIN) or [text])


def table(of: dict[str, tuple[str, str]], rng: random.Random) -> None:
    """How often the author is the nearest of 16, by kind of figure and length of the probe."""
    reference = reference_of("en")
    assert reference is not None
    places = parts(len(reference.words))

    def z(text: str) -> np.ndarray:
        return np.nan_to_num((vector_of(counted(text), reference.words) - reference.mean) / reference.deviation)

    centres = np.array([np.mean([z(p) for p in passages(text, 16, OF_EACH, rng)], 0) for text, _ in of.values()])
    print(f"| words of probe | {' | '.join(KINDS)} | 95 % of all |\n|{'---|' * (len(KINDS) + 2)}")
    for grains in GRAINS:
        probes = np.array([z(p) for _, text in of.values() for p in passages(text, grains, PROBES, rng)])
        apart = []
        for place in places:
            a, b = (m[:, place] / np.linalg.norm(m[:, place], axis=1, keepdims=True) for m in (probes, centres))
            apart.append(1 - a @ b.T)
        right = np.repeat(np.arange(len(of)), PROBES)
        hits = {k: sum(w * d for w, d in zip(ws, apart, strict=True)).argmin(1) == right for k, ws in KINDS.items()}
        by_author = hits["all"].reshape(len(of), PROBES).mean(1)
        draws = np.random.default_rng(1).integers(0, len(of), (5000, len(of)))
        low, high = np.percentile(by_author[draws].mean(1), [2.5, 97.5])
        cells = [f"{100 * h.mean():.0f} %" for h in hits.values()]
        print(f"| {GRAIN * grains:,} | " + " | ".join(cells) + f" | {100 * low:.0f} to {100 * high:.0f} |", flush=True)


def judged(of: dict[str, tuple[str, str]], rng: random.Random) -> None:
    """What learnt styles say of the author's other book and of other authors: percentiles and the reward."""
    profiles = {name: learn([text[:400_000]]) for name, (text, _) in of.items()}
    rewards = {name: _reward(profile) for name, profile in profiles.items()}
    print(f"\n| words | text | percentile, own | percentile, others | reward: 10 % | median | 90 % |\n|{'---|' * 7}")
    for grains in GRAINS[::2]:
        for mine in (True, False):
            found = []
            for name, (_, text) in of.items():
                for passage in passages(text, grains, 3, rng):
                    others = [other for other in of if other != name]
                    by = name if mine else rng.choice(others)
                    distance = distance_of(profiles[by], count_style(passage, "en"))
                    value = rewards[by].verdict(Sample(id="1", request="", completion=passage)).value
                    found.append((distance.percentile_own, distance.percentile_others, value))
            rows = np.array(found, float)
            cells = [
                *(f"{v:.0f}" for v in np.median(rows[:, :2], 0)),
                *(f"{v:.2f}" for v in np.percentile(rows[:, 2], [10, 50, 90])),
            ]
            whose = "the author's other book" if mine else "another author"
            print(f"| {GRAIN * grains:,} | {whose} | " + " | ".join(cells) + " |", flush=True)


def _reward(profile: StyleProfile) -> StyleReward:
    path = Path("style.tmp.toml")
    path.write_text(as_toml(profile), "utf-8")
    try:
        return StyleReward(RewardSettings(style=str(path)))
    finally:
        path.unlink()


def speed(text: str) -> None:
    """Milliseconds of CPU for 10,000 words, and growth with length."""
    count_style("warm up.", "en")
    for words in (10_000, 100_000):
        piece = text[: round(len(text) * words / count_words(text))]
        best = min(_seconds(piece) for _ in range(5))
        print(
            f"{count_words(piece):,} words: {1000 * best:.1f} ms, {1000 * best * 10_000 / count_words(piece):.1f} ms for 10,000"
        )


def _seconds(text: str) -> float:
    begun = time.process_time()
    count_style(text, "en")
    return time.process_time() - begun


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("books", type=Path)
    parser.add_argument("--pairs", choices=["tuned", "held"], default="held")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--speed", action="store_true")
    given = parser.parse_args()
    of = pairs(given.books, given.pairs)
    if given.speed:
        speed(max((text for text, _ in of.values()), key=len))
        return
    table(of, random.Random(given.seed))
    judged(of, random.Random(given.seed))


if __name__ == "__main__":
    main()
