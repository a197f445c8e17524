"""Speed of `count_words` beside the public regex counter, on the same text in the same run.

    python measurements/text.py [megabytes]

Prints JSON: megabytes a second (UTF-8, best of 7) for English and Chinese, and their ratio.
"""

import json
import sys
import time
from collections.abc import Callable

from longwriter.text import count_longwriter, count_words

ENGLISH = (
    "Nothing was left of the old pier, and therefore nobody could land. “We wait,” he said; it was 7.30, and they "
    "didn't mind — the well-known wind rose.\n\n"
)
CHINESE = "长江从青藏高原流下来，一路穿过高山和峡谷。它养育了两岸的人民，也常常带来洪水。1994年，三峡工程正式开工。\n\n"


def speed(counter: Callable[[str], int], text: str) -> float:
    """Megabytes a second, best of 7."""
    seconds = []
    for _ in range(7):
        begin = time.perf_counter()
        counter(text)
        seconds.append(time.perf_counter() - begin)
    return len(text.encode()) / 1e6 / min(seconds)


def main() -> None:
    """Measure and print."""
    size = int(float(sys.argv[1] if len(sys.argv) > 1 else 2) * 1e6)
    plain = ENGLISH.replace("“", '"').replace("”", '"').replace("—", "-")
    out = {}
    for name, unit in (("english_ascii", plain), ("english_curly_quotes", ENGLISH), ("chinese", CHINESE)):
        text = unit * (size // len(unit.encode()))
        count_words(text)
        ours, public = speed(count_words, text), speed(count_longwriter, text)
        out[name] = {"ours_mb_s": round(ours, 1), "public_mb_s": round(public, 1), "ratio": round(ours / public, 1)}
    print(json.dumps(out, indent=1))


if __name__ == "__main__":
    main()
