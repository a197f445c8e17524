"""Tags that separate thinking from the answer in a completion: <think>...</think> and <answer>...</answer>.

A think reply is exactly one <think>...</think> and then exactly one <answer>...</answer>, a direct reply exactly one
<answer>...</answer>; only whitespace may be around them. Tags are written in this way alone: in capitals, with whitespace
or with attributes they are a fault, and so is any tag inside another. A plain reply is all answer. An answer of whitespace
is a fault, empty thinking is not.
"""

import re
from collections.abc import Callable
from typing import Literal, NamedTuple

from longwriter.rewards.base import Mode

_TAG = re.compile(r"<\s*+/?\s*+(think|answer)\b[^<>]*>", re.I)
_WANTED = {"think": ["<think>", "</think>", "<answer>", "</answer>"], "direct": ["<answer>", "</answer>"]}
EMPTY = "the answer is empty"
_SHOWN = 40
"""Characters of a stray text or tag that a fault quotes."""


def mode_of(completion: str) -> Mode:
    """The mode that a completion was probably written in: by its tags, in any place and any spelling."""
    names = {match[1].lower() for match in _TAG.finditer(completion)}
    return "think" if "think" in names else "direct" if names else "plain"


class Tagged(NamedTuple):
    """A completion taken apart. Both texts without whitespace at their ends, and "" on a fault."""

    think: str
    answer: str
    fault: str
    """What is wrong with the format, for a person; "" when it is well-formed."""


def read_tags(completion: str, mode: Mode) -> Tagged:
    """Thinking and answer of a completion, in time linear in its length; in plain mode all is the answer, unchanged."""
    if mode == "plain":
        return Tagged("", completion, "") if completion.strip() else Tagged("", "", EMPTY)
    found = list(_TAG.finditer(completion))
    wanted = _WANTED[mode]
    fault = _wrong_tags([match[0] for match in found], wanted)
    if fault:
        return Tagged("", "", fault)
    ends = [0, *(place for match in found for place in match.span()), len(completion)]
    parts = [completion[start:end].strip() for start, end in zip(ends[::2], ends[1::2], strict=True)]
    outside = next((part for part in parts[::2] if part), "")
    if outside:
        return Tagged("", "", f"text outside the tags: {outside[:_SHOWN]!r}")
    if not parts[-2]:
        return Tagged("", "", EMPTY)
    return Tagged(parts[1] if mode == "think" else "", parts[-2], "")


def read_loosely(completion: str, mode: Mode) -> Tagged:
    """As `read_tags`, but with the answer that a malformed completion has for a reader, in linear time.

    That is what follows the first <answer>, else what follows the last </think>, up to the next </answer>; without
    either tag, all of it, but nothing where thinking was begun and not ended. Tags themselves are no part of it.
    """
    tagged = read_tags(completion, mode)
    if not tagged.fault or mode == "plain":
        return tagged
    found = [(_name(match), match) for match in _TAG.finditer(completion)]
    opened = next((match.end() for name, match in found if name == "answer"), None)
    thought = next((match.end() for name, match in reversed(found) if name == "/think"), None)
    if opened is None and thought is None and any(name == "think" for name, _ in found):
        return tagged
    start = opened or thought or 0
    ends = (match.start() for name, match in found if name == "/answer" and match.start() >= start)
    return Tagged("", _TAG.sub("", completion[start : next(ends, None)]).strip(), tagged.fault)


def reader(malformed: Literal["all", "format"]) -> Callable[[str, Mode], Tagged]:
    """How a reward that is not about the form reads completions, as `RewardSettings.malformed` has it."""
    return read_tags if malformed == "all" else read_loosely


def _name(tag: re.Match[str]) -> str:
    """think, /think, answer or /answer."""
    return ("/" if "/" in tag[0].partition(tag[1])[0] else "") + tag[1].lower()


def _wrong_tags(tags: list[str], wanted: list[str]) -> str:
    """What differs from the wanted tags in their order; "" for nothing."""
    if tags == wanted:
        return ""
    odd = next((tag for tag in tags if tag not in wanted), None)
    if odd is not None:
        return f"{odd[:_SHOWN]!r} is none of the tags {' '.join(wanted)}"
    missing = [tag for tag in wanted if tag not in tags]
    if missing:
        return f"no {missing[0]}"
    repeated = next((tag for tag in wanted if tags.count(tag) > 1), None)
    if repeated:
        return f"{repeated} stands {tags.count(repeated)} times"
    return f"tags in the order {' '.join(tags)}"
