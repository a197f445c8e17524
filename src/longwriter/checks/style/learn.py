"""From samples of a writer to a profile. Everything follows from passages of `GRAIN` words, whose counts add up."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from longwriter.checks.along.reading import Ints, read
from longwriter.checks.style.distance import apart, centre_of
from longwriter.checks.style.features import SCALARS, Floats, StyleCounts, count_style, together, unlevelled
from longwriter.checks.style.profile import GRAM_STEPS, MOST_WORDS, StyleProfile, StyleRange
from longwriter.checks.style.reference import parts, reference_of, vector_of
from longwriter.checks.style.scenes import scenes_of
from longwriter.errors import InputError
from longwriter.intake.noticed import narrator_words
from longwriter.language import NAMES, tongue
from longwriter.text import count_words, counted, words_of

GRAIN = 300
"""Words of the smallest passage that is compared."""
GRAINS = (1, 2, 4, 8, 16)
"""Grains of the passages whose distances are kept: 300 to 4,800 words."""
LEAST_PASSAGES = 4
"""Passages of a length for their distances to be kept."""
LEAST, ENOUGH = 1_200, 5_000
"""Words of a sample, and words from which on its own passages tell what is usual for it."""
MOST = 150_000
"""Words of a sample that are looked at: more change nothing that is kept."""
EVERYWHERE = 0.5
"""Share of a sample's passages that a word has to be in to be no word of its plot, where no reference names the words."""
FEWEST_WORDS = 20
"""Such words, for anything to be learnt."""


