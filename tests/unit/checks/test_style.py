"""Styles: figures worked out by hand, and what a learnt profile says of its writer and of another."""

import time
from pathlib import Path

import numpy as np
import pytest
from tests.helpers.writers import written_by

from longwriter.checks.style.along import along
from longwriter.checks.style.distance import distance, favourites, percentile, usual
from longwriter.checks.style.features import SCALARS, count_style, levelled, together, unlevelled
from longwriter.checks.style.learn import GRAIN, cut, doubts_of, learn
from longwriter.checks.style.profile import StyleProfile, as_toml, read_profile
from longwriter.checks.style.reference import reference_of
from longwriter.errors import InputError, SettingError
from longwriter.text import count_words

BRIEF, LENGTHY = written_by("brief", 300), written_by("lengthy", 60)


@pytest.fixture(scope="module")
def brief() -> StyleProfile:
    return learn([BRIEF])


def figures(text: str, language: str = "en") -> dict[str, float]:
    return dict(zip(SCALARS, count_style(text, language).scalars().tolist(), strict=True))


def test_figures_of_two_paragraphs() -> None:
    found = figures('I was there, and I saw it.\n\n"Go!" she said; he went -- he was gone. Was it so?')
    # sentences: 7 words; 3 (what follows a mark in small letters goes on) + 2 more = "Go she said he went he was gone": 8; 3
    assert found["sentence_words"] == pytest.approx((7 + 8 + 3) / 3)
    assert found["short_sentences"] == pytest.approx(1 / 3)
    assert found["long_sentences"] == 0
    assert found["paragraph_words"] == pytest.approx((7 + 11) / 2)
    assert found["short_paragraphs"] == 1
    assert found["commas"] == pytest.approx(1000 / 18)
    assert (found["semicolons"], found["dashes"]) == (pytest.approx(1000 / 18), pytest.approx(1000 / 18))
    assert (found["exclamations"], found["questions"]) == (pytest.approx(1000 / 18), pytest.approx(1000 / 18))
    # the narrator's words are all but "Go": 17, of which I twice; she, he, he
    assert found["first_person"] == pytest.approx(2 / 17)
    assert found["third_person"] == pytest.approx(3 / 17)
    assert found["past_tense"] == 1
    assert found["dialogue"] == pytest.approx(len('"Go!"') / 79, abs=0.005)


def test_figures_of_chinese_marks_speech_and_person() -> None:
    found = figures("“走吧！”他说。\n我看着他，没有说话……", "zh")
    # 12 characters are words: 走吧 他说 我看着他没有说话
    assert found["commas"] == pytest.approx(1000 / 12)
    assert found["exclamations"] == pytest.approx(1000 / 12)
    assert found["ellipses"] == pytest.approx(2000 / 12)
    assert found["paragraph_words"] == pytest.approx((4 + 8) / 2)
    assert found["first_person"] == pytest.approx(1 / 10)
    assert found["third_person"] == pytest.approx(2 / 10)
    assert np.isnan(found["past_tense"])


def test_counts_of_parts_are_those_of_the_whole() -> None:
    parts = BRIEF.split("\n\n")
    whole = count_style(BRIEF, "en")
    summed = together(count_style(part, "en") for part in parts)
    assert summed.words == whole.words
    assert summed.types.tolist() == whole.types.tolist()
    assert summed.counts.tolist() == whole.counts.tolist()
    assert np.allclose(summed.scalars()[:8], whole.scalars()[:8], atol=0.01)


def test_names_do_not_count() -> None:
    one, other = (count_style(f"It was {name} who came, and it was late.", "en") for name in ("Peter", "Harry"))
    assert one.types.tolist() == other.types.tolist()
    assert one.grams.tolist() == other.grams.tolist()


def test_an_empty_text_has_no_figures() -> None:
    assert np.isnan(count_style("", "en").scalars()).all()


def test_levels_go_back() -> None:
    scalars = count_style(BRIEF, "en").scalars()
    assert np.allclose(unlevelled(levelled(scalars)), scalars)


def test_passages_begin_at_paragraphs_and_lose_nothing_between() -> None:
    found = cut(BRIEF, GRAIN)
    beginnings = {paragraph[:20] for paragraph in BRIEF.split("\n\n")}
    assert all(passage[:20] in beginnings for passage in found)
    assert all(0.75 * GRAIN <= count_words(passage) <= 1.25 * GRAIN for passage in found)
    assert BRIEF.startswith("\n\n".join(found))


def test_a_text_of_one_line_is_cut_at_sentences() -> None:
    found = cut(BRIEF.replace("\n\n", " "), GRAIN)
    assert len(found) > 10
    assert all(passage[0].isupper() or passage[0] == '"' for passage in found)


def test_a_writer_is_nearer_to_the_own_style_than_another_is(brief: StyleProfile) -> None:
    same, other = distance(brief, written_by("brief", 60, seed=9)), distance(brief, written_by("lengthy", 12, seed=9))
    assert same.value < other.value
    assert same.percentile_own < 100
    assert other.percentile_own == 100
    assert same.percentile_others == 0
    assert other.percentile_others is not None
    assert other.percentile_others > 0
    assert {"sentence_words", "dialogue"} <= {off.name for off in other.furthest}
    words = next(off for off in other.furthest if off.name == "sentence_words")
    assert words.value > words.high > words.low
    assert words.off > 0


