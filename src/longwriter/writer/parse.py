"""A plan from whatever a model (or a person) wrote: JSON, a table, or lines of many kinds.

1. JSON, whole or almost, is read when the reply holds an object or list; otherwise a table with named columns;
   otherwise lines (`planlines`).
2. A count that is missing or nonsense becomes the median of the others, 400 if there is none.
3. A section without a title is called by the beginning of its point.

What cannot be read is a `PlanError`, and nothing else is raised, whatever the text. Budgets that add up are
`budget.scaled`'s work.
"""

import json
import re
from collections.abc import Sequence
from itertools import accumulate
from statistics import median

import json_repair

from longwriter.characters import whole
from longwriter.errors import PlanError
from longwriter.text import head_words, is_cjk
from longwriter.types import Plan, Section
from longwriter.writer.planlines import NONSENSE, Draft, clean, from_lines, from_table, one_line, read_item, words_in

LOW, HIGH = 50, 5000
"""Words; counts outside are moved to the nearer bound."""
DEFAULT = 400
DEEPEST_JSON = 40
LONGEST_REPAIR = 50_000
"""Characters of almost-JSON; mending takes time that grows with the square (1 s at 50,000 in the worst case)."""

_TITLE_KEYS = ("title", "heading", "name", "section_title", "chapter_title", "标题", "名称", "题目", "章节", "小节")
_POINT_KEYS = (
    "point",
    "main_point",
    "main_points",
    "mainpoint",
    "key_point",
    "key_points",
    "points",
    "summary",
    "description",
    "desc",
    "content",
    "contents",
    "focus",
    "purpose",
    "goal",
    "要点",
    "主要内容",
    "内容",
    "主旨",
    "说明",
    "描述",
    "概述",
    "写作要点",
    "内容要点",
)
_WORD_KEYS = (
    "words",
    "word_count",
    "wordcount",
    "word_counts",
    "length",
    "target_words",
    "target_word_count",
    "word_target",
    "budget",
    "count",
    "字数",
    "字数要求",
    "预计字数",
    "目标字数",
    "篇幅",
)
_PARTS_KEYS = (
    "sections",
    "section",
    "chapters",
    "subsections",
    "sub_sections",
    "paragraphs",
    "parts",
    "outline",
    "plan",
    "steps",
    "items",
    "scenes",
    "children",
    "content",
    "章节",
    "段落",
    "小节",
    "大纲",
    "部分",
    "节",
    "计划",
    "内容",
)


def parse_plan(reply: str, most: int = HIGH) -> Plan:
    """The plan in a reply, its counts between `LOW` and `most` words; `PlanError` says what stood there instead."""
    title, drafts = _from_json(reply)
    if not drafts:
        drafts = from_table(reply)
    if not drafts:
        title, drafts = from_lines(reply)
    drafts = [draft for draft in drafts if draft.title or draft.point or draft.label]
    if not drafts:
        seen = one_line(reply[:400])
        raise PlanError(f"no plan in the reply: it begins with {seen[:80]!r}" if seen else "the reply is empty")
    known = [min(most, max(LOW, draft.words)) for draft in drafts if draft.words]
    usual = round(median(known)) if known else min(most, DEFAULT)
    sections = [
        Section(
            title=_whole(_title_of(draft)),
            point=_whole(draft.point),
            words=min(most, max(LOW, draft.words)) if draft.words else usual,
            chapter=_whole(draft.chapter),
        )
        for draft in drafts
    ]
    return Plan(title=_whole(title), sections=tuple(sections))


def _whole(text: str) -> str:
    """The text without half and control characters, which JSON may hold as escapes; one line stays one."""
    return " ".join(whole(text).split("\n"))


def _title_of(draft: Draft) -> str:
    """The title, or the first 8 words (12 characters of Chinese) of the point, or a label such as "Paragraph 3"."""
    if draft.title or not draft.point:
        return draft.title or draft.label
    beginning = draft.point[:12] if is_cjk(draft.point[0]) else head_words(draft.point, 8)
    return beginning.strip(" ,.;:!?，。；：！？、—-") or draft.point


