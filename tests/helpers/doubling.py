"""A worker for the tests of engines: doubles a number, notes what it does in a file, and fails where it is told to."""

import asyncio
import os
from pathlib import Path
from typing import Self

from longwriter.errors import LongWriterError
from longwriter.steps.step import Item, Result


class Double:
    def __init__(self, log: Path, failures: dict[str, LongWriterError] | None = None, seconds: float = 0.0) -> None:
        self.log, self.failures, self.seconds = log, failures or {}, seconds
        self.under_way = self.most = 0

    def note(self, what: str) -> None:
        with self.log.open("a") as file:
            file.write(f"{what} {os.getpid()}\n")

    async def __aenter__(self) -> Self:
        self.note("enter")
        return self

    async def __aexit__(self, *_: object) -> None:
        self.note("leave")

    async def __call__(self, item: Item) -> Result:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(self.seconds)
        self.under_way -= 1
        self.note(str(item["id"]))
        if str(item["id"]) in self.failures:
            raise self.failures[str(item["id"])]
        return {"double": 2 * int(str(item["x"])), "said": "两倍"}


def items(number: int) -> list[Item]:
    return [{"id": f"i{n}", "x": n} for n in range(number)]


def noted(log: Path) -> list[str]:
    return [line.split()[0] for line in log.read_text().splitlines()]
