"""Marks of sources that there are stay, in one form; everything else that refers to a source goes."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longwriter.checks.citations.records import SourceChunk
from longwriter.checks.citations.sources import SourceSet
from longwriter.export.references import CODE, MARK

TEXT = "The mill was built in 1884 by Ada Brown; see https://example.org/mills. It ground 3,500 sacks a year."
SOURCES = SourceSet([SourceChunk(id=f"s{n}", source=1, title="Mills", text=TEXT) for n in range(1, 13)])


def cleaned(text: str) -> str:
    return SOURCES.cleaned(text).text


@pytest.mark.parametrize(
    ("wrote", "stays"),
    [
        ("A fact [s3].", "A fact [s3]."),
        ("A fact [s3][s4].", "A fact [s3][s4]."),
        ("A fact [s3, s99].", "A fact [s3]."),
        ("A fact [s99].", "A fact."),
        ("A fact [s0], [s013] and [s13].", "A fact, and."),
        ("茶史【s4】。", "茶史[s4]。"),
        ("A fact [[s4]].", "A fact [s4]."),
        ("A fact [s[s99]4].", "A fact [s4]."),
        ("A fact (source s5).", "A fact [s5]."),
        ("A fact [S 007].", "A fact [s7]."),
        ("A fact [see s3, p. 12].", "A fact [s3]."),
        ("A fact [s3; 4] and [s3 and s77].", "A fact [s3][s4] and [s3]."),
        ("A fact [s١٢] and [ｓ１２].", "A fact [s12] and [s12]."),
        ("A fact s4] here.", "A fact [s4] here."),
        ("According to s99 and s5.", "According to and [s5]."),
        ("A fact [s3](http://evil.example/a).", "A fact [s3]."),
        ("A fact [1], [2, 3] and 【4†source】.", "A fact, and."),
        ("A fact[^1].\n\n[^1]: Smith, Mills, 2020", "A fact.\n\n"),
        ("A fact (Smith\n\net [s3] al., 2020).", "A fact."),
        ("It ends 【4†", "It ends"),
        ("It ends (Smith et", "It ends"),
        ("It ends <ref>Smith, Mi", "It ends"),
        ("A fact (Smith et al., 2020) and (Brown, 1884).", "A fact and (Brown, 1884)."),
        ("See [the page](https://evil.example/a) at https://evil.example/b.", "See the page at."),
        ("See https://example.org/mills for more.", "See https://example.org/mills for more."),
        ("See https://example.org/mills/other for more.", "See for more."),
        ("The work (doi:10.1000/182) says so.", "The work says so."),
        ("A fact.<ref>Smith</ref> And [source: Wikipedia] [citation needed].", "A fact. And."),
        ("Body.\n\n## References\n\n1. Smith, Mills, 2020.\n- Jones.", "Body."),
        ("A fact[^n].\n\n[^n]: \n\n Smith, Mills, 2021\n\nMore.", "A fact.\n\nMore."),
        ("Sources:\n- Smith, Mills, 2020\n", ""),
        ("## References\n\n- Smith, Mills, 2020\n", "## References"),
        ("It ends in [s", "It ends in"),
        ("It ends in https://", "It ends in"),
        ("It ends in https:", "It ends in"),
        ("A ring [Madeup, [a study](http://evil.example) 2019] and more.", "A ring and more."),
        ("A ring (Madeup et al., [a study](http://evil.example) 2019) and more.", "A ring and more."),
        (
            "A ring [about it, in 2019] and (Boston, in the spring of 2019) more.",
            "A ring [about it, in 2019] and (Boston, in the spring of 2019) more.",
        ),
        ("The site moved to HTTPS", "The site moved to HTTPS"),
        ("://evil.example/a and more", " and more"),
        ("s://evil.example/a and more", " and more"),
        ("12] goes on.", " goes on."),
    ],
)
def test_what_stays(wrote: str, stays: str) -> None:
    assert cleaned(wrote) == stays


@pytest.mark.parametrize(
    "text",
    [
        "The S3 bucket and the S7 line (2) have 10² parts (in June 1990) [as they said].",
        "An array `a[1]` and\n\n```\nx[2] = s99\n```\n\nstay.",
        "## Sources\n\nThe river rises at two springs, its sources, in the hills.",
        "In [1884] he wrote (May, 2020) of (the) mill's [sic] end.",
        "- [x] done\n- [ ] open\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
    ],
)
def test_what_refers_to_nothing_is_left_alone(text: str) -> None:
    assert SOURCES.cleaned(text) == (text, ())


def test_what_went_is_told() -> None:
    assert SOURCES.cleaned("A [s99] b https://evil.example c [3].").invented == ("[s99]", "[3]", "https://evil.example")


PIECES = st.sampled_from(
    ["[", "]", "【", "】", "(", ")", "s", "S", "1", "2", "99", "77", " ", ",", ";", "-", "^", "[s", "s4]", "[s99]", "[s4]",
     "word", ". ", "\n", "`",
     "https://", "evil.example", "www.", "doi:", "†", "source ", "[^", "]:", "ｓ", "９", "\x00", "\x01"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join))
def test_no_id_of_a_source_that_there_is_not_stays(text: str) -> None:
    found = CODE.sub("", cleaned(text))
    assert all(SOURCES.has(mark) for mark in MARK.findall(found))


@given(st.lists(PIECES.filter(lambda piece: piece != "`"), max_size=40).map("".join), st.data())
def test_nor_in_a_text_that_is_joined_of_two_replies(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    joined = cleaned(text[:at]) + cleaned(text[at:])
    assert all(SOURCES.has(mark) for mark in MARK.findall(joined))


@pytest.mark.parametrize(
    "text",
    ["[" * 40_000, " " * 40_000 + "[s1]", "[s1" * 9_000, "s1, " * 9_000, "[^" * 20_000, "http" * 9_000],
)
def test_time_is_linear(text: str) -> None:
    began = time.process_time()
    cleaned(text)
    assert time.process_time() - began < 3
