"""RUN/log.jsonl: one flat object per line, as before; read as records."""

import json
from pathlib import Path

import pytest

from longwriter.errors import RunError
from longwriter.train.run.log import LogEntry, names_of, points, read_log


def test_a_line_is_flat_and_comes_back(tmp_path: Path) -> None:
    entry = LogEntry(step=3, tokens=1536, seconds=2.5, values={"loss": 4.25, "rewards/a/mean": 0.5})
    line = '{"step": 3, "tokens": 1536, "seconds": 2.5, "loss": 4.25, "rewards/a/mean": 0.5}\n'
    assert entry.line() == line
    (tmp_path / "log.jsonl").write_text(line)
    assert read_log(tmp_path) == [entry]
    assert read_log(tmp_path)[0].line() == line, "a run that is resumed writes its log again"


def test_curves_of_a_log(tmp_path: Path) -> None:
    rows = [{"step": 1, "loss": 2.0}, {"step": 2, "kl": 0.5}, {"step": 4, "loss": 1.0, "kl": float("nan")}]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    log = read_log(tmp_path)
    assert names_of(log) == ["kl", "loss"]
    assert points(log, "loss") == [(1, 2.0), (4, 1.0)]
    assert points(log, "kl") == [(2, 0.5)]


@pytest.mark.parametrize(
    "line", ["{nonsense", "[]", '"step"', '{"loss": 1.0}', '{"step": "1"}', "[" * 100_000, '{"step": 1.5}', "\xff"]
)
def test_a_damaged_line_is_named_and_a_torn_last_one_is_left_out(tmp_path: Path, line: str) -> None:
    (tmp_path / "log.jsonl").write_bytes(b'{"step": 1}\n' + line.encode("latin-1"))
    assert [entry.step for entry in read_log(tmp_path)] == [1]
    (tmp_path / "log.jsonl").write_bytes(line.encode("latin-1") + b'\n{"step": 1}\n')
    with pytest.raises(RunError, match=r"log\.jsonl:1: damaged"):
        read_log(tmp_path)
    assert read_log(tmp_path / "nowhere") == []
