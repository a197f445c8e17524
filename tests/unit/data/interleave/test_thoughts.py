"""One run as three replies: the same text, and thinking whose every number can be counted."""

import pytest

from longwriter.data.interleave.thoughts import Reflection, Trace, TracedSection, reply_of
from longwriter.data.prompts import HERE
from longwriter.data.thinking import think_words, visible, wording_of
from longwriter.prompts import prompt_set
from longwriter.types import Section

LAMP = Section(title="The lamp", point="He lights the lamp at dusk.", words=100)
STORM = Section(title="The storm", point="Waves break over the rocks.", words=60, chapter="Night")
MORNING = Section(title="Morning", words=40, chapter="Night")
TRACE = Trace(
    id="keeper",
    request="Write a 200-word story about a keeper",
    language="en",
    aim=200,
    title="The keeper",
    sections=(
        TracedSection("## The lamp\n\n" + "He lights a lamp. " * 19 + "He sleeps.", LAMP, "What does dusk look like?"),
        TracedSection("## Night\n\n### The storm\n\nWaves break over all the rocks now.", STORM),
        TracedSection("### Morning\n\nThe sea is calm.", MORNING),
    ),
    model="m",
    thinking="A story of three parts.",
)
BETWEEN = """\
## The lamp

{lamp}
<think>
Section 1, The lamp, has 80 words; it was to have 100. So far there are 82 of about 200 words.
Of the plan it leaves out: dusk.

Next is section 2 of 3, The storm: Waves break over the rocks. About 70 words. That is 70 in place of the 60 that were \
planned, so that the whole comes out right.
</think>
## Night

### The storm

Waves break over all the rocks now.
<think>
Section 2, The storm, has 10 words; it was to have 60. So far there are 92 of about 200 words.
It has what the plan wanted of it.

Next is section 3 of 3, Morning. About 110 words. That is 110 in place of the 40 that were planned, so that the whole \
comes out right.
</think>
### Morning

The sea is calm."""
PLAN = """\
<think>
The text will have about 200 words in 3 sections.
1. The lamp: He lights the lamp at dusk. (100 words)
Chapter: Night
2. The storm: Waves break over the rocks. (60 words)
3. Morning (40 words)"""


def test_the_thinking_says_what_was_planned_written_and_is_wanted_next() -> None:
    lamp = TRACE.sections[0].text.partition("\n\n")[2]
    first = "\n\nI begin with section 1: The lamp. About 100 words.\n</think>\n\n# The keeper\n\n"
    assert reply_of(TRACE, "interleaved") == PLAN + first + BETWEEN.format(lamp=lamp)
    assert reply_of(TRACE, "static") == f"{PLAN}\n</think>\n\n{TRACE.text}"
    assert reply_of(TRACE, "none") == TRACE.text


@pytest.mark.parametrize("thinking", ["interleaved", "static", "none"])
@pytest.mark.parametrize("own", [False, True])
def test_the_visible_text_is_the_same_whatever_is_thought(thinking, own) -> None:
    notes = [Reflection("The lamp is lit.", "Let it storm."), Reflection("It storms.", "Let it end.")]
    assert visible(reply_of(TRACE, thinking, notes if thinking == "interleaved" else (), own=own)) == TRACE.text


def test_thoughts_of_models_stand_beside_the_numbers() -> None:
    reply = reply_of(TRACE, "interleaved", [Reflection("Lit.", "Storm."), Reflection("Wet.", "End.")], own=True)
    assert reply.startswith("<think>\nA story of three parts.\n\nThe text will have")
    assert "What does dusk look like?\n\nI begin with section 1" in reply
    assert "leaves out: dusk.\n\nLit.\n\nNext is section 2" in reply
    assert reply.count("comes out right.\n\nStorm.\n</think>") == 1
    plain = reply_of(TRACE, "interleaved")
    assert think_words(reply) == think_words(plain) + 5 + 5 + 4  # the planner's, the writer's, and four notes


@pytest.mark.parametrize("code", ["zh", "zh-Hant"])
def test_other_languages_have_the_same_wordings_with_the_same_fields(code: str) -> None:
    en, other = (prompt_set(HERE / name) for name in ("en", code))
    for name in ("thinking", "interleave_reflect"):
        assert en.fields(name) == other.fields(name)
    told = [[line.split(": ", 1)[0] for line in prompts.text("thinking").split("\n")] for prompts in (en, other)]
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("写一个关于灯塔守望者的故事", "zh"),
        ("寫一個關於燈塔守望者的故事", "zh-Hant"),
        ("Write a story about 燈塔, the lighthouse of the bay", "en"),
    ],
)
def test_thinking_is_worded_in_the_script_of_the_text(text: str, wording: str) -> None:
    assert wording_of(text) == wording


@pytest.mark.parametrize(
    ("point", "told"),
    [
        ("黄昏时他点亮灯塔", "计划要它写的都写到了"),  # one character alone is no word
        ("孩子们在Marlow点灯，修墙", "这一节没有写到：孩子、Marlow、修墙。"),
    ],
)
def test_what_a_chinese_section_leaves_out_is_said_in_words(point: str, told: str) -> None:
    sections = (
        TracedSection(
            "黄昏的时候，他点亮了灯。" if "黄" in point else "他点亮了灯。", LAMP.model_copy(update={"point": point})
        ),
        TracedSection("海很静。", MORNING),
    )
    assert told in reply_of(TRACE._replace(language="zh", sections=sections), "interleaved")


def test_chinese_is_thought_in_chinese() -> None:
    sections = (
        TracedSection("他点亮了灯。", Section(title="灯", point="黄昏时他点灯。", words=10)),
        TracedSection("海很静。", Section(title="晨", words=10)),
    )
    reply = reply_of(TRACE._replace(language="zh", aim=20, title="", sections=sections), "interleaved")
    assert "第1节《灯》写了5字，原定10字。到目前为止共5字，全文约20字。\n这一节没有写到：黄昏时。" in reply
    assert not any(word in reply for word in ("section", "words", "$"))
    traditional = reply_of(TRACE._replace(language="zh-Hant", aim=20, title="", sections=sections), "interleaved")
    assert "第1節《灯》寫了5字，原定10字。到目前為止共5字，全文約20字。\n這一節沒有寫到：黄昏时。" in traditional
