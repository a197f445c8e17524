"""Stock phrases: a section is told which were used too often just before it, and a candidate loses by those it has.

Told in full prompts alone, and only where there is something to say. Short prompts are for small models, which copy what
stands in quotation marks; of those several candidates are drawn, and the one with fewer stock phrases is worth more.
"""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from longwriter.checks.along.reading import read
from longwriter.checks.slop.score import WITHIN, found, least_uses
from longwriter.checks.slop.stock import StockList, shipped
from longwriter.prompts import PromptSet

MOST_TOLD = 4
"""Phrases told of: a model that is told of many thinks of nothing else."""
FREE = 4.0
"""Stock phrases per 1,000 words that cost a candidate nothing: what 9 of 10 chapters by people stay within."""
COST, MOST_COST = 0.01, 0.3
"""What each further one per 1,000 words costs, and all of them at most."""
LEAST_WORDS = 100
"""Shorter candidates are taken for as long: one phrase more or less decides a sentence."""

KEPT = 512
"""Texts whose phrases are kept: candidates, and the sections of `WITHIN` words."""


class _Used(NamedTuple):
    """The stock phrases of one section."""

    words: int
    uses: Counter[str]


class SlopHold:
    """The stock phrases of a list."""

    def __init__(self, prompts: PromptSet, stock: StockList) -> None:
        self._prompts, self._stock = prompts, stock
        self._rates = {**stock.phrases, **stock.patterns}
        self._kept = lru_cache(maxsize=KEPT)(self._read)

    def told(self, index: int, earlier: Sequence[str]) -> str:  # noqa: ARG002
        """The phrases used too often in the last `WITHIN` words, the most overused first."""
        words, uses = 0, Counter[str]()
        for text in reversed(earlier):
            if words >= WITHIN:
                break
            one = self._kept(text)
            words += one.words
            uses.update(one.uses)
        often = [phrase for phrase, n in uses.items() if n >= least_uses(phrase, self._rates[phrase])]
        often.sort(key=lambda phrase: (-uses[phrase], phrase))
        return self._prompts.render("stock", phrases=self._listed(often[:MOST_TOLD], uses)) if often else ""

    def briefly(self, index: int, earlier: Sequence[str]) -> str:  # noqa: ARG002
        """Nothing: what is quoted to a small model it writes."""
        return ""

    def worth(self, text: str, earlier: Sequence[str]) -> float:  # noqa: ARG002
        """0 for as few as people write, less with each one more."""
        one = self._kept(text)  # that of the candidate which is taken is told of again
        rate = 1000 * one.uses.total() / max(LEAST_WORDS, one.words)
        return -min(MOST_COST, COST * max(0.0, rate - FREE))

    def _read(self, text: str) -> _Used:
        reading = read(text)
        return _Used(len(reading.starts), Counter(hit.phrase for hit in found(reading, self._stock)))

    def _listed(self, phrases: Sequence[str], uses: Counter[str]) -> str:
        between = "、" if self._prompts.name.startswith("zh") else ", "
        return between.join(f"“{phrase}” ({uses[phrase]}×)" for phrase in phrases)


def slop_hold(setting: StockList | Literal["off"] | None, prompts: PromptSet) -> SlopHold | None:
    """The hold that a run's setting asks for; None for "off", and where there is no list for the prompts' language."""
    stock = None if setting == "off" else setting or shipped(prompts.name)
    return SlopHold(prompts, stock) if stock is not None else None
