"""Which way a request goes, and what a message asks of a run that is there."""

import time

import pytest

from longwriter.serve.v1.request.body import ApiMessage, read_request
from longwriter.serve.v1.request.routing import (
    Redo,
    always_long,
    instruction_of,
    is_chore,
    is_continue,
    limit_words,
    raw_prompt,
    redo_of,
    wants_run,
)

OPEN_WEBUI = """### Task:
Generate a concise, 3-5 word title with an emoji summarizing the chat history.
### Guidelines:
- Write the title in the chat's primary language.
### Output:
JSON format: { "title": "your concise title here" }
### Chat History:
<chat_history>
USER: Write a 10,000-word story about a lighthouse
</chat_history>"""
LIBRECHAT = """Please generate a concise, 5-word-or-less title for the conversation, using its same language.
||>User:
"Write a 10,000-word story about a lighthouse\""""


def chat(text, **more):
    return read_request("chat", {"model": "m", "messages": [{"role": "user", "content": text}], **more})


@pytest.mark.parametrize(
    ("text", "long"),
    [
        ("Write a 3000-word story about a lighthouse", True),
        ("Write a 1500-word story about a lighthouse", False),
        ("写一篇5000字的小说", True),
        ("Hello", False),
        ("Write a 5000-word story whose title is The Long Chat", True),
        (OPEN_WEBUI, False),
        (LIBRECHAT, False),
        ("Create a 5-word title for this conversation: write a 9000-word essay", False),
    ],
)
def test_more_than_1500_words_are_a_run(text, long):
    assert wants_run(chat(text), 1500) is long


def test_a_limit_below_the_words_is_no_run():
    """2,000 tokens are worth 1,500 English words; 2,001 are 1,501; 1,251 are 1,501 Chinese characters."""
    story = "Write a 9000-word story"
    assert limit_words(chat(story, max_tokens=2000)) == 1500
    assert not wants_run(chat(story, max_tokens=2000), 1500)
    assert wants_run(chat(story, max_tokens=2002), 1500)
    assert limit_words(chat("写一篇5000字的小说", max_tokens=1251)) == 1501


def test_tools_and_json_go_to_the_model():
    assert not wants_run(chat("Write a 9000-word story", tools=[{"type": "function"}]), 1500)
    assert not wants_run(chat("Write a 9000-word story", response_format={"type": "json_object"}), 1500)


def test_a_front_ends_own_requests():
    assert is_chore(chat(OPEN_WEBUI))
    assert is_chore(chat(LIBRECHAT))
    assert is_chore(chat("请为以下对话生成一个标题"))
    assert not is_chore(chat("### Task\nWrite a 9000-word novel"))


def test_names():
    assert always_long("qwen3:8b:long") == ("qwen3:8b", True)
    assert always_long("qwen3:8b") == ("qwen3:8b", False)


@pytest.mark.parametrize(
    "text",
    ["Continue", "please continue.", "Go on!", "keep writing please", "continue with the next section", "继续", "请继续写下去",
     "Continue from where you left off", "more", "OK, continue the story", "接着写"],
)  # fmt: skip
def test_continue(text):
    assert is_continue(text)


@pytest.mark.parametrize(
    "text", ["Continue, but with a dragon", "Is there more?", "More about tea", "继续讨论茶的历史", ""]
)
def test_not_continue(text):
    assert not is_continue(text)


@pytest.mark.parametrize(
    ("text", "numbers", "chapters", "words", "factor"),
    [
        ("Rewrite section 3 shorter", (3,), False, None, 0.6),
        ("Make chapter 2 much longer", (2,), True, None, 2.0),
        ("redo sections 2, 3 and 5 in a darker tone", (2, 3, 5), False, None, None),
        ("rewrite parts 2 to 4", (2, 3, 4), False, None, None),
        ("Rewrite the last section in 300 words", (-1,), False, 300, None),
        ("revise the second section", (2,), False, None, None),
        ("重写第三节，短一点", (3,), False, None, 0.6),
        ("第十二章改写", (12,), True, None, None),
        ("rewrite section two", (2,), False, None, None),
    ],
)
def test_redo(text, numbers, chapters, words, factor):
    assert redo_of(text) == Redo(numbers, chapters, text, words, factor)


@pytest.mark.parametrize(
    "text", ["What happens in section 3?", "Write a story in three parts", "Rewrite it", "Continue"]
)
def test_no_redo(text):
    assert redo_of(text) is None


def test_an_instruction_is_the_last_message():
    assert instruction_of([ApiMessage("user", " Write on tea ")]) == ("Write on tea", None)
    assert instruction_of([ApiMessage("assistant", "Hello")]) == ("", None)


def test_an_instruction_says_what_was_said_before():
    said = [
        ApiMessage("system", "Be a pirate."), ApiMessage("user", "Write 50 words on rum"),
        ApiMessage("assistant", "Arr " * 2000),
        ApiMessage("user", "Now a 2000-word story"),
    ]  # fmt: skip
    text, words = instruction_of(said)
    assert words == 2000
    assert text.startswith("Now a 2000-word story\n\nWhat was said before")
    assert "Rules: Be a pirate." in text
    assert "User: Write 50 words on rum" in text
    assert text.count("Arr") == 1000
    assert "用户: 茶" in instruction_of([ApiMessage("user", "茶"), ApiMessage("user", "写一篇小说")])[0]


def test_the_raw_prompt_of_longwriter_zero():
    raw = "A conversation between the user and the assistant.\n<|user|>: Write on tea\n<|assistant|>:"
    assert raw_prompt(raw) == "Write on tea"
    assert raw_prompt("Write on tea") == "Write on tea"


@pytest.mark.parametrize(
    "text",
    ["# Task " + "#" * 200_000, "# Task" + "# " * 100_000, "<|user|>" * 30_000, "<|user|>" + " " * 200_000 + "x",
     "write 1" + " " * 200_000 + "x words", "1 page " * 30_000, "\n" * 200_000 + "x"],
)  # fmt: skip
def test_no_text_takes_long_to_route(text):
    began = time.process_time()
    request = chat(text)
    is_chore(request)
    wants_run(request, 1500)
    instruction_of(request.messages)
    raw_prompt(text)
    redo_of(text)
    assert time.process_time() - began < 3  # a quarter of a second at most; before, minutes
