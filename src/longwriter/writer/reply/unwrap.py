"""The text inside what a model put it into: JSON, a call of a tool, tags, a YAML block, a string with its line breaks escaped.

A wrapper counts only where it holds the reply from its beginning on, so that a chapter may show JSON or a page's tags. Pure.
"""

import json
import re
import textwrap

import json_repair

from longwriter.text import count_words

LONGEST_REPAIR, DEEPEST_REPAIR = 50_000, 400
"""Characters, and opening brackets, of almost-JSON that is mended; beyond it takes seconds."""
LEAST_HELD = 20
"""Words in a wrapper that something follows; less may be a chapter that shows code."""
MOST_LEFT = 60
"""Words that may follow a wrapper: talk about it."""
MOST_HELD = 0.6
"""Share of a reply's words that mended JSON must give back."""
DEEPEST_TAGS = 3

_KEYS = re.findall(
    r"\w+",
    "content text body section_text section_content full_text prose section sections "
    "chapter chapters paragraphs paragraph story"
    " article essay draft output response answer result arguments parameters input 内容 正文 文本 章节 段落",
)
_OTHER_KEYS = frozenset("title heading name words word_count number id type language 标题 字数".split())  # noqa: SIM905
_FIRST_KEY = re.compile(r"[{\[\s]*[\"'“]?(?P<key>[\w -]{1,30})[\"'”]?\s*:")
_FENCE = re.compile(r"(?:```|~~~)[ \t]*(?P<kind>json[c5l]?|jsonl|ya?ml|xml|html)?[ \t]*\n")
_NAME = (
    "section|text|content|story|chapter|output|answer|response|article|essay|document|draft|prose|body|continuation|result"
    "|request|notes|passages|tail|last_lines|outline|要求|正文|要点|段落|末尾|内容|章节"
)
_OPENING = re.compile(rf"<\s{{0,3}}(?P<name>{_NAME})(?:-\d+)?(?:\s[^<>]{{0,200}})?>[ \t]*\n?", re.I)
_CLOSING_LAST = re.compile(rf"\n?[ \t]*</\s{{0,3}}(?:{_NAME})(?:-\d+)?\s{{0,3}}>\Z", re.I)
_INNER = re.compile(r"<title>[^<>\n]{0,200}</title>\s*|</?(?:p|paragraph)>[ \t]*", re.I)
_OWN_LINE = re.compile(
    r"^[ \t]*<(?P<close>/?)(?:request|text|notes|passages|tail|last_lines|要求|正文|要点|末尾)(?:-\d+)?>[ \t]*$",
    re.M | re.I,
)
"""A tag of our own prompts on a line of its own."""
_YAML = re.compile(
    r"(?:[\w ]{1,20}:[^\n]{0,200}\n){0,5}(?:content|text|body|section|story|内容|正文):[ \t]*[|>][-+]?[ \t]*\n", re.I
)
_TOOL = re.compile(r"^[ \t]*(?:<(?P<name>tool_calls?|function_calls?|tool_use)>|\[TOOL_CALLS\])", re.M)


def unwrapped(reply: str) -> str:
    """What stands in the wrappers around a section; the reply itself where there are none."""
    text = _without_calls(reply)
    bare = text.strip()
    if fence := _FENCE.match(bare):
        inside, _, after = bare[fence.end() :].partition(bare[:3])
        inside = inside.strip()
        if (fence["kind"] or inside[:1] in ("{", "[")) and count_words(after) <= MOST_LEFT:
            bare = inside
    for read in (_from_json, _from_string, _from_yaml, _from_tags):
        if (found := read(bare)) is not None:
            return found
    return text if bare in text else bare


def _without_calls(reply: str) -> str:
    """The reply without calls of tools; a text that was to be written by one stays."""
    first = _TOOL.search(reply)
    if first is None:
        return reply
    out, place = [], 0
    for _ in range(20):
        call = _TOOL.search(reply, place)
        if call is None:
            break
        out.append(reply[place : call.start()])
        closing = f"</{call['name']}>" if call["name"] else "\n\n"
        end = reply.find(closing, call.end())
        inside = reply[call.end() : len(reply) if end < 0 else end]
        place = len(reply) if end < 0 else end + len(closing)
        held = _from_json(inside.strip()) or ""
        out.append(held if count_words(held) >= LEAST_HELD else "")
    return "".join([*out, reply[place:]]).strip()


