r"""How often rules find a contradiction where none is: short texts written to come near one.

    python measurements/near_contradictions.py [en|zh] [--part tuned|held] [--show]

A random third of the texts is held out: of these, whoever changes the rules reads the count alone. A line is a text, `\\n`
a line break. They tell of another time, another person, a dream, a play, dyed hair, a figure of speech. People write such
things far more rarely, so this is no rate of false alarms: it says which rules to be careful with.
"""

import argparse
import hashlib
from collections import Counter
from pathlib import Path

from longwriter.checks.ledger.contradictions import contradictions


def held(line: str) -> bool:
    """Whether a text is one of the third that nobody tuned on."""
    return hashlib.sha256(f"5 {line}".encode()).digest()[0] % 3 == 0


def main() -> None:
    """Read, count, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("language", nargs="?", choices=("en", "zh"), default="en")
    parser.add_argument("--part", choices=("tuned", "held"), default="tuned")
    parser.add_argument("--show", action="store_true", help="the texts with what is found in them")
    args = parser.parse_args()
    lines = Path(__file__).with_name(f"near_contradictions_{args.language}.txt").read_text("utf-8").splitlines()
    texts = [line.replace("\\n", "\n") for line in lines if line.strip() and held(line) == (args.part == "held")]
    found = {text: contradictions(text, args.language) for text in texts}
    alarmed = [text for text in texts if found[text]]
    by_check = Counter(check for text in alarmed for check in {one.check: 0 for one in found[text]})
    print(
        f"{args.part}: {len(alarmed)} of {len(texts)} texts: {', '.join(f'{name} {n}' for name, n in by_check.most_common())}"
    )
    for text in alarmed if args.show else ():
        print(f"\n{text}")
        for one in found[text]:
            print(f"    {one.check}: {one.message}")


if __name__ == "__main__":
    main()
