import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.helpers.prose import ENGLISH

from longwriter.checks.repetition.repetition import repetition
from longwriter.rewards.base import RewardSettings, Sample, open_reward
from longwriter.rewards.format import FormatReward, TagsReward
from longwriter.rewards.tags import Tagged, mode_of, read_loosely, read_tags

WELL = "<think>a plan</think><answer>a text</answer>"


def test_well_formed_replies_are_taken_apart() -> None:
    assert read_tags(WELL, "think") == Tagged("a plan", "a text", "")
    assert read_tags("\n <think>\na\n\nplan </think>\n\n<answer>\n a text\n</answer>\n", "think") == Tagged(
        "a\n\nplan", "a text", ""
    )
    assert read_tags(" <answer>a text</answer>\n", "direct") == Tagged("", "a text", "")
    assert read_tags("<think></think><answer>x</answer>", "think") == Tagged("", "x", "")
    assert read_tags("<answer>1 < 2 and <b>bold</b> </answers> <thinker></answer>", "direct").fault == ""


@pytest.mark.parametrize("text", ["a text", WELL, "<answer>", "<think>", " blanks "])
def test_plain_is_all_answer_whatever_stands_in_it(text: str) -> None:
    assert read_tags(text, "plain") == Tagged("", text, "")


@pytest.mark.parametrize("text", ["", " ", "\n\t\n"])
async def test_a_plain_answer_of_blanks_is_a_fault_worth_nothing(text: str) -> None:
    assert read_tags(text, "plain") == Tagged("", "", "the answer is empty")
    for reward in (FormatReward(RewardSettings()), TagsReward(RewardSettings())):
        (verdict,) = await reward.score([Sample(id="a", request="", completion=text)])
        assert (verdict.value, verdict.why["fault"]) == (0, "the answer is empty")


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        (WELL, "think"),
        ("Sure! " + WELL, "think"),
        ("a plan</think><answer>a text</answer>", "think"),
        ("<answer>a text</answer> <THINK>", "think"),
        ("a text</answer>", "direct"),
        ('Here: <Answer kind="think">a text', "direct"),
        ("a text of thinkers < answers > and <b>think</b>", "plain"),
        ("", "plain"),
    ],
)
def test_the_mode_is_told_by_tags_anywhere(text: str, mode: str) -> None:
    assert mode_of(text) == mode


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no <think>"),
        ("a text", "no <think>"),
        ("<answer>a</answer>", "no <think>"),
        ("<think>a", "no </think>"),
        ("<think>a</think>", "no <answer>"),
        ("<think>a</think>b", "no <answer>"),
        ("<think>a</think><answer>b", "no </answer>"),
        ("<think>a<answer>b</answer>", "no </think>"),
        (WELL + "<answer>c</answer>", "<answer> stands 2 times"),
        (WELL + WELL, "<think> stands 2 times"),
        (WELL + "</answer>", "</answer> stands 2 times"),
        ("<think>a<think>b</think></think><answer>c</answer>", "<think> stands 2 times"),
        ("<think>a</think><answer>b<answer>c</answer></answer>", "<answer> stands 2 times"),
        ("<answer>b</answer><think>a</think>", "tags in the order <answer> </answer> <think> </think>"),
        ("<think>a<answer>b</answer></think>", "tags in the order <think> <answer> </answer> </think>"),
        ("<answer><think>a</think>b</answer>", "tags in the order <answer> <think> </think> </answer>"),
        ("</think>a<think><answer>b</answer>", "tags in the order </think> <think> <answer> </answer>"),
        ("Sure! " + WELL, "text outside the tags: 'Sure!'"),
        ("<think>a</think> then <answer>b</answer>", "text outside the tags: 'then'"),
        (WELL + " Done.", "text outside the tags: 'Done.'"),
        ("<think>a</think><answer>  \n </answer>", "the answer is empty"),
        ("<think>a</think><answer></answer>", "the answer is empty"),
        ("<Think>a</Think><Answer>b</Answer>", "'<Think>' is none of the tags <think> </think> <answer> </answer>"),
        (
            '<think>a</think><answer lang="en">b</answer>',
            "'<answer lang=\"en\">' is none of the tags <think> </think> <answer> </answer>",
        ),
        ("<think>a</ think><answer>b</answer>", "'</ think>' is none of the tags <think> </think> <answer> </answer>"),
        (
            "<think>a</think><answer>b</answer><think/>",
            "'<think/>' is none of the tags <think> </think> <answer> </answer>",
        ),
    ],
)
def test_faults_of_thinking_replies(text: str, fault: str) -> None:
    assert read_tags(text, "think") == Tagged("", "", fault)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a text", "no <answer>"),
        (WELL, "'<think>' is none of the tags <answer> </answer>"),
        ("<answer>a</answer><answer>b</answer>", "<answer> stands 2 times"),
        ("<answer> </answer>", "the answer is empty"),
        ("x<answer>a</answer>", "text outside the tags: 'x'"),
    ],
)
def test_faults_of_direct_replies(text: str, fault: str) -> None:
    assert read_tags(text, "direct") == Tagged("", "", fault)


