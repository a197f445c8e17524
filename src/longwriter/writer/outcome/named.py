"""The things that a request names, which its text should have: without how it asks, how long, and what kind of text.

Words for languages with spaces; in Chinese, runs of characters between those that bind. Pure.
"""

import re
from collections.abc import Sequence

from longwriter.checks.repetition.overlap import FUNCTION_CHARACTERS
from longwriter.language import FUNCTION_WORDS, FURTHER, tongue
from longwriter.length.target import read_target
from longwriter.text import is_cjk
from longwriter.writer.section.cover import content_words

MOST = 30
"""Things of a long request that are looked for, from its beginning."""
SAID_BEFORE = {
    "en": "What was said before (to refer to, not to be written again):",
    "zh": "此前的内容（供参考，不必重写）：",
}
"""The line in a request behind which a conversation is quoted: what stands there was not asked for."""
FORM = frozenset(
    """write writing written tell make compose please create draft produce give want need help include including contain
    word words character characters chapter chapters section sections part parts page pages paragraph paragraphs long length
    short detailed comprehensive complete full story stories novel tale guide report essay article text book post blog
    history introduction overview handbook manual field speech letter poem script piece least most exactly approximately around
    total each should must set style tone first person reader readers english chinese german french spanish italian
    using use based covering cover following beginner beginners""".split()  # noqa: SIM905
)
"""Words that say how to write, not about what."""
FORM_ZH = re.compile(
    r"请|帮我|给我|为我|撰写|编写|创作|写作|写|讲述|介绍|关于|有关|一[篇部本个份段]|短篇|长篇|小说|故事|文章|论文|报告|指南|散文|作文|手册"
    r"|[不至最][少多]于?|大?约|左右|以上|字数|字|章节?|要求|内容|包括|包含|题目|标题|主题"
)
_BREAK = re.compile(r"[^\u3400-\u9fff]+")


def named_things(instruction: str) -> list[str]:
    """In order, each once."""
    for line in SAID_BEFORE.values():
        instruction = instruction.partition(line)[0]
    if not instruction.strip():
        return []
    target = read_target(instruction)
    request = instruction.replace(target.quote, " ") if target and target.quote else instruction
    found = dict.fromkeys([*_words(request), *_runs(request)])
    return list(found)[:MOST]


def absent(things: Sequence[str], text: str) -> list[str]:
    """Those that do not stand in a text: words by their stems, Chinese by half of its pairs of characters."""
    there = content_words(text)
    return [t for t in things if not (_in_part(t, text) if is_cjk(t[0]) else content_words(t).keys() <= there.keys())]


def _in_part(run: str, text: str) -> bool:
    pairs = [run[i : i + 2] for i in range(len(run) - 1)] or [run]
    return 2 * sum(pair in text for pair in pairs) >= len(pairs)


def _words(request: str) -> list[str]:
    own = (FUNCTION_WORDS | FURTHER).get(tongue(request), "").split()
    words = content_words(request).values()
    return [
        w for w in words if not is_cjk(w[0]) and not w[0].isdigit() and w.lower() not in FORM and w.lower() not in own
    ]


def _runs(request: str) -> list[str]:
    binding = "".join(FUNCTION_CHARACTERS)
    text = FORM_ZH.sub(" ", request)
    return [run for run in re.split(rf"[{binding}]|{_BREAK.pattern}", text) if run]
