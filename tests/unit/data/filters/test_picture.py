"""The picture and the card: whatever the numbers, they can be drawn and told."""

import struct
from pathlib import Path

import pytest

from longwriter.data.card import card
from longwriter.data.filters.picture import OutputPoint, draw

SETS: dict[str, list[OutputPoint]] = {
    "none": [],
    "one": [(2500, None, None, True)],
    "stubs": [(0, 3000, 0.0, False), (1, None, None, False)],
    "many": [(1000 + 37 * n, 3000 if n % 2 else None, n / 5 if n % 2 else None, n % 3 > 0) for n in range(500)],
}


@pytest.mark.parametrize("name", SETS)
def test_any_set_is_drawn_at_1200_pixels(name: str, tmp_path: Path) -> None:
    drops = {f"filter: number {n} | of many": 50 - n for n in range(14)} if name == "many" else {}
    draw(tmp_path / "picture.png", SETS[name], drops)
    head = (tmp_path / "picture.png").read_bytes()[:24]
    assert head[1:4] == b"PNG"
    assert struct.unpack(">II", head[16:24]) == (1200, 900)


def test_the_same_numbers_give_the_same_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        draw(tmp_path / name, SETS["many"], {"filter: stub": 3})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_an_empty_set_has_a_card() -> None:
    report = {"title": "T", "kept": 0, "outputs": 0, "words": None}
    report |= {"benchmark_prompts": 0, "command": "longwriter data $1 | x", "version": "0", "cost": None}
    told = card(report, None, {}, {"near": 0.8})
    assert "0 of 0 outputs passed all filters; none." in told
    assert "Nothing." in told
    assert "No benchmark was checked against." in told
    assert "longwriter data $1 | x" in told
