"""Rewards for tests of training, named in recipes as `tests.helpers.planted:Class`."""

import asyncio
import os
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from longwriter.errors import SetupError, Unavailable
from longwriter.rewards.base import RewardSettings, Sample, Verdict


class Planted:
    """The share of characters that are ASCII letters a to m: reachable for any model, by chance 0.04 or so."""

    def __init__(self, settings: RewardSettings) -> None:
        self.calls = 0

    def value(self, sample: Sample) -> float | None:
        text = sample.completion
        return sum("a" <= c <= "m" for c in text) / len(text) if text else 0.0

    async def score(self, samples: Sequence[Sample]) -> list[Verdict]:
        self.calls += 1
        return [Verdict(self.value(s), {"characters": len(s.completion)}) for s in samples]

    async def aclose(self) -> None:
        pass


class Long(Planted):
    """On another scale, and missing for every third text by its length."""

    def value(self, sample: Sample) -> float | None:
        return None if len(sample.completion) % 3 == 0 else 1000.0 * len(sample.completion)


class Same(Planted):
    def value(self, sample: Sample) -> float | None:
        return 0.5


class SometimesNan(Planted):
    def value(self, sample: Sample) -> float | None:
        return float("nan") if len(sample.completion) % 2 else 1.0 / (1 + len(sample.completion))


class Nan(Planted):
    def value(self, sample: Sample) -> float | None:
        return float("nan")


class Broken(Planted):
    def value(self, sample: Sample) -> float | None:
        raise ZeroDivisionError("of my own making")


class WrongKey(Planted):
    async def score(self, samples: Sequence[Sample]) -> list[Verdict]:
        if self.calls == 2:
            raise SetupError("the key of the scoring server is refused")
        return await super().score(samples)


class Served(Planted):
    """Asks the server at PLANTED_URL, as a reward with an endpoint does."""

    async def score(self, samples: Sequence[Sample]) -> list[Verdict]:
        def ask() -> None:
            try:
                urllib.request.urlopen(os.environ["PLANTED_URL"], timeout=5).read()
            except (urllib.error.URLError, OSError) as error:
                raise Unavailable(f"no answer from {os.environ['PLANTED_URL']}: {error}") from error

        await asyncio.to_thread(ask)
        return await super().score(samples)


class Spy(Planted):
    """Writes down how often it is asked and of how many at once."""

    async def score(self, samples: Sequence[Sample]) -> list[Verdict]:
        with Path(os.environ["PLANTED_SPY"]).open("a") as file:
            file.write(f"{len(samples)} {os.getpid()}\n")
        return await super().score(samples)
