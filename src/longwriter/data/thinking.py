"""What stands in think tags in a reply that teaches: a plan in words, and the reply around it. Pure."""

from collections.abc import Sequence
from functools import cache
from string import Template

from longwriter.data.prompts import HERE
from longwriter.length.scripts import is_traditional
from longwriter.models.thinking import split
from longwriter.prompts import prompt_set
from longwriter.text import count_words, language
from longwriter.types import Section

GAP = "\n\n"


@cache
def _wordings(wording: str) -> dict[str, Template]:
    lines = prompt_set(HERE / wording).text("thinking").split("\n")
    return {name: Template(told) for name, told in (line.split(": ", 1) for line in lines)}


def wording_of(text: str) -> str:
    """en, zh or zh-Hant: what thinking about a text, or a request, is worded in."""
    return "en" if language(text) != "zh" else "zh-Hant" if is_traditional(text) else "zh"


def said(wording: str, name: str, **values: object) -> str:
    """One line of `prompts/WORDING/thinking.txt`, filled. A name or a field that is not there is a KeyError."""
    return _wordings(wording)[name].substitute(values)


def plan_said(plan: Sequence[Section], words: int, wording: str) -> str:
    """A plan line by line. `words`: of the whole; `wording`: en, zh, zh-Hant."""
    lines, chapter = [said(wording, "plan", words=words, count=len(plan))], ""
    for number, line in enumerate(plan, 1):
        if line.chapter != chapter:
            chapter = line.chapter
            lines += [said(wording, "chapter", chapter=chapter)] if chapter else []
        name = "line" if line.point else "bare"
        lines.append(said(wording, name, number=number, title=line.title, point=line.point, words=line.words))
    return "\n".join(lines)


def block(*paragraphs: str) -> str:
    """A block of thinking."""
    return f"<think>\n{GAP.join(paragraphs)}\n</think>"


def thought_first(think: str, text: str, *, tags: bool) -> str:
    """A reply whose thinking, a block or "", stands before its text. `tags`: as LongWriter-Zero's (arXiv:2506.18841)."""
    body, gap = (f"<answer>\n{text}\n</answer>", "\n") if tags else (text, GAP)
    return f"{think}{gap}{body}" if think else body


def visible(reply: str) -> str:
    """The text of a reply as every reader of replies here sees it."""
    return split(reply)[0].strip()


def closes_thinking(line: str) -> bool:
    """Whether a line, in a block of thinking, would end it."""
    return split(block(line)) != ("", line.strip())


def think_words(reply: str) -> int:
    """Words of thinking in a reply."""
    return count_words(split(reply)[1])
