"""What pages of one file share: colours of both schemes, a style sheet without anything from outside, texts with headings."""

import re
import time

import pytest

from longwriter.report.look import DARK, LIGHT, shared_style
from longwriter.report.prose import shown


def luminance(colour: str) -> float:
    """WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["ink", "soft", "link", "lost", "up"])
def test_words_stand_out_from_paper_and_cards(colours: dict[str, str], name: str) -> None:
    for ground in ("paper", "card"):
        light, dark = sorted((luminance(colours[name]), luminance(colours[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, ground


def test_both_schemes_have_every_colour_that_the_style_names() -> None:
    style = shared_style()
    assert LIGHT.keys() == DARK.keys()
    assert set(re.findall(r"var\(--([\w-]+)\)", style)) - {"back", "serif", "sans"} <= LIGHT.keys()
    assert "@import" not in style
    assert "url(" not in style


def test_headings_and_emphasis_are_shown_as_such() -> None:
    found = shown("# A <title> ##\n\n### B\ntext **bold** and *leaning*, 2 * 3 * 4, a*b*c\n#no heading")
    heading = "<b class=heading>A &lt;title&gt;</b>\n\n<b class=heading>B</b>\n"
    assert found == heading + "text <b>bold</b> and <i>leaning</i>, 2 * 3 * 4, a*b*c\n#no heading"


@pytest.mark.parametrize(
    "text", ["*" * 100_000, "**a" * 50_000, "*a " * 50_000, "# " * 50_000, "#" * 100_000, "# \n" * 30_000]
)
def test_no_text_takes_long(text: str) -> None:
    begun = time.thread_time()
    shown(text)
    assert time.thread_time() - begun < 0.5


def test_hostile_text_does_nothing() -> None:
    found = shown("# <script>alert(1)</script>\n**<img src=x>** *<b onclick=x>* \x00\ud800")
    assert "<script" not in found
    assert re.findall("<[^>]*>", found) == ["<b class=heading>", "</b>", "<b>", "</b>", "<i>", "</i>"]
    found.encode()