def learn(texts: Sequence[str], language: str = "") -> StyleProfile:
    """The style of a writer's texts. `language`: code; "": told by the texts.

    Raises InputError for fewer than `LEAST` words, and for a text whose words cannot be told apart.
    """
    language = language or tongue("\n".join(text[:20_000] for text in texts))
    grains = [grain for text in texts for grain in cut(text, GRAIN)]
    counts = [count_style(grain, language) for grain in grains[: MOST // GRAIN]]
    words = sum(count.words for count in counts)
    if words < LEAST:
        there = sum(map(count_words, texts))
        whole = f", {words:,} of them in whole stretches of {GRAIN}" if there >= LEAST else ""
        raise InputError(
            f"the samples have {counted(there, 'word')}{whole}; {LEAST:,} are needed to learn a style, "
            f"{ENOUGH:,} or more are better"
        )
    reference = reference_of(language)
    vocabulary = reference.words if reference else _vocabulary(grains)
    unit = next(size for size in (8, 4, 2, 1) if len(counts) >= LEAST_PASSAGES * size)
    rows = np.array([vector_of(passage, vocabulary) for passage in passages(counts, unit)])
    vector = np.array([_mean(column) for column in rows.T])
    ranged = np.array([vector_of(passage, vocabulary) for passage in passages(counts, min(unit, 4))])
    deviation = _deviation(ranged, len(vocabulary))
    name = reference.name if reference else ""
    centre = centre_of(vocabulary, vector, deviation, language, name)
    own, others = dict[str, tuple[float, ...]](), dict[str, tuple[float, ...]]()
    for size in GRAINS:
        if len(counts) < LEAST_PASSAGES * size and size > 1:
            break
        found = []
        for passage in passages(counts, size):
            one, part = vector_of(passage, vocabulary), min(0.9, passage.words / words)
            rest = np.where(np.isnan(one), vector, (vector - part * one) / (1 - part))
            found.append(apart(one, rest, centre))
        own[str(GRAIN * size)] = _quantiles(found)
    for length, theirs in (reference.passages if reference else {}).items():
        assert reference is not None
        found = [apart(row * reference.deviation + reference.mean, vector, centre) for row in theirs]
        others[str(length)] = _quantiles(found)
    in_words, _, in_grams = parts(len(vocabulary))
    return StyleProfile(
        language=language, words=words, reference=name, figures=_figures(vector, ranged, deviation, len(vocabulary)),
        vocabulary={w: round(1000 * float(v) ** 2, 4) for w, v in zip(vocabulary, vector[in_words], strict=True)},
        vocabulary_spread=() if reference else tuple(round(1000 * float(v), 3) for v in deviation[in_words]),
        grams=_steps(vector[in_grams]), grams_spread=() if reference else _steps(deviation[in_grams], least=1),
        own=own, others=others, scenes=scenes_of(texts, language),
    )  # fmt: skip


def doubts_of(profile: StyleProfile) -> list[str]:
    """What a person should know of a profile, one sentence each."""
    found = []
    if profile.words < ENOUGH:
        found.append(
            f"the sample is short ({profile.words:,} words): percentiles are coarse; {ENOUGH:,} words or more are better"
        )
    if not profile.reference:
        known = f"in {NAMES[profile.language][0]}" if profile.language in NAMES else "in this language"
        found.append(
            f"there are no figures of other writers {known}: distances are compared with the sample's own passages alone"
        )
    if profile.language not in narrator_words():
        found.append("person and tense are not told in this language")
    return found


def cut(text: str, words: int) -> list[str]:
    """Passages of about so many words, from a paragraph's beginning where one is near, else a sentence's.

    The rest, if it is less than three quarters of that, is left out, as it would count like a whole one.
    """
    reading = read(text)
    total = len(reading.starts)
    if not total:
        return []
    lines, sentences = (np.flatnonzero(np.diff(of, prepend=-1)) for of in (reading.line, reading.sentence))
    at = [0]
    while total - at[-1] > words:
        wanted = at[-1] + words
        begin = _next(lines, wanted, total)
        at.append(begin if begin <= wanted + words // 4 else min(_next(sentences, wanted, total), wanted + words))
        if at[-1] >= total:
            break
    if total - at[-1] >= 3 * words // 4:
        at.append(total)
    places = [0, *(_opening(text, int(reading.starts[i])) for i in at[1:] if i < total)]
    places += [len(text)] if at[-1] >= total else []
    return [text[a:b].strip() for a, b in pairwise(places)]


def _next(starts: Ints, place: int, total: int) -> int:
    found = int(np.searchsorted(starts, place))
    return int(starts[found]) if found < len(starts) else total


def _opening(text: str, start: int) -> int:
    """Where the whitespace before a word's own opening marks ends."""
    while (
        start
        and not text[start - 1].isspace()
        and not text[start - 1].isalnum()
        and text[start - 1] not in "。！？，、…"
    ):
        start -= 1
    return start


def passages(counts: Sequence[StyleCounts], size: int) -> list[StyleCounts]:
    """Neighbouring grains as passages of `size` of them; what is left at the end is left out."""
    return [together(counts[at : at + size]) for at in range(0, len(counts) - size + 1, size)]


def _vocabulary(grains: Sequence[str]) -> tuple[str, ...]:
    """The most frequent words that stand everywhere in the sample, in lowercase. Raises InputError for too few."""
    frequent, spread, small = Counter[str](), Counter[str](), Counter[str]()
    for grain in grains:
        written = words_of(grain)
        words = [word.lower().replace("’", "'") for word in written]
        small.update(word for word, as_is in zip(words, written, strict=True) if as_is[:1] == word[:1])
        frequent.update(words)
        spread.update(set(words))
    least = EVERYWHERE * len(grains) / (2 if len(grains) > 40 else 1)
    found = [w for w, n in frequent.most_common() if spread[w] >= least and 2 * small[w] >= n and not w.isdecimal()]
    if len(found) < FEWEST_WORDS:
        raise InputError(
            "the samples have too few words in common to learn a style from: are they of one language, with words apart?"
        )
    return tuple(found[:MOST_WORDS])


def _mean(column: Floats) -> float:
    known = column[~np.isnan(column)]
    return float(known.mean()) if len(known) else float("nan")


def _deviation(rows: Floats, words: int) -> Floats:
    """Standard deviations between passages, none so small that a single count decides."""
    found = np.array([float(np.std(c[~np.isnan(c)])) if (~np.isnan(c)).any() else 1.0 for c in rows.T])
    in_words, in_figures, in_grams = parts(words)
    found[in_words] = np.maximum(found[in_words], 0.004)
    found[in_figures] = np.maximum(found[in_figures], 0.02)
    found[in_grams] = np.maximum(found[in_grams], 0.002)
    return found


def _quantiles(distances: Sequence[float]) -> tuple[float, ...]:
    return tuple(round(float(q), 4) for q in np.quantile(distances, np.linspace(0, 1, 11)))


def _steps(values: Floats, least: int = 0) -> tuple[int, ...]:
    whole: npt.NDArray[np.int64] = np.maximum(least, np.rint(values * GRAM_STEPS)).astype(np.int64)
    return tuple(whole.tolist())


def _figures(vector: Floats, rows: Floats, deviation: Floats, words: int) -> dict[str, StyleRange]:
    """Figures of the centre, with the range and the spread between passages."""
    _, place, _ = parts(words)
    means = unlevelled(vector[place])
    raw = np.array([unlevelled(row[place]) for row in rows])
    found = {}
    for i, name in enumerate(SCALARS):
        known = raw[:, i][~np.isnan(raw[:, i])]
        if len(known) and not np.isnan(means[i]):
            low, high = (round(float(q), 4) for q in np.quantile(known, (0.1, 0.9)))
            spread = round(float(deviation[place][i]), 4)
            found[name] = StyleRange(mean=round(float(means[i]), 4), low=low, high=high, spread=spread)
    return found