def _from_json(bare: str) -> str | None:
    """The texts of a JSON value that the reply is; None where it is none."""
    if not re.match(r"\{\s{0,9}[\"'“\w]|\[\s{0,9}[{\"]", bare):
        return None
    values, place = [], 0
    decoder = json.JSONDecoder(strict=False)
    try:
        while bare[place : place + 1] in ("{", "["):
            value, place = decoder.raw_decode(bare, place)
            values.append(value)
            place += len(bare[place:]) - len(bare[place:].lstrip(" \t\r\n,"))
    except (ValueError, RecursionError):
        return _mended(bare)
    if isinstance(values[0], list) and values[0] and not isinstance(values[0][0], dict | str):
        return None
    text = "\n\n".join(part for value in values for part in _strings(value))
    left = count_words(bare[place:])
    if left and (count_words(text) < LEAST_HELD or left > MOST_LEFT):
        return None
    called = isinstance(values[0], dict) and "name" in values[0] and {"arguments", "parameters"} & set(values[0])
    return "" if called and count_words(text) < LEAST_HELD else text


def _mended(bare: str) -> str | None:
    """The texts of JSON that is cut or not quite JSON, where its first key is one that sections are given under."""
    key = _FIRST_KEY.match(bare)
    known = key is not None and key["key"].strip().lower().replace(" ", "_") in {*_KEYS, *_OTHER_KEYS}
    if not known or len(bare) > LONGEST_REPAIR or bare.count("[") + bare.count("{") > DEEPEST_REPAIR:
        return None
    try:
        value = json_repair.loads(bare)
    except (ValueError, RecursionError):
        return None
    text = "\n\n".join(_strings(value))
    return text if count_words(text) >= MOST_HELD * count_words(bare) else None


def _strings(value: object) -> list[str]:
    """The texts of a JSON value: of the keys that hold text, else the longest string."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for item in value for text in _strings(item)]
    if not isinstance(value, dict):
        return []
    lowered = {str(key).strip().lower().replace(" ", "_"): held for key, held in value.items()}
    for key in _KEYS:
        if isinstance(lowered.get(key), str | list | dict) and (found := _strings(lowered[key])):
            return found
    skipped = {*_KEYS, *_OTHER_KEYS}  # the first had nothing, and to look twice at each level of a nest takes for ever
    found = [text for key, held in lowered.items() if key not in skipped for text in _strings(held)]
    return [max(found, key=len)] if found else []


def _from_string(bare: str) -> str | None:
    """A text whose line breaks are written as in a string of code."""
    if "\\n" not in bare or "\n" in bare:
        return None
    try:
        value = json.loads(bare) if bare[:1] == '"' else None
    except ValueError:
        value = None
    if isinstance(value, str):
        return value
    return bare.replace("\\n", "\n").replace('\\"', '"') if "\\n\\n" in bare else None


def _from_yaml(bare: str) -> str | None:
    """The block under a key such as "content: |"."""
    head = _YAML.match(bare)
    return textwrap.dedent(bare[head.end() :]).strip() if head else None


def _from_tags(bare: str) -> str | None:
    """The text between tags, which may be cut; the tags of our own prompts go wherever they stand on a line alone."""
    text, found = bare, False
    for _ in range(DEEPEST_TAGS):
        opening = _OPENING.match(text)
        if opening is None:
            break
        rest = text[opening.end() :]
        end = rest.lower().find(f"</{opening['name'].lower()}")
        if end < 0 and not opening[0].endswith("\n"):  # a sentence about the tag
            break
        inside = rest if end < 0 else rest[:end]
        after = "" if end < 0 else rest[end:].partition(">")[2]
        if after.strip() and count_words(inside) < LEAST_HELD:
            inside = f"{inside.strip()}\n\n{after.strip()}"
        text, found = _INNER.sub("", inside.strip()).strip(), True
    if closing := _CLOSING_LAST.search(text[-60:]):
        text, found = text[: len(text) - len(text[-60:]) + closing.start()].rstrip(), True
    if "```" not in text and _OWN_LINE.search(text):
        text, found = _without_own_tags(text), True
    return text if found else None


def _without_own_tags(text: str) -> str:
    """The text up to a closing tag that ends a section's worth of it; other tags just go."""
    for tag in _OWN_LINE.finditer(text):
        if tag["close"] and count_words(text[: tag.start()]) >= LEAST_HELD:
            text = text[: tag.start()]
            break
    return re.sub(r"\n{3,}", "\n\n", _OWN_LINE.sub("", text)).strip("\n")
