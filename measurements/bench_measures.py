"""Speed of all rule-based scoring of a text: words, length score, and the measures along it and of the whole.

    python measurements/bench_measures.py [texts]

Texts are made up: words drawn as prose draws them (few often, most rarely), names, numbers, speech and paragraphs. Prints
JSON: CPU milliseconds a text (best of 5 rounds over the texts) and texts a second on one core; how the time grows with
the length; and how long the curves with their intervals take for a whole run.
"""

import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate

from longwriter.bench.decay import decay_of
from longwriter.checks.along.measures import measure
from longwriter.checks.repetition.repetition import repetition
from longwriter.length.score import length_score
from longwriter.text import count_words

WORDS = 5_000
COMMON = """the of and to that it he his with as had for is her she not at by but which from they you were this
    be""".split()  # noqa: SIM905
NAMES = ["Anna", "Bertram", "Cecily", "Dunstan", "Edith", "Farrow", "Gwen", "Harker"]
SYLLABLES = """ba con dre fi gal hu jin kor lem mo nur pas que rin sol ter va wex yor zim""".split()  # noqa: SIM905


def english(words: int, rng: random.Random) -> str:
    """A text of about so many English-looking words."""
    rare = ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) for _ in range(8_000)]
    odds = list(accumulate(1 / (rank + 3) for rank in range(len(rare))))
    lines, written = [], 0
    while written < words:
        line = []
        for _ in range(rng.randint(1, 6)):
            length = rng.randint(4, 25)
            content = rng.choices(rare, cum_weights=odds, k=length)
            said = [rng.choice(COMMON) if rng.random() < 0.45 else word for word in content]
            said[rng.randrange(length)] = rng.choice(NAMES)
            if rng.random() < 0.1:
                said[:2] = [str(rng.randint(2, 40)), rng.choice(rare) + "s"]
            line.append(" ".join(said).capitalize() + rng.choice([".", ".", ".", "?", "!"]))
            written += length
        quote = rng.random() < 0.4
        lines.append(f"“{line[0]}” {' '.join(line[1:])}".strip() if quote else " ".join(line))
    return "\n\n".join(lines)


def chinese(words: int, rng: random.Random) -> str:
    """A text of about so many Chinese characters."""
    pool = [chr(code) for code in rng.sample(range(0x4E00, 0x9000), 2_500)] + list("的了是在和他她不一有") * 20
    lines, written = [], 0
    while written < words:
        clauses = ["".join(rng.choices(pool, k=rng.randint(4, 15))) for _ in range(rng.randint(3, 12))]
        lines.append("，".join(clauses) + "。")
        written += sum(map(len, clauses))
    return "\n".join(lines)


def score(text: str, language: str) -> None:
    """All that a stored response is scored by without a judge."""
    length_score(WORDS, count_words(text))
    measure(text, language)


def milliseconds(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """CPU time a text, best of 5 rounds."""
    rounds = []
    for _ in range(5):
        begin = time.process_time()
        for text in texts:
            work(text)
        rounds.append(time.process_time() - begin)
    return 1000 * min(rounds) / len(texts)


def main() -> None:
    """Measure and print."""
    texts = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    rng = random.Random(1)
    out: dict[str, object] = {}
    for language, write in (("en", english), ("zh", chinese)):
        made = [write(WORDS, rng) for _ in range(texts)]
        score(made[0], language)
        cost = milliseconds(partial(score, language=language), made)
        factor = milliseconds(lambda text: repetition(text), made[:5])
        out[language] = {
            "words_a_text": round(sum(map(count_words, made)) / texts),
            "ms_a_text": round(cost, 2),
            "texts_a_second": round(1000 / cost),
            "repetition_factor_ms": round(factor, 1),
            "ratio": round(factor / cost, 1),
        }
    lengths = {
        size: milliseconds(lambda text: score(text, "en"), [english(size, rng)]) for size in (1000, 10_000, 100_000)
    }
    out["ms_by_words"] = {size: round(cost, 2) for size, cost in lengths.items()}
    out["growth_1000_to_100000"] = round(lengths[100_000] / lengths[1000], 1)
    rows = [measure(english(1000, rng), "en").along for _ in range(20)]
    for count in (120, 1200):
        begin = time.process_time()
        decay_of([rows[i % len(rows)] for i in range(count)])
        out[f"decay_of_{count}_texts_s"] = round(time.process_time() - begin, 2)
    print(json.dumps(out, indent=1))


if __name__ == "__main__":
    main()
