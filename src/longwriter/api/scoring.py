"""How good a text is, by rewards: the range of words that it should have, and what each reward says of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypedDict, Unpack

from longwriter.api.loop import run
from longwriter.api.settings import known_options
from longwriter.config import build
from longwriter.errors import InputError
from longwriter.length.range import range_of
from longwriter.rewards.base import Mode, RewardSettings, Sample, reward_class, traits_of
from longwriter.rewards.scoring import RewardSet, Verdicts
from longwriter.rewards.tags import mode_of

AT_ONCE = 32
"""Samples between two reports; those of one request stay together."""


class RewardOptions(TypedDict, total=False):
    """Settings of rewards (`rewards.base.RewardSettings`)."""

    longest: float
    slop_list: str | None
    reward_model: str | None
    reward_url: str | None
    style: str | None
    sources: str | None
    judge: str | None
    judge_url: str | None
    judge_headers: dict[str, str]
    judge_extra_body: dict[str, object]


class Wanted(NamedTuple):
    """What is said of every sample; None where nothing is."""

    request: str | None = None
    bounds: tuple[int, int] | None = None
    """Words."""
    bounds_from: str = ""
    """Who named the bounds."""
    mode: Mode | None = None


class RangedSample(NamedTuple):
    """A sample, and where its range comes from."""

    sample: Sample
    source: str


def about(words: int) -> tuple[int, int]:
    """The range 10 % either way, and at least one word."""
    return round(0.9 * words), max(1, round(1.1 * words))


def ranged(row: Mapping[str, object], wanted: Wanted, where: str, words: object = None) -> RangedSample:
    """A sample with its range: the one wanted of all, its own, that of its own `words`, or what its request names.

    `row`: fields of `Sample`. Raises InputError that begins with `where`.
    """
    row = {**row} | ({"request": wanted.request} if wanted.request is not None else {})
    if wanted.mode is not None or "mode" not in row:
        row["mode"] = wanted.mode or mode_of(str(row["completion"]))
    own = row.get("lower") is not None or row.get("upper") is not None
    bounds, source = None, "its own"
    if wanted.bounds is not None:
        bounds, source = wanted.bounds, wanted.bounds_from
    elif not own and words is not None:
        if isinstance(words, bool) or not isinstance(words, int) or words < 1:
            raise InputError(f"{where}: words: a whole number of 1 or more is needed, got {words!r}")
        bounds, source = about(words), f"{words:,} words asked, 10 % either way"
    elif not own:
        bounds, source = range_of(str(row["request"])), "the request names a length"
    if bounds is not None:
        row |= {"lower": bounds[0], "upper": bounds[1]}
    sample = build(Sample, row, where)
    return RangedSample(sample, source if sample.lower is not None else "the request names no length")


def score(
    text: str,
    *,
    request: str | None = None,
    words: int | tuple[int, int] | None = None,
    rewards: Sequence[str] = ("length", "format"),
    mode: Mode | None = None,
    **settings: Unpack[RewardOptions],
) -> Verdicts:
    """Say what the rewards of a text are, and why, as `longwriter score` does.

    `request`: what the text was asked to be; `words`: the wanted length, about or as a range; None: what the request names.
    `rewards`: length, format, style, slop, consistency, citations, writing, generative, or `package.module:Class`.
    A value is 0 to 1, or None where there is none. Raises LongWriterError.
    """
    known_options(settings, RewardOptions)
    bounds, count = (words, None) if isinstance(words, tuple) else (None, words)
    row = {"id": "text", "request": "", "completion": text}
    sample = ranged(row, Wanted(request, bounds, "words", mode), "score", count).sample
    check_rewards(rewards, [sample])
    [verdicts] = run(score_samples(rewards, build(RewardSettings, dict(settings), "settings"), [sample]))
    return verdicts


def check_rewards(names: Sequence[str], samples: Sequence[Sample]) -> None:
    """Refuse no rewards, and samples that a reward cannot judge. Raises InputError."""
    if not names:
        raise InputError("--reward: name at least one")
    for name in names:
        if traits_of(reward_class(name)).needs_request and not all(sample.request.strip() for sample in samples):
            raise InputError(f"{name} is judged against the request; give it with --request TEXT")


def _unheard(done: int, total: int) -> None:
    """Nobody asks how far it is."""


async def score_samples(
    names: Sequence[str],
    settings: RewardSettings,
    samples: Sequence[Sample],
    report: Callable[[int, int], None] = _unheard,
) -> list[Verdicts]:
    """Every sample by every reward, in order; `report` hears how many of how many are done.

    Samples of one request are scored together, wherever they are in the list: a judge in pairs compares them.
    """
    rewards = RewardSet(names, settings)
    found: dict[int, Verdicts] = {}
    try:
        for batch in _batches(samples):
            scores = await rewards.score([samples[place] for place in batch])
            found |= zip(batch, scores.verdicts, strict=True)
            report(len(found), len(samples))
    finally:
        await rewards.aclose()
    return [found[place] for place in range(len(samples))]


def _batches(samples: Sequence[Sample]) -> Iterator[list[int]]:
    """Places of samples, those of one request in one batch; requests in the order of their first sample."""
    groups: dict[str, list[int]] = {}
    for place, sample in enumerate(samples):
        groups.setdefault(sample.request, []).append(place)
    batch: list[int] = []
    for group in groups.values():
        batch += group
        if len(batch) >= AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