@given(st.lists(st.sampled_from(["<think>", "</think>", "<answer>", "</answer>", " ", "word", "<", "</THINK>", "\n"])))
def test_only_one_form_is_well_formed(parts: list[str]) -> None:
    text = "".join(parts)
    tagged = read_tags(text, "think")
    if tagged.fault:
        assert tagged.answer == tagged.think == ""
    else:
        bare = text.strip()
        assert bare.startswith("<think>")
        assert bare.endswith("</answer>")
        assert [bare.lower().count(tag) for tag in ("<think>", "</think>", "<answer>", "</answer>")] == [1, 1, 1, 1]
        middle = bare[bare.index("</think>") + 8 : bare.index("<answer>")]
        assert not middle.strip()
        assert tagged.answer == bare[bare.index("<answer>") + 8 : -9].strip() != ""


@pytest.mark.parametrize(
    "noise",
    ["word " * 100_000, "< " * 200_000, "<" + " " * 400_000, "<think" * 60_000, "</" * 200_000, "<answer " * 50_000],
)
def test_answers_of_100_000_words_and_broken_tags_take_linear_time(noise: str) -> None:
    begin = time.process_time()
    read_tags(f"<think>a</think><answer>{noise}</answer>", "think")
    assert time.process_time() - begin < 1.0


async def test_the_reward_is_the_form_times_the_repetition_factor() -> None:
    doubled = ENGLISH + "\n" + ENGLISH[: len(ENGLISH) // 3]
    texts = [f"<answer>{ENGLISH}</answer>", f"<answer>{doubled}</answer>", ENGLISH, "<answer></answer>"]
    samples = [Sample(id="a", request="", completion=text, mode="direct") for text in texts]
    found = await open_reward("format", RewardSettings()).score(samples)
    factor = repetition(doubled).factor
    assert 0.1 < factor < 0.9
    assert [verdict.value for verdict in found] == [1, factor, 0, 0]
    passages = found[1].why["passages"]
    assert isinstance(passages, list)
    copy = max(passages, key=lambda passage: passage["end"])
    assert copy["similarity"] == 1
    assert copy["text"] == copy["earlier"]
    assert copy["text"].startswith("The harbour at Vellin")
    assert len(copy["text"]) <= 91
    assert doubled[copy["start"] : copy["end"]].startswith("The harbour")
    assert found[2].why == {"fault": "no <answer>", "repeated": None, "passages": []}


async def test_tags_alone_know_no_repetition() -> None:
    samples = [Sample(id="a", request="", completion=f"{ENGLISH * 2}", mode=mode) for mode in ("plain", "direct")]
    assert [verdict.value for verdict in await TagsReward(RewardSettings()).score(samples)] == [1, 0]


LOOSE = {
    "<think>a</think><answer>the text</answer> and more": "the text",
    "<think>a</think>the text": "the text",
    "<think>a<answer>the text": "the text",
    "the text, <ANSWER>without</ANSWER> tags": "without",
    "no tag at all": "no tag at all",
    "</answer>behind</think> the text </Answer >more": "the text",
    "<answer>one</answer><answer>two</answer>": "one",
    "<think>never ended": "",
    "<think>a</think><answer> </answer>": "",
    "": "",
}


@pytest.mark.parametrize("completion", LOOSE)
def test_a_reader_finds_an_answer_in_what_is_malformed(completion: str) -> None:
    found = read_loosely(completion, "think")
    assert (found.answer, found.fault) == (LOOSE[completion], read_tags(completion, "think").fault)
    assert found.fault


def test_what_is_well_formed_is_read_as_ever() -> None:
    assert read_loosely(WELL, "think") == read_tags(WELL, "think")
    assert read_loosely("<think>a</think> b", "plain").answer == "<think>a</think> b"
