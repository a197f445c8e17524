"""What `longwriter score` is given, as samples: a text, JSON lines, a run of `write` or a run of `train grpo`."""

import re
from collections import deque
from pathlib import Path

from longwriter.api.scoring import RangedSample, Wanted, ranged
from longwriter.config import build, read_text
from longwriter.errors import InputError, RunError
from longwriter.intake.source import is_document
from longwriter.intake.source import read_source as read_draft
from longwriter.jsonl import read_lines
from longwriter.runs.folders import DRAFT, LAST, all_runs, find, saved_settings
from longwriter.train.rollouts.store import FOLDER, read_steps
from longwriter.writer.settings import WriteSettings
from longwriter.writer.sources.stored import FOLDER as SOURCES

NAMES = {  # field of a sample -> the names it may have in a JSON line
    "request": ("request", "prompt", "instruction"),
    "completion": ("completion", "text", "response", "output"),
}
OTHERS = ("id", "mode", "lower", "upper", "words", "cut")


def read_source(source: str, home: Path, given: Wanted) -> list[RangedSample]:
    """Samples of a file, of a run folder, or of a run in `home` by name. Raises InputError or RunError."""
    path = Path(source)
    if path.is_file():
        found = _lines(path, given) if path.name.endswith((".jsonl", ".jsonl.xz")) else [_text(path, given)]
    elif (path / FOLDER).is_dir():
        found = _rollouts(path, given)
    elif path.is_dir() or source == LAST or any(run.name.startswith(source) for run in all_runs(home)):
        found = [_run(find(home, source), given)]
    else:
        raise InputError(f"{source}: no such file or run; runs are looked for in {home}")
    if not found:
        raise InputError(f"{source}: nothing to score")
    return found


def _text(path: Path, given: Wanted) -> RangedSample:
    text = read_draft(path).text if is_document(path) else read_text(path)
    if not text.strip():
        raise InputError(f"{path}: holds no text")
    return ranged({"id": path.name, "request": "", "completion": text}, given, str(path))


def _lines(path: Path, given: Wanted) -> list[RangedSample]:
    """JSON lines with the fields of `rewards.base.Sample` or their other names; only the completion is needed.

    A name whose value is null is as good as missing.
    """
    items = []
    for where, read in read_lines(path, '{"prompt": "...", "text": "..."}'):
        row: dict[str, object] = {"id": where.rpartition(":")[2], "request": ""}
        row |= {name: read[name] for name in OTHERS if read.get(name) is not None}
        row["id"] = str(row["id"])
        for field, names in NAMES.items():
            row |= next(({field: read[name]} for name in names if read.get(name) is not None), {})
        if "completion" not in row:
            raise InputError(f"{where}: no text; give it as one of {', '.join(NAMES['completion'])}")
        items.append(ranged(row, given, where, row.pop("words", None)))
    return items


def _run(folder: Path, given: Wanted) -> RangedSample:
    """The text so far of a run of `write`."""
    settings = build(WriteSettings, saved_settings(folder), str(folder))
    if not (folder / DRAFT).is_file():
        raise InputError(f"{folder.name} has no text yet; go on with: longwriter resume {folder}")
    row: dict[str, object] = {
        "id": folder.name,
        "request": settings.instruction,
        "completion": read_text(folder / DRAFT),
        "mode": "plain",
    }
    return ranged(row, given, str(folder), settings.words)


def _rollouts(folder: Path, given: Wanted) -> list[RangedSample]:
    """The last step of a run of `train grpo`; those of one request are numbered."""
    [(_, rollouts)] = deque(read_steps(folder), maxlen=1)
    items = []
    seen: dict[tuple[int, str], int] = {}
    for rollout in rollouts:
        place = seen[rollout.group, rollout.id] = seen.get((rollout.group, rollout.id), 0) + 1
        row: dict[str, object] = rollout.model_dump(include={"request", "completion", "mode", "lower", "upper", "cut"})
        items.append(ranged(row | {"id": f"{rollout.id}#{place}"}, given, str(folder)))
    if not items:
        raise RunError(f"{folder / FOLDER}: the last step holds no rollout")
    return items


def sources_of(source: str, home: Path) -> Path | None:
    """The folder of a run's sources; None where it has none, and for what is no run."""
    if Path(source).is_file() or (Path(source) / FOLDER).is_dir():
        return None
    folder = find(home, source) / SOURCES
    return folder if folder.is_dir() else None


def read_range(text: str) -> tuple[int, int]:
    """Bounds such as "900-1100". Raises InputError."""
    match = re.fullmatch(r"\s*([\d,]+)\s*-\s*([\d,]+)\s*", text)
    bounds = [int(part.replace(",", "") or 0) for part in match.groups()] if match else [1, 0]
    if bounds[0] > bounds[1] or bounds[1] == 0:
        raise InputError(f"--range {text}: two numbers of words are needed, the lower first, such as 900-1100")
    return bounds[0], bounds[1]
