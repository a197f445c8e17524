"""Think tags: every form that models send, whole and cut into pieces."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longwriter.models.thinking import ThinkFilter, split


@pytest.mark.parametrize(
    ("raw", "text", "thinking"),
    [
        ("plain text\n", "plain text\n", ""),
        ("  blanks stay  \n", "  blanks stay  \n", ""),
        ("<think>plan</think>\n\nText ", "Text ", "plan"),
        ("<THINKING>plan</Thinking>Text", "Text", "plan"),
        ("<reasoning>a < b</reasoning>\nText", "Text", "a < b"),
        (" <think>one</think> <think>two</think>\nText", "Text", "one\n\ntwo"),
        ("One.\n<think>hm</think>\nTwo.", "One.\n\nTwo.", "hm"),
        ("<think>never closed, all of it", "", "never closed, all of it"),
        ("One.\n<think>never closed", "One.\n", "never closed"),
        ("plan, no opening</think>\n\nText", "Text", "plan, no opening"),
        ("a</think>b</think>\nText", "Text", "a\n\nb"),
        ("<think>a <think> b</think> c</think>\nText", "Text", "a <think> b\n\nc"),
        ("<think>a</thinking>b</think>Text", "Text", "a</thinking>b"),
        ("He wrote <think> on the wall.", "He wrote <think> on the wall.", ""),
        ("Tags like `<think>` and `</think>`.", "Tags like `<think>` and `</think>`.", ""),
        ("It prints <think> and </think> around it.", "It prints <think> and </think> around it.", ""),
        ("<think>plan</think>\n<answer>\nText\n</answer>", "Text\n", "plan"),
        ("<answer>Text, cut at the li", "Text, cut at the li", ""),
        ("The <answer> is 42</answer>", "The <answer> is 42</answer>", ""),
        ("", "", ""),
        ("  \n", "  \n", ""),
        ("a < b and <b>bold</b> <thin", "a < b and <b>bold</b> <thin", ""),
        ("先说<think>不算</think>。", "先说<think>不算</think>。", ""),
    ],
)
def test_forms(raw, text, thinking):
    assert split(raw) == (text, thinking)


MARKED = [
    ("<|channel|>analysis<|message|>Plan.<|end|><|start|>assistant<|channel|>final<|message|>Text", "Text", "Plan."),
    (
        "<|channel|>analysis<|message|>Plan.<|start|>assistant<|channel|>final<|message|>Text<|return|>More",
        "Text",
        "Plan.",
    ),
    ("<|start|>assistant<|channel|>final<|message|>Text<|end|>", "Text", ""),
    ("<|channel|>commentary to=functions.x <|constrain|>json<|message|>{}<|call|>", "", "{}"),
    ("analysis<|message|>Plan.<|end|><|start|>assistant<|channel|>final<|message|>Text", "Text", "Plan."),
    ("analysisWe plan.assistantfinalText", "Text", "We plan."),
    ("<|channel>thought\nPlan.\n<channel|>Text", "Text", "Plan."),
    ("<|channel>thought\n<channel|>Text", "Text", ""),
    ("<seed:think>Plan.</seed:think>\nText", "Text", "Plan."),
    ("[THINK]Plan.[/THINK]Text", "Text", "Plan."),
    ("Plan.[/think]Text", "Text", "Plan."),
    ("<Thought>Plan.</Thought>\nText", "Text", "Plan."),
    ('<think duration="3">Plan.</think>\nText', "Text", "Plan."),
    ('<details type="reasoning" open>\n> Plan.\n</details>\n\nText', "Text", "> Plan."),
    ("<details>\n<summary>More</summary>\n</details>", "<details>\n<summary>More</summary>\n</details>", ""),
    ("<scratch_pad>Plan.</scratch_pad>\nText", "Text", "Plan."),
    ("<reflection>Plan.</reflection>Text", "Text", "Plan."),
    ("◁think▷Plan.◁/think▷Text", "Text", "Plan."),
    ("<|START_THINKING|>Plan.<|END_THINKING|><|START_RESPONSE|>Text<|END_RESPONSE|>", "Text", "Plan."),
    (
        "<|begin_of_thought|>Plan.<|end_of_thought|>\n\n<|begin_of_solution|>Text<|end_of_solution|>",
        "Text",
        "Plan.",
    ),
    ("<|think|>Plan.<|end|><|begin|>assistant<|content|>Text", "Text", "Plan."),
    ("Here is my thought process: Plan. Here is my response: Text", "Text", "Plan."),
    ("Text<|im_end|>", "Text", ""),
    ("Text<|endoftext|>Human: a poem.\n\nAssistant: cheese", "Text", ""),
    ("Text<|im_start|>user\nMore", "Text", ""),
    ("Text<|eot_id|><|start_header_id|>user<|end_header_id|>", "Text", ""),
    ("Text</s>[INST] more [/INST]", "Text", ""),
    ("Text[/INST]", "Text", ""),
    ("Text<end_of_turn>\n<start_of_turn>user", "Text", ""),
    ("Text<turn|>", "Text", ""),
    ("Text<｜end▁of▁sentence｜><｜User｜>", "Text", ""),
    ("Text<|END_OF_TURN_TOKEN|>x", "Text", ""),
    ("Text\n<|user|>\nMore", "Text\n", ""),
    ("Text<|new_kind_of_end|>x", "Text", ""),
    ("<|im_end|>Text", "", ""),
    ("<|im_start|>user\nText", "", ""),
    ("<|im_start|>assistant\nText<|im_end|>", "Text", ""),
    ("<|start_header_id|>assistant<|end_header_id|>\n\nText", "Text", ""),
    ("<start_of_turn>model\nText", "Text", ""),
    ("<|assistant|>\nText", "Text", ""),
    ("<s> Text", "Text", ""),
    ("<|begin_of_box|>Text<|end_of_box|>", "Text", ""),
    ("One <|begin_of_box|>two<|end_of_box|> three", "One two three", ""),
    ('<tool_call>\n{"name": "x"}\n</tool_call>\nText', "Text", ""),
    ("Text[TOOL_CALLS][{}]", "Text", ""),
    ("Text <|new_kind_of_mark|>goes on", "Text goes on", ""),
    # prose
    ("Write `<|im_end|>` at the end.", "Write `<|im_end|>` at the end.", ""),
    ("In `a <|im_start|> b` it is quoted.", "In `a <|im_start|> b` it is quoted.", ""),
    ("An ~~old~~ <s>old</s> word.", "An ~~old~~ <s>old</s> word.", ""),
    ("a <| b |> c, [1] and <3", "a <| b |> c, [1] and <3", ""),
    ("analysis of the harbour", "analysis of the harbour", ""),
    ("Here is my thought", "Here is my thought", ""),
    ("```markdown\nText\n```<|im_end|>", "```markdown\nText\n```", ""),
    ("<\u017f> is no <s>", "<\u017f> is no <s>", ""),
]


@pytest.mark.parametrize(("raw", "text", "thinking"), MARKED)
def test_marks_of_every_model(raw, text, thinking):
    assert split(raw) == (text, thinking)
    assert run(list(raw))[1:] == (text, thinking)


def test_the_mark_that_ended_a_text_is_known():
    shown = ThinkFilter()
    assert shown.feed("Text<|im_end|>made up") == "Text"
    assert (shown.ended, shown.beyond, shown.close()) == ("<|im_end|>", 7, "")


@given(st.sampled_from([raw for raw, _, _ in MARKED]), st.sampled_from([raw for raw, _, _ in MARKED]), st.data())
def test_any_cut_of_marks_gives_the_same_text(one, other, data):
    raw = f"{one}\n{other}"
    assert run(cut(raw, data))[1:] == run(list(raw))[1:] == split(raw)


def test_a_flood_of_marks_takes_linear_time():
    for flood in ("<think>", "</think>", "<|im_end|>", "[THINK", "<|", "<think a=", "`", "</think>x"):
        started = time.process_time()
        split(flood * 50_000)
        assert time.process_time() - started < 5, flood


PIECES = ["<think>", "</think>", "<Thinking>", "</thinking>", "<answer>", "</answer>", "<", "<th", "/", ">", "`", "\n"]
RAW = st.lists(
    st.sampled_from([*PIECES, " ", "word", "字", "<reasoning>", "[/THINK]", "<|im_", "<|", "|>", "<|channel|>"]),
    max_size=14,
).map("".join)


def run(pieces):
    shown = ThinkFilter()
    visible = "".join([shown.feed(p) for p in pieces] + [shown.close()])
    return visible, shown.text, shown.thinking


BLOCKS = ["<think>hm</think>", "\n<Thinking>a\nb</thinking>", "<answer>", "</answer>", "<think>"]
PAIRED = st.lists(st.sampled_from([*BLOCKS, "<", "<th", "\n", " ", "word", "`"]), max_size=10).map("".join)


def cut(raw, data):
    bounds = [0, *data.draw(st.lists(st.integers(0, len(raw)), max_size=8).map(sorted)), len(raw)]
    return [raw[a:b] for a, b in pairwise(bounds)]


@given(RAW, st.data())
def test_any_cut_gives_the_same_text(raw, data):
    assert run(cut(raw, data))[1:] == run(list(raw))[1:] == split(raw)


@given(PAIRED, st.data())
def test_without_orphan_closings_a_stream_shows_the_text_and_nothing_else(raw, data):
    visible, text, _ = run(cut(raw, data))
    assert visible == text == run(list(raw))[0]


@given(RAW)
def test_nothing_is_lost_or_made_up(raw):
    text, thinking = split(raw)
    assert len(text) + len(thinking) <= len(raw) + 2 * (raw.count("</") + raw.count("[/"))
    if "<" not in raw and "[" not in raw:
        assert (text, thinking) == (raw, "")


def test_a_stream_shows_text_as_soon_as_it_cannot_be_a_tag():
    shown = ThinkFilter()
    assert shown.feed("Once upon ") == "Once upon "
    assert shown.feed("a <th") == "a "
    assert shown.feed("rone>") == "<throne>"
