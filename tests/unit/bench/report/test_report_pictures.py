"""The report's pictures: points where they belong, files that stand alone, numbers beside every one."""

import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.helpers.made_scores import bare, made

from longwriter.bench.records import ItemScore, Metric
from longwriter.bench.report.canvas import LEFT, RIGHT, SYSTEMS, ShownRun, shape
from longwriter.bench.report.charts import all_charts, buckets, decays, elo, in_order, quality
from longwriter.bench.report.figure import alone, write_pictures
from longwriter.bench.report.labels import shortened
from longwriter.bench.report.length_charts import FEW, lengths, ruler
from longwriter.errors import InputError, SetupError
from longwriter.report.look import DARK, LIGHT
from longwriter.report.svg import WIDTH, AxisScale, log_scale, log_ticks


def shown(*names: str, **more: object) -> list[ShownRun]:
    return [ShownRun(name, made(name, 1 + n, **more)) for n, name in enumerate(names)]  # type: ignore[arg-type]


def points(body: str) -> list[tuple[float, float]]:
    """Centres of circles: what shape 0 draws begins 3 left of it."""
    return [(float(x) + 3, float(y)) for x, y in re.findall(r'class="mark" d="M([\d.]+) ([\d.]+)a3', body)]


def test_scales() -> None:
    x = AxisScale(0, 10, 50, 350)
    assert (x(0), x(5), x(10), x(99), x(-9)) == (50, 200, 350, 350, 50)
    log = AxisScale(10, 1000, 0, 100, log=True)
    assert (log(10), log(100), log(1000), log(1)) == (0, 50, 100, 0)
    assert log_ticks(AxisScale(90, 30_000, 0, 1, log=True)) == [100, 300, 1000, 3000, 10_000, 30_000]
    assert log_ticks(AxisScale(400, 6000, 0, 1, log=True)) == [500, 1000, 2000, 5000]


@given(st.lists(st.integers(0, 200_000), max_size=9))
def test_a_log_scale_has_ticks_and_holds_all(values: list[int]) -> None:
    scale = log_scale(values, LEFT, WIDTH - RIGHT)
    assert all(scale.low <= v <= scale.high for v in values if v)
    assert 1 <= len(log_ticks(scale)) <= 8


def test_a_text_as_long_as_asked_stands_on_the_line() -> None:
    own = [ItemScore(id=str(n), required=n, words=n, scores={}) for n in (100, 1000, 10_000)]
    own += [
        ItemScore(id="0", required=1000, words=0, scores={}),
        ItemScore(id="x", required=1000, words=None, scores={}),
    ]
    picture = lengths([ShownRun("a", made(items=1).model_copy(update={"items": tuple(own)}))])
    assert picture is not None
    even = re.search(r'class="even" d="M([\d.]+) ([\d.]+)L.*?([\d.]+) ([\d.]+)"', picture.body)
    assert even is not None
    x1, y1, x2, y2 = map(float, even.groups())
    found = points(picture.body)
    assert len(found) == 4
    for x, y in found[:3]:
        assert y == pytest.approx(y1 + (x - x1) / (x2 - x1) * (y2 - y1), abs=0.3)
    zero = re.search(r'y="([\d.]+)" text-anchor="end">0</text>', picture.body)
    assert zero is not None
    assert found[3][1] == float(zero[1]) - 3.5  # no words: beside the 0 below the axis
    assert "Not drawn: 1 " in picture.note
    assert "x, 0" not in picture.body
    assert [row[1:] for row in picture.rows] == [
        ("1 to 499", "1", "1.00", "100 %", "0"), ("500 to 1,999", "2", "0.500", "50 %", "1"),
        ("4,000 to 20,000", "1", "1.00", "100 %", "0"),
    ]  # fmt: skip


def test_many_points_are_one_path() -> None:
    few, many = lengths(shown("a", items=100)), lengths(shown("a", items=FEW + 200))
    assert few is not None
    assert many is not None
    assert few.body.count("<title>") == 94  # 6 of 100 failed
    assert many.body.count("<title>") == 0
    assert len(many.body) < 40_000


def test_bars_reach_their_values() -> None:
    by = {
        "bucket": {
            "[500, 2k)": {"S_l": Metric(value=50.0, low=40.0, high=60.0, n=5, missing=1)},
            "[0, 500)": {"S_l": Metric(value=100.0, n=1)},
        }
    }
    picture = buckets([ShownRun("a", made(items=2, by=by))])
    assert picture is not None
    bars = re.findall(r'class="bar" d="M[\d.]+ ([\d.]+)V([\d.]+)h', picture.body)
    (floor, full), (_, half) = [tuple(map(float, bar)) for bar in bars]
    assert (floor - half) == pytest.approx((floor - full) / 2, abs=0.2)
    assert picture.rows == (("a", "[0, 500)", "100", "1", "0"), ("a", "[500, 2k)", "50.0 (40.0 to 60.0)", "5", "1"))
    assert picture.body.count('class="whisker"') == 1


def test_buckets_are_in_the_order_of_their_lengths() -> None:
    labels = ["[4k, 20k]", "more than 20k", "[500, 2k)", "[0, 500)", "[2k, 4k)"]
    assert in_order(labels) == ["[0, 500)", "[500, 2k)", "[2k, 4k)", "[4k, 20k]", "more than 20k"]
    assert in_order(["other", "<500", "500-2,000", "20,000+"]) == ["<500", "500-2,000", "20,000+", "other"]


