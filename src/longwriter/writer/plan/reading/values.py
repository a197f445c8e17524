"""The JSON in a reply: every object and list that begins a line or ends a sentence, mended where it is almost JSON.

What is lost in mending, or by a key that stands twice in one object, is a `PlanError`.
"""

import json
import re
from itertools import accumulate

import json_repair

from longwriter.errors import PlanError
from longwriter.writer.plan.reading.words import names, plain

DEEPEST_JSON = 40
LONGEST_REPAIR = 50_000
"""Characters of almost-JSON; mending takes time that grows with the square (1 s at 50,000 in the worst case)."""

_START = re.compile(
    r"(?:^[ \t]*(?:[-*+•][ \t]+)?|[:：=>)`]\s*|\bjson\b\s*|[\]}][,;]?\s*|[.!?。！？]\s+)"
    r"(?=[{\[]\s*(?:[{\[\"'“}\]]|\w{1,30}\s*:))",
    re.M | re.I,
)


def values_in(reply: str) -> list[object]:
    """Objects and lists in the reply, in order."""
    found: list[object] = []
    place, decoder = 0, json.JSONDecoder(object_pairs_hook=_pairs)
    depths = list(accumulate(1 if bracket in "{[" else -1 for bracket in re.findall(r"[{}\[\]]", reply)))
    if not depths or max(depths) > DEEPEST_JSON:
        return []
    while start := _START.search(reply, place):
        try:
            value, place = decoder.raw_decode(reply, start.end())
        except ValueError:
            return [*found, *_mended(reply, start.end())]
        except RecursionError:  # brackets in its strings hid how deep it is
            return found
        found.append(value)
    return found


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object, whose keys must differ: of two sections in one only the last would stay."""
    out = dict(pairs)
    if len(out) < len(pairs) and any(value != out[key] for key, value in pairs):
        raise PlanError("its JSON has the same key twice in one object; close each section's brackets")
    return out


def _mended(reply: str, start: int) -> list[object]:
    """What stands from `start` to the last bracket, mended."""
    end = max(reply.rfind("}"), reply.rfind("]"))
    text = reply[start : end + 1] if end > start else reply[start:]
    if text.count("{") + text.count("[") > text.count("}") + text.count("]"):
        text = reply[start:]  # cut off: what stands after the last bracket is the beginning of another section
        if len(re.findall(r'(?<!\\)"', text)) % 2:
            raise PlanError("its JSON breaks off in the middle of a text")
    if len(text) > LONGEST_REPAIR:
        return []
    try:
        value: object = json_repair.loads(text)
    except (ValueError, RecursionError, AssertionError):  # round brackets nested too deep for it; its own doubts
        return []
    several = text[0] == "{" and isinstance(value, list)
    if _titles_in(value) < _titles_written(text):
        raise PlanError("its JSON is broken, and some of it cannot be read; write plain JSON with every bracket closed")
    return value if several and isinstance(value, list) else [value]


def _titles_written(text: str) -> int:
    """How many title keys stand in a text of almost-JSON."""
    keys = re.findall(r"(?<!\\)[\"'“]([^\"'“”\n]{1,40})[\"'”]\s*:", text)
    return sum(plain(key) in names("title") for key in keys)


def _titles_in(value: object) -> int:
    if isinstance(value, dict):
        return sum((plain(str(key)) in names("title")) + _titles_in(part) for key, part in value.items())
    return sum(map(_titles_in, value)) if isinstance(value, list) else 0
