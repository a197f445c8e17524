"""The common words that are no names at the beginning of a sentence: `checks/ledger/words_en.txt`.

    python measurements/words.py BOOKS.jsonl.xz > src/longwriter/checks/ledger/words_en.txt

Words that half of the novels or more write small, five times as often as with a capital inside a sentence; the novels are those
at even places, which tune the rules. Given names that are words, too (`GIVEN`), are left out.
"""

import re
import sys
from collections import Counter
from pathlib import Path

from contradictions import read

GIVEN = """rose grace will mark may hope faith joy violet pearl art ray miles drew dawn grant chase cliff penny frank jack bill
    bob rob robin pat sue lily daisy ivy heath dale glen brook olive ruby eve iris dean victor earnest constant patience
    prudence charity mercy honor honour verity felicity june april august summer autumn jasper clay reed rich rusty skip
    norm gene guy martin cherry ginger amber hazel gay gale sky star sunny sandy rod basil carol bliss merry noble noel
    christian hunter mason cook smith carter baker porter turner taylor walker""".split()  # noqa: SIM905
"""Names that are words, the common ones: a text's own use of them tells which they are."""


def common(books: dict[str, list[tuple[str, str]]]) -> list[str]:
    """The list, sorted."""
    small: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    novels: Counter[str] = Counter()
    tuning = list(books)[::2]
    for name in tuning:
        text = "\n".join(chapter for _, chapter in books[name])
        here = Counter(re.findall(r"\b[a-z]{2,}\b", text))
        small += here
        novels.update(here.keys())
        inside.update(word.lower() for word in re.findall(r"(?<=[a-z,] )[A-Z][a-z]+", text))
    return sorted(
        word
        for word in small
        if 2 * novels[word] >= len(tuning) and small[word] > 4 * inside[word] and word not in GIVEN
    )


if __name__ == "__main__":
    print("\n".join(common(read(Path(sys.argv[1])))))
