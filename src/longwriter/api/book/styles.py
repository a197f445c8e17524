"""Styles learnt from a writer's files, and texts compared with them."""

from pathlib import Path
from typing import NamedTuple

from longwriter.checks.style.along import StylePoint, along
from longwriter.checks.style.distance import StyleDistance, distance
from longwriter.checks.style.learn import doubts_of, learn
from longwriter.checks.style.profile import StyleProfile, as_toml, read_profile
from longwriter.config import read_text
from longwriter.errors import InputError
from longwriter.intake.source import read_source
from longwriter.language import NAMES, differs
from longwriter.runs.folders import DRAFT, SETTINGS, all_runs, find, write_file
from longwriter.text import count_words


class StyleScore(NamedTuple):
    """How far a text is from a style, as a whole and from its beginning to its end."""

    words: int
    whole: StyleDistance
    along: list[StylePoint]
    doubts: list[str]
    """What a person should know before relying on it."""


def learn_style(*samples: str | Path, language: str = "", out: str | Path | None = None) -> StyleProfile:
    """Learn a writer's style from files: .docx, .md, .txt, .epub, .html.

    `language`: code; "": told by the texts. `out`: a file for it. Raises InputError for a file that cannot be read and for
    samples that are too short.
    """
    if not samples:
        raise InputError("name at least one file of the writer's: longwriter style learn SAMPLE... --out style.toml")
    profile = learn([read_source(Path(sample)).text for sample in samples], language)
    if out is not None:
        write_file(Path(out), as_toml(profile))
    return profile


def score_style(source: str | Path, style: str | Path | StyleProfile, runs: str | Path = "runs") -> StyleScore:
    """How far a file's text, or a run's so far, is from a style. Raises InputError. `runs`: where runs are looked for."""
    profile = style if isinstance(style, StyleProfile) else read_profile(Path(style))
    text = _text_of(str(source), Path(runs))
    doubts = doubts_of(profile)
    if profile.language and differs(text, {profile.language}):
        name = NAMES[profile.language][0] if profile.language in NAMES else profile.language
        doubts.insert(0, f"the text is not in the style's language ({name}): its distance means little")
    return StyleScore(count_words(text), distance(profile, text), along(profile, text), doubts)


def _text_of(source: str, runs: Path) -> str:
    path = Path(source)
    if path.is_file():
        return read_source(path).text
    if (
        not (path / SETTINGS).is_file()
        and not any(run.name.startswith(source) for run in all_runs(runs))
        and source != "last"
    ):
        raise InputError(f"{source}: no such file or run; runs are looked for in {runs}")
    folder = find(runs, source)
    if not (folder / DRAFT).is_file():
        raise InputError(f"{folder.name} has no text yet; go on with: longwriter resume {folder}")
    return read_text(folder / DRAFT)