def test_chinese_is_learnt_from_the_sample_alone() -> None:
    profile = learn([written_by("brief zh", 250)])
    assert (profile.language, profile.reference) == ("zh", "")
    same, other = (
        distance(profile, written_by("brief zh", 60, seed=9)),
        distance(profile, written_by("lengthy zh", 12, seed=9)),
    )
    assert same.value < other.value
    assert same.percentile_own < other.percentile_own == 100
    assert other.percentile_others is None
    assert favourites(profile) == ()
    assert any("Chinese" in doubt for doubt in doubts_of(profile))


def test_a_profile_is_a_file_that_reads_as_it_was(brief: StyleProfile, tmp_path: Path) -> None:
    path = tmp_path / "style.toml"
    for profile in (brief, learn([written_by("brief zh", 250)])):
        path.write_text(as_toml(profile), "utf-8")
        assert read_profile(path) == profile
        assert path.stat().st_size < 30_000
    assert "scenes" in path.read_text("utf-8")


def test_marks_of_toml_in_a_scene_are_kept(brief: StyleProfile, tmp_path: Path) -> None:
    scene = brief.scenes[0].model_copy(update={"text": 'He said: "a \\ b" and """so""".'})
    odd = brief.model_copy(update={"scenes": (scene,)})
    (tmp_path / "style.toml").write_text(as_toml(odd), "utf-8")
    assert read_profile(tmp_path / "style.toml") == odd


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": 2}, "version 2 is not known here"),
        ({"reference": "xx-9"}, ""),
        ({"own": {}}, "not whole"),
        ({"figures": {"hats": {"mean": 1, "low": 1, "high": 1, "spread": 1}}}, "hats is not known"),
        (
            {"figures": {"dialogue": {"mean": 1, "low": 1, "high": 1, "spread": 5e-324}}},
            "greater than or equal to 0.0001",
        ),
        ({"figures": {"dialogue": {"mean": 1e308, "low": 1, "high": 1, "spread": 1}}}, "less than or equal to 1000000"),
    ],
)
def test_a_profile_made_into_nonsense_is_refused(
    brief: StyleProfile, change: dict[str, object], said: str, tmp_path: Path
) -> None:
    tree = brief.model_dump() | change
    if said:
        with pytest.raises(ValueError, match=said):
            StyleProfile.model_validate(tree)
    else:
        with pytest.raises(InputError, match="learnt beside xx-9, which is not here"):
            distance(StyleProfile.model_validate(tree), BRIEF)
    path = tmp_path / "bad.toml"
    path.write_text("version = 1\nwords = 'many'\n", "utf-8")
    with pytest.raises(SettingError, match=r"bad\.toml"):
        read_profile(path)


def test_samples_and_texts_that_are_too_short_are_said(brief: StyleProfile) -> None:
    with pytest.raises(InputError, match="1,200 are needed"):
        learn([written_by("brief", 20)])
    with pytest.raises(InputError, match="shows in 50 at least"):
        distance(brief, "Too short.")
    assert any("short" in doubt for doubt in doubts_of(learn([written_by("brief", 100)])))
    assert doubts_of(learn([BRIEF])) == []


def test_words_that_cannot_be_told_apart_are_said() -> None:
    with pytest.raises(InputError, match="too few words in common"):
        learn([" ".join(f"w{n}x{n * n}" for n in range(3000))], "xx")


def test_the_scenes_have_no_names_and_are_of_the_sample(brief: StyleProfile) -> None:
    assert {scene.kind for scene in brief.scenes} <= {"speech", "telling", "describing"}
    assert brief.scenes
    assert not any(name in scene.text for scene in brief.scenes for name in ("Anna", "Peter", "Ruth", "Jonas"))


def test_percentiles_between_lengths() -> None:
    table = {"300": tuple(map(float, range(11))), "1200": tuple(float(10 * n) for n in range(11))}
    assert percentile(5, 300, table) == 50
    assert percentile(50, 1200, table) == 50
    assert percentile(5 * 5.5, 600, table) == pytest.approx(50)  # half way on a scale of logarithms
    assert percentile(99, 300, table) == 100
    assert percentile(3, 100, table) == 30  # shorter than all: as the shortest


def test_the_curve_finds_where_another_writer_takes_over(brief: StyleProfile) -> None:
    text = written_by("brief", 180, seed=5) + "\n\n" + written_by("lengthy", 36, seed=5)
    values = [point.distance.value for point in along(brief, text)]
    assert len(values) >= 4
    assert max(values[: len(values) // 3]) < min(values[-len(values) // 3 :])
    assert along(brief, written_by("brief", 20)) == []


def test_the_usual_distance_falls_with_length(brief: StyleProfile) -> None:
    assert brief.own["300"][5] > brief.own["1200"][5] > 0
    assert usual(brief, 300) >= usual(brief, 1200) > 0


def test_the_shipped_reference_is_whole() -> None:
    reference = reference_of("en")
    assert reference is not None
    assert {"the", "of", "and", "upon", "i"} <= set(reference.words)
    assert len(reference.mean) == len(reference.deviation) == len(reference.words) + len(SCALARS) + 512
    assert all(rows.shape == (50, len(reference.mean)) for rows in reference.passages.values())
    assert reference_of("zh") is None
    assert reference_of("../en") is None


@pytest.mark.slow
def test_ten_thousand_words_take_less_than_a_tenth_of_a_second_and_time_is_linear() -> None:
    texts = [written_by("brief", 400 * n) for n in (1, 8)]
    count_style(texts[0], "en")
    seconds = []
    for text in texts:
        begun = time.process_time()
        count_style(text, "en")
        seconds.append((time.process_time() - begun) / count_words(text))
    assert seconds[0] * 10_000 < 0.1
    assert seconds[1] < 3 * seconds[0]