def test_the_radar_needs_three_dimensions_of_a_judge() -> None:
    assert quality(shown("a", judged=False)) is None
    two = made(metrics={"quality/A": Metric(value=50.0, n=1), "quality/B": Metric(value=50.0, n=1)})
    assert quality([ShownRun("a", two)]) is None
    four = made(metrics={f"quality/{k}": Metric(value=v, n=1) for k, v in zip("ABCD", (100, 50, 0, 100), strict=True)})
    picture = quality([ShownRun("a", four)])
    assert picture is not None
    area = re.search(r'class="area" d="M(.*?)z"', picture.body)
    assert area is not None
    corners = [tuple(map(float, corner.split())) for corner in area[1].split("L")]
    centre = (WIDTH / 2, 134.0)
    assert corners[2] == centre  # 0 of 100
    assert corners[0][0] == centre[0]
    assert corners[1][0] - centre[0] == pytest.approx((centre[1] - corners[0][1]) / 2)


def test_ratings_stand_by_rank_and_the_ruler_by_length() -> None:
    picture = elo(shown("a", "b"))
    assert picture is not None
    rated = ["DeepSeek-R1", "DeepSeek-R1", "b", "a", *["a-model-with-a-very-long-name-indeed"] * 2]
    assert [row[0] for row in picture.rows] == rated
    assert picture.rows[2] == ("b", "b", "1020 (960 to 1075)", "200", "80.5")
    curve = ruler(shown("a"))
    assert curve is not None
    assert [row[1] for row in curve.rows] == ["1,000", "2,000", "5,000", "10,000", "20,000", "30,000"]
    assert "a 3,500 words" in curve.told


def test_every_picture_has_its_numbers_and_a_file_of_its_own() -> None:
    found = all_charts(shown("a", "长文模型"))
    assert [p.file for p in found] == [
        "lengths",
        "buckets",
        "quality",
        "ruler",
        "elo",
        "decay-repetition",
        "decay-new_words",
    ]
    for picture in found:
        assert picture.told
        assert picture.rows
        assert all(len(row) == len(picture.heads) for row in picture.rows), picture.file
        tree = ET.fromstring(alone(picture, "x & y", several=True))
        assert tree.tag == "{http://www.w3.org/2000/svg}svg"
        text = " ".join(tree.itertext())
        assert picture.title in text
        assert "长文模型" in text
        assert "var(" not in text
    assert all_charts([ShownRun("a", bare())]) == []


def test_what_does_not_change_along_the_text_has_a_scale() -> None:
    for value, top in ((0.0, "1"), (50.0, "60"), (-2.0, "0")):
        [picture] = decays([ShownRun("a", made(decay=({"name": "new_words", "values": (value,) * 10, "n": 3},)))])
        assert f">{top}</text>" in picture.body
        assert "decays" in picture.note
    gaps = {"name": "x", "values": (None, 1.0, 2.0, None, 3.0), "low": (None, 0.5, 1.5, None, None),
            "high": (None, 1.5, 2.5, None, None), "n": 3}  # fmt: skip
    [picture] = decays([ShownRun("a", made(decay=(gaps,)))])
    assert picture.body.count('class="line"') == picture.body.count('class="band"') == 1
    assert picture.body.count('class="mark"') == 3
    assert picture.rows == (("a", "3", "–", "1.00", "2.00", "–", "3.00"),)
    none = made("b", decay=({"name": "x", "values": (None, None), "n": 0},))
    [both] = decays([ShownRun("a", made(decay=(gaps,))), ShownRun("b", none)])
    assert both.systems == ((0, "a"),)


def test_systems_differ_in_shape_and_not_only_in_colour() -> None:
    assert len({shape(n, 10, 10) for n in range(SYSTEMS)}) == SYSTEMS
    assert LIGHT.keys() == DARK.keys()


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_stand_out_from_the_card(theme: dict[str, str]) -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for name, least in {"ink": 7, "soft": 4.5, **{f"c{n}": 4.5 for n in range(SYSTEMS)}, "even": 3}.items():
        light, dark = sorted((luminance(theme[name]), luminance(theme["card"])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= least, name


def test_names_are_shortened_by_their_width() -> None:
    assert shortened("a" * 9, 9) == "a" * 9
    assert shortened("a" * 10, 9) == "a" * 8 + "…"
    assert shortened("长" * 10, 9) == "长长长…"


def test_pictures_as_files(tmp_path: Path) -> None:
    pytest.importorskip("resvg_py", reason="PNG needs the extra [report]")
    files = write_pictures(tmp_path / "out", shown("a"))
    assert len(files) == 14
    for png in (file for file in files if file.suffix == ".png"):
        data = png.read_bytes()
        assert data[:8] == b"\x89PNG\r\n\x1a\n"
        assert int.from_bytes(data[16:20]) == 3 * WIDTH
        assert len(data) > 5000


def test_without_the_extra_the_svg_is_there_and_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(SetupError, match=r"longwriter\[report\]"):
        write_pictures(tmp_path / "out", shown("a"))
    assert len(list((tmp_path / "out").glob("*.svg"))) == 7


def test_places_that_cannot_be_are_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="is a file"):
        write_pictures(tmp_path / "file", shown("a"))
    with pytest.raises(InputError, match="does not exist"):
        write_pictures(tmp_path / "no" / "out", shown("a"))
