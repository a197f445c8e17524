"""The requests of a recipe as verl's Parquet files: python recipes/zero/32b/verl_data.py recipes/zero/32b/grpo.toml DIR."""

import argparse
from pathlib import Path

from longwriter.train.data.tokenizer import open_tokenizer
from longwriter.train.recipe import dotted, read_recipe
from longwriter.train.verl.prompts import write_prompts


def main() -> None:
    """Read the arguments, write the files, say how many rows they have."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--held-out", type=int, default=64, help="requests for validation")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change one setting")
    given = parser.parse_args()
    recipe = read_recipe(given.recipe, dotted(tuple(given.set)))
    learnt, held = write_prompts(recipe, open_tokenizer(recipe.model), given.out, given.held_out)
    print(f"{given.out / 'train.parquet'}: {learnt:,} requests; {given.out / 'val.parquet'}: {held:,}")


if __name__ == "__main__":
    main()