def _from_json(reply: str) -> tuple[str, list[Draft]]:
    """Plan title and sections of the first object or list in the reply, mended where it is almost JSON."""
    start = re.search(r"[{\[]\s*(?:[{\[\"'“]|\w{1,30}\s*:)", reply)
    if not start:
        return "", []
    end = max(reply.rfind("}"), reply.rfind("]"))
    text = reply[start.start() : end + 1] if end > start.start() else reply[start.start() :]
    depths = list(accumulate(1 if bracket in "{[" else -1 for bracket in re.findall(r"[{}\[\]]", text)))
    if max(depths) > DEEPEST_JSON:
        return "", []
    if depths[-1] > 0:  # cut off: what stands after the last bracket is the beginning of another section
        text = reply[start.start() :]
    value: object
    try:
        value = json.loads(text)
    except ValueError:
        try:
            value = json_repair.loads(text) if len(text) <= LONGEST_REPAIR else None
        except ValueError:  # round brackets nested too deep for it
            return "", []
    return _top(value)


def _top(value: object) -> tuple[str, list[Draft]]:
    if not isinstance(value, dict):
        return "", _items(value, "")
    item = _lowered(value)
    title = _text(item, _TITLE_KEYS)
    parts = _parts(item)
    if isinstance(parts, dict) and _parts(_lowered(parts)) is not None:
        inner, drafts = _top(parts)
        return inner or title, drafts
    if parts is not None:
        return title, _items(parts, "")
    if title and (_text(item, _POINT_KEYS) or _count(item)):
        return "", _items([value], "")
    return "", _items(value, "")


def _items(value: object, chapter: str) -> list[Draft]:
    """Sections of a list of items, or of an object whose keys are titles."""
    if isinstance(value, dict):
        pairs = [
            ("" if re.fullmatch(r"\D{0,12}\d*", str(key)) and re.search(r"\d", str(key)) else clean(str(key)), item)
            for key, item in value.items()
        ]
    elif isinstance(value, list):
        pairs = [("", item) for item in value]
    else:
        return []
    drafts: list[Draft] = []
    for key, item in pairs:
        if isinstance(item, dict):
            drafts.extend(_item(_lowered(item), key, chapter))
        elif isinstance(item, list) and key:
            drafts.extend(_items(item, key))
        elif isinstance(item, str):
            draft = read_item(item)
            if key:
                draft = Draft(key, one_line(f"{draft.title} {draft.point}"), draft.words)
            draft.chapter = chapter
            drafts.append(draft)
        elif key and isinstance(item, int | float):
            drafts.append(Draft(key, "", _number(item), chapter))
    return drafts


def _item(item: dict[str, object], key: str, chapter: str) -> list[Draft]:
    """One section, or the sections of a chapter."""
    title = _text(item, _TITLE_KEYS) or key
    for name in ("chapter", "section", "paragraph", "part"):
        other = item.get(name)
        if isinstance(other, str) and re.search(r"[^\W\d]", other):
            if not title:
                title = clean(other)
            elif name in ("chapter", "part"):
                chapter = clean(other)
    parts, words = _parts(item), _count(item)
    if parts is not None:
        drafts = _items(parts, title or chapter)
        detail = isinstance(parts, list) and all(isinstance(part, str) for part in parts)
        if drafts and not (detail and words):
            return drafts
        item = item | {"point": "; ".join(draft.title for draft in drafts)}
    return [Draft(title, _text(item, _POINT_KEYS), words, chapter)]


def _lowered(item: dict[object, object]) -> dict[str, object]:
    return {re.sub(r"[\s-]+", "_", str(key).strip().lower()): value for key, value in item.items()}


def _text(item: dict[str, object], keys: Sequence[str]) -> str:
    """The first of these that holds text; lists of texts are joined."""
    for key in keys:
        value = item.get(key)
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            value = "; ".join(map(str, value))
        if isinstance(value, str) and clean(value):
            return clean(value)
    return ""


def _parts(item: dict[str, object]) -> object:
    """The list or object of smaller parts, None if there is none."""
    for key in _PARTS_KEYS:
        value = item.get(key)
        if isinstance(value, list | dict) and value:
            return value
    return None


def _number(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str):
        return words_in(value)
    return round(value) if 1 <= value < NONSENSE else None  # neither infinite nor NaN is


def _count(item: dict[str, object]) -> int | None:
    return next((words for key in _WORD_KEYS if (words := _number(item.get(key)))), None)
