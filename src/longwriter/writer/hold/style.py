"""The voice that a text must keep: what of a learnt style each section is told, and how far a candidate is from it."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path

from longwriter.checks.style.distance import LEAST_WORDS, StyleDistance, distance_of, favourites, usual
from longwriter.checks.style.features import MARKS, StyleCounts, count_style, together
from longwriter.checks.style.profile import StyleProfile
from longwriter.text import fenced, words_of

WORDINGS = Path(__file__).parent / "style_words.toml"
RECENT_WORDS = 2_500
"""Words at the end of the text that are compared with the voice."""
LEAST_RECENT = 250
"""Fewer are not compared."""
DRIFTED = 90.0
"""Per cent of the writer's own passages that are nearer than a text which has drifted."""
LIMITS, NAMED = 8, 2
"""Limits that are told, and figures of a drift."""
FIRST_TOLD = ("sentence_words", "short_sentences", "long_sentences", "paragraph_words", "dialogue")
STRENGTH = 2.0
"""What a candidate loses that is twice as far as the writer's own passages usually are."""
COPIED = 2.0
"""What one loses that is a copy of a passage it was shown."""
RUN = 6
"""Words in a row that make a copy."""
FIRST_PERSON, TENSE = 0.02, 0.75
"""Share of a narrator's words from which on it is one in the first person; share of verbs that makes a tense."""
BRIEF, LENGTHY, TALKATIVE = 12.0, 22.0, 0.35
"""Words of a sentence, and share of speech, that short prompts name."""


class StyleHold:
    """A voice, told in the language of the prompts."""

    def __init__(self, profile: StyleProfile, prompts: str) -> None:
        """`prompts`: en, zh or zh-Hant."""
        self.profile, self._words = profile, _wordings()[prompts]
        self._figures, self._shares = _table(self._words["figures"]), _table(self._words["shares"])
        self._runs = frozenset(run for scene in profile.scenes for run in _runs(scene.text))
        self._voice = self._told_voice()

    def told(self, index: int, earlier: Sequence[str]) -> str:  # noqa: ARG002 - the same for every section
        """Passages, limits, and how the text so far differs."""
        return "\n\n".join(filter(None, (self._voice, self._drift(earlier))))

    def briefly(self, index: int, earlier: Sequence[str]) -> str:  # noqa: ARG002
        """How it is told, in a few words without a number: small models follow none."""
        figures, found = self.profile.figures, []
        if (person := self._person()) is not None:
            found.append(self._text(f"short_{person}"))
        words = figures["sentence_words"].mean if "sentence_words" in figures else BRIEF
        if not BRIEF <= words <= LENGTHY:
            found.append(self._text("short_brief" if words < BRIEF else "short_long"))
        if "dialogue" in figures and figures["dialogue"].mean > TALKATIVE:
            found.append(self._text("short_speech"))
        return self._text("short_joint").join(found)

    def worth(self, text: str, earlier: Sequence[str]) -> float:  # noqa: ARG002 - the same for all candidates
        """0 for one as near as the writer's own passages usually are, or nearer."""
        counts = _counted(text, self.profile.language)
        if counts.words < LEAST_WORDS:
            return 0.0
        found = distance_of(self.profile, counts)
        runs = _runs(text)
        copied = sum(run in self._runs for run in runs) / max(1, len(runs))
        return -STRENGTH * max(0.0, found.value / usual(self.profile, counts.words) - 1) - COPIED * copied

    def drift(self, earlier: Sequence[str]) -> StyleDistance | None:
        """How far the last `RECENT_WORDS` words of the text are; None where it has too few."""
        parts, words = list[StyleCounts](), 0
        for text in reversed(earlier):
            if words >= RECENT_WORDS:
                break
            parts.insert(0, _counted(text, self.profile.language))
            words += parts[0].words
        return distance_of(self.profile, together(parts)) if words >= LEAST_RECENT else None

    def _drift(self, earlier: Sequence[str]) -> str:
        found = self.drift(earlier)
        if found is None or found.percentile_own < DRIFTED:
            return ""
        named = [off for off in found.furthest if off.name in self._figures | self._shares][:NAMED]
        return " ".join(
            self._text("drift").format(
                now=self._worded(off.name, off.value), wanted=self._worded(off.name, off.low, off.high)
            )
            for off in named
        )

    def _told_voice(self) -> str:
        told = [self._text("limits"), *(f"- {limit}" for limit in self.limits())]
        passages = "\n\n* * *\n\n".join(scene.text for scene in self.profile.scenes)
        if not passages:
            return "\n".join(told)
        template = fenced(self._text("voice").strip(), [passages])
        return f"{template.format(passages=passages)}\n\n" + "\n".join(told)

    def limits(self) -> list[str]:
        """At most eight things that a section is told of the voice, one phrase each."""
        figures = self.profile.figures
        found = [self._worded(name, figures[name].mean, about=True) for name in FIRST_TOLD if name in figures]
        person, tense = self._person(), self._tense()
        told = [self._text(name) for name in (person, tense) if name is not None]
        found += [self._text("short_joint").join(told)] if told else []
        if words := favourites(self.profile):
            found.append(self._text("words").format(words=" ".join(words)))
        marks = sorted((m for m in MARKS if m in figures), key=lambda m: -figures[m].mean)
        found += [self._worded(name, figures[name].mean, about=True) for name in marks[1:4]]
        return found[:LIMITS]

    def _person(self) -> str | None:
        figures = self.profile.figures
        if "first_person" not in figures:
            return None
        return "first" if figures["first_person"].mean >= FIRST_PERSON else "third"

    def _tense(self) -> str | None:
        past = self.profile.figures.get("past_tense")
        if past is None or 1 - TENSE < past.mean < TENSE:
            return None
        return "past" if past.mean >= TENSE else "present"

    def _text(self, name: str) -> str:
        return str(self._words[name])

    def _worded(self, name: str, value: float, high: float | None = None, *, about: bool = False) -> str:
        """A figure in words; with `high` its range."""
        low, top = (self._number(name, v) for v in (value, value if high is None else high))
        number = low if low == top else self._text("range").format(low=low, high=top)
        number = self._text("about").format(n=number) if about else number
        return (self._figures | self._shares)[name].format(n=number)

    def _number(self, name: str, value: float) -> str:
        value = 100 * value if name in self._shares else value
        return f"{value:.0f}" if value >= 10 or name in self._shares else f"{value:.1f}"


def opening(profile: StyleProfile) -> str:
    """A passage that a model with short prompts goes on from, as if it had written it; "" for none."""
    return profile.scenes[0].text if profile.scenes else ""


@cache
def _wordings() -> Mapping[str, Mapping[str, object]]:
    return tomllib.loads(WORDINGS.read_text("utf-8"))


def _table(value: object) -> dict[str, str]:
    assert isinstance(value, dict)
    return {str(key): str(text) for key, text in value.items()}


@lru_cache(maxsize=64)
def _counted(text: str, language: str) -> StyleCounts:
    """Sections are counted once, however many come after them."""
    return count_style(text, language)


def _runs(text: str) -> list[tuple[str, ...]]:
    words = [word.casefold() for word in words_of(text)]
    return [tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1)]
