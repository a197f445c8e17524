"""AgentWrite's texts as conversations, and the same texts under each other's requests: the control of equal lengths.

Run: python recipes/zero/gpu/mix.py DATASET --out DIR
"""

import argparse
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def main() -> None:
    """Write DIR/long and DIR/control."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    rows = pq.read_table(args.dataset / "train.parquet").to_pylist()
    turns = [[m for m in r["messages"] if m["role"] != "system"] for r in rows]
    moved = [[turns[(i + len(turns) // 3) % len(turns)][0], t[1]] for i, t in enumerate(turns)]
    for name, found in {"long": turns, "control": moved}.items():
        (args.out / name).mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist([{"messages": m} for m in found]), args.out / name / "train.parquet")
    print(f"{len(rows)} texts")


if __name__ == "__main__":
    main()
