"""Whether a text cites its sources, and rightly: marks of chunks that there are, whose words, numbers and quotes bear it out.

The sources are those that the request shows (`s12| ...`, a line of a chunk), or those of a run's `chunks.jsonl`. What is
right, `checks.citations` says; the constants are calibrated in docs/rewards.md.
"""

from collections.abc import Sequence
from pathlib import Path

from longwriter.checks.citations.citations import UNRELATED, read_citations
from longwriter.checks.citations.fence import read_shown
from longwriter.checks.citations.records import SourceChunk
from longwriter.checks.citations.sources import SourceSet
from longwriter.jsonl import read_lines
from longwriter.rewards.base import FAILURE, RewardSettings, Sample, Verdict
from longwriter.rewards.tags import reader
from longwriter.text import count_words

FULL = 0.45
"""From this share of its words on, a sentence is borne out by what it cites; it is not at `UNRELATED`."""
WORDS = 150
"""A text that cites once in so many words cites enough."""


class CitationsReward:
    """Mean support of what is cited, times how much is: 0 for a text that cites nothing. None without sources."""

    def __init__(self, settings: RewardSettings) -> None:
        """Reads `sources` and `malformed`. Raises InputError for a file that cannot be read."""
        self._read = reader(settings.malformed)
        self._sources = SourceSet(_chunks(Path(settings.sources))) if settings.sources else None
        self._shown: tuple[str, SourceSet] = ("", SourceSet(()))

    async def score(self, samples: Sequence[Sample]) -> list[Verdict]:
        """None for a sample without sources."""
        return [self.verdict(sample) for sample in samples]

    def verdict(self, sample: Sample) -> Verdict:
        """The verdict on one sample, with its counts and what is wrong."""
        sources = self._sources or self._of(sample.request)
        if not sources:
            return Verdict(None, {FAILURE: "its request shows no sources (lines such as `s1| ...`), and none are set"})
        answer = self._read(sample.completion, sample.mode).answer
        cleaned = sources.cleaned(answer)
        found = read_citations(cleaned.text, sources)
        made = len(found.support) + len(cleaned.invented)
        borne = sum(min(1.0, max(0.0, (share - UNRELATED) / (FULL - UNRELATED))) for share in found.support)
        enough = min(1.0, len(found.support) * WORDS / max(1, count_words(answer)))
        value = enough * borne / made if made else 0.0
        return Verdict(value, {
            "statements": len(found.support), "invented": [*cleaned.invented], "support": round(borne, 3),
            "enough": round(enough, 3), "findings": [finding.message for finding in found.findings],
        })  # fmt: skip

    def _of(self, request: str) -> SourceSet:
        """The sources that a request shows; the completions of one request follow each other."""
        if self._shown[0] != request:
            self._shown = (request, SourceSet(read_shown(request), request))
        return self._shown[1]

    async def aclose(self) -> None:
        """Nothing to release."""


def _chunks(path: Path) -> list[SourceChunk]:
    file = path / "chunks.jsonl" if path.is_dir() else path
    return [SourceChunk.model_validate(line.row) for line in read_lines(file)]
