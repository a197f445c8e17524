"""A folder of weights from an adapter on a base, in float32.

Run: python recipes/zero/gpu/merge.py --base FOLDER --adapter FOLDER --out FOLDER
"""

import argparse
from pathlib import Path

from ask import opened
from transformers import AutoTokenizer


def main() -> None:
    """Merge."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--base", "--adapter", "--out"):
        parser.add_argument(name, type=Path, required=True)
    args = parser.parse_args()
    opened(args.base, args.adapter).save_pretrained(args.out)
    AutoTokenizer.from_pretrained(args.base).save_pretrained(args.out)


if __name__ == "__main__":
    main()
