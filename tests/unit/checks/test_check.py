"""All checks of a text together: what each finds, that quotes stand at their places, and that a sound text has none."""

import pytest

from longwriter.checks.check import CHECKS, check
from longwriter.errors import InputError

STORY = """# The lamp

Ada climbed the stairs of the lighthouse with the can of oil in her hand, and the wind met her at every window.

# The boat

Down at the quay her brother mended a net. He did not look up when the bell rang, for it had rung all morning.
"""
AGAIN = "The keeper of the old lighthouse counted every single step on his way up to the lamp that evening."
FRENCH = (
    "Il est dans la maison avec sa femme et les enfants, et le soir il ne parle pas de la guerre, mais il pense que tout "
    "le monde est dans la ville pour se battre."
)


def _checks(text: str, **given: object) -> list[str]:
    return [finding.check for finding in check(text, **given).findings]  # type: ignore[arg-type]


def test_a_sound_text_has_no_finding_and_all_figures() -> None:
    report = check(STORY)
    assert report.findings == ()
    assert report.figures["words"] == 51
    assert report.figures["repeated_share"] == 0


def test_every_quote_stands_at_its_place_in_the_order_of_the_text() -> None:
    text = STORY + f"\n{AGAIN}\n\nShe lit it.\n\n{AGAIN}\n\n**Now and then\n\n# Empty\n\n## Next\n\nEnd. <|im_end|>\n"
    report = check(text)
    assert [f.check for f in report.findings] == ["passage", "emphasis", "marker"]
    for finding in report.findings:
        assert [text[p.start : p.end] for p in finding.places] == list(finding.quotes)
    assert report.findings[0].message == "19 words say again, word for word, what stood earlier"
    assert [quote.rstrip(".") for quote in report.findings[0].quotes] == [AGAIN.rstrip(".")] * 2


def test_only_the_checks_that_are_named() -> None:
    text = STORY + f"\n{AGAIN}\n\n{AGAIN}\n\n**Now and then\n"
    assert _checks(text, only=["form"]) == ["emphasis"]
    assert check(text, only=["repetition"]).figures.keys() == {"repeated_share"}
    with pytest.raises(InputError, match="no check is called 'spelling'; there are"):
        check(text, only=["spelling"])


def test_no_text_and_no_words_are_checked_too() -> None:
    for text in ("", "\n\n", "...", "```\n", "# "):
        assert check(text).figures["words"] == 0
    assert set(CHECKS) >= {"repetition", "along", "language", "form"}


def test_a_line_in_another_language_is_named() -> None:
    story = "\n\n".join([AGAIN, "It was the night of the storm, and he was alone with the light and the sea.", FRENCH])
    [finding] = check(story, only=["language"]).findings
    assert finding.kind == "language"
    assert finding.message.endswith("words in French, in which the text did not begin")
    assert finding.quotes == (FRENCH.rstrip("."),)


@pytest.mark.parametrize(
    ("said", "quotes"),
    [
        ("He went through the Victorian街景 section of the hall.", ["街景"]),
        ("He saw the 街景view.", ["街景"]),
        ("Tokyo (東京) and the sign 道, or 道.", []),
        ("She wrote “街景” on the wall.", []),
    ],
)
def test_characters_that_slip_into_a_word_are_named(said: str, quotes: list[str]) -> None:
    findings = check(f"{STORY}\n\n{said}", "en", only=["language"]).findings
    assert [(f.check, *f.quotes) for f in findings] == [("script", quote) for quote in quotes]
    assert check(f"他去N街景了，K學堂也去。{said}" if quotes else "他去了。", "zh", only=["language"]).findings == ()


LONG = "The keeper had not slept for two nights and the stairs seemed longer than they had been when he was"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{LONG}\n\nThe next day came.\n\n{STORY}", []),  # a short line behind: verse, a signature, a letter
        (f"{LONG}\n\n{LONG} young.\n", ["cut"]),
        (f"{LONG},\n\n{LONG} young.\n", ["cut"]),
        (f"{LONG}:\n\n{LONG} young.\n", []),
        (f'{LONG}\n\n"{LONG} young," he said.\n', []),
        (f"{LONG}\n\n{LONG.lower()} young.\n", []),
        (f"{LONG} young.\n\n{LONG}", ["cut"]),
        (f"- {LONG}\n", []),
        ("roses\nare red and\nviolets are\nblue", []),
        (
            f"Title: The Evolution of Workers' Compensation: From Common Law to Modern Legislation\n\n{LONG} young.\n",
            [],
        ),
        (f"Chapter 12: In which the long and winding road comes to the sea at last\n\n{LONG} young.\n", []),
        (f"Menu Week 3\n1. Drinks.\n2. {LONG}\n", []),
        (f"{LONG} young.\n\n### The End\n", []),
        (f"{LONG} young.\n\n### The Last Night\n", ["heading"]),
        ("灯塔里的守夜人已经两个晚上没有睡觉了，楼梯似乎比他年轻的时候更长，他慢慢地走上去，听见风在窗外", ["cut"]),
        (f"{LONG} young.\n\n```python\nx = 1\n", ["fence"]),
        (f"```python\nx = '**'\n<think>\n```\n\n{LONG} young.\n", []),
        (f"A **bold** word. {LONG} young.\n", []),
        (f"A **bold word. {LONG} young.\n", ["emphasis"]),
        (f"`2**3` is eight. {LONG} young.\n", []),
        (f"# One\n\n## Two\n\n{LONG} young.\n", []),
        (f"# One\n\n# Two\n\n{LONG} young.\n", ["heading"]),
        (f"# One\n\n{LONG} young.\n\n## Two\n", ["heading"]),
        (f"{LONG} young.\n</think>\n", ["marker"]),
    ],
)
def test_what_is_broken_in_the_form(text: str, found: list[str]) -> None:
    assert _checks(text, only=["form"]) == found
