"""The citations reward: support of what is cited, times how much is."""

import asyncio

import pytest

from longwriter.checks.citations.fence import shown
from longwriter.checks.citations.records import SourceChunk
from longwriter.rewards.base import FAILURE, RewardSettings, Sample, Verdict, open_reward

MILLS = "The mill was built in 1884 by Ada Brown. It ground sacks of corn for the valley, and twelve men worked there."
CHUNKS = [
    SourceChunk(id="s1", source=1, title="Mills", text=MILLS),
    SourceChunk(id="s2", source=2, title="Bread", text="Rye bread was baked in the village oven every Friday."),
]
REQUEST = f"Write about mills.\n\n{shown(CHUNKS)}"


def verdict(completion: str, request: str = REQUEST, **settings: object) -> Verdict:
    reward = open_reward("citations", RewardSettings(**settings))
    return asyncio.run(reward.score([Sample(id="a", request=request, completion=completion)]))[0]


@pytest.mark.parametrize(
    ("completion", "value"),
    [
        ("The mill was built in 1884 by Ada Brown [s1].", 1.0),
        ("The mill was built in 1884 by Ada Brown.", 0.0),
        ("The mill was built in 1885 by Ada Brown [s1].", 0.0),
        ("The mill was built in 1884 by Ada Brown [s2].", 0.0),
        ("The mill was built in 1884 by Ada Brown [s1]. More of it [s7].", 0.5),
        ("The mill was built in 1884 by Ada Brown [s1]. " + "Nothing is cited in these five. " * 48, 150 / 298),
        ("", 0.0),
    ],
)
def test_values(completion: str, value: float) -> None:
    assert verdict(completion).value == pytest.approx(value, abs=0.01)


def test_no_sources_is_no_value() -> None:
    found = verdict("The mill [s1].", "Write about mills.")
    assert found.value is None
    assert "s1| ..." in str(found.why[FAILURE])


def test_sources_of_a_run(tmp_path) -> None:
    file = tmp_path / "chunks.jsonl"
    file.write_text("".join(f"{chunk.model_dump_json()}\n" for chunk in CHUNKS))
    said = "The mill was built in 1884 by Ada Brown [s1]."
    assert (
        verdict(said, "Write.", sources=str(file)).value == verdict(said, "Write.", sources=str(tmp_path)).value == 1.0
    )
