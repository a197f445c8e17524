"""What a request wants: the model's own short answer, a new run, or more of a run that the conversation holds.

A front end asks its model for titles, tags and next questions, too, and quotes the conversation there: such requests, and
those with tools, JSON modes or pictures, go to the model itself.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from longwriter.length.target import read_target
from longwriter.serve.v1.request.body import ApiMessage, ApiRequest
from longwriter.text import head_words, language, tail_words, word_spans
from longwriter.writer.outcome.named import SAID_BEFORE

LONG = ":long"
"""What a model's name ends in that always gives a run."""
WORDS_PER_TOKEN, SIGNS_PER_TOKEN = 0.75, 1.2
"""English words, and Chinese characters, of one token: `models/tokens.py` the other way round."""
EARLIER_HEAD, EARLIER_TAIL = 300, 700
"""Words of an earlier message that a new text is shown."""

_TASK = re.compile(r"\s*#{1,6}\s*Task\b", re.IGNORECASE)
_TASK_PARTS = re.compile(r"<chat_history>|#[ \t]{0,9}(?:Chat History|Output)", re.IGNORECASE)
"""Open WebUI's titles, tags, follow-ups, queries: headings, and the conversation quoted."""
_CHORE = re.compile(
    r"\A(?:(?!\d{3})[^\n]){0,80}\b(?:generate|write|create|provide|give|suggest|make)\b(?:(?!\d{3})[^\n.]){0,40}\b(?:title|tags?|summary)\b"
    r"[^\n.]{0,60}\b(?:conversation|chat|dialogue|discussion|messages?)\b|\|\|>\s*User:|为.{0,10}(?:对话|聊天).{0,12}(?:标题|题目|总结)",
    re.IGNORECASE,
)
_REST = r"(?:the )?(?:text|story|rest|next(?: part| section)?)|it"
_CONTINUE = re.compile(
    r"\W*(?:(?:please|ok(?:ay)?|yes|now|can you|could you)[,.]?\s+)*"
    r"(?:continue|go on|keep going|keep writing|carry on|proceed|resume|finish|more|next(?: part| section)?|write on)"
    rf"(?:\s+(?:please|writing|on|(?:with )?(?:{_REST})|from (?:there|here|where you (?:stopped|left off))|to the end))*\W*"
    r"|\W*(?:请|請)?(?:继续|繼續|接着|接著|往下)(?:写|寫|吧|下去|写下去|寫下去|往下写|往下寫)*\W*",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:re-?write|redo|re-?do|revise|rephrase|rework|shorten|lengthen|expand|extend|improve|change|make|edit|write)\b"
    r"|重写|重寫|改写|改寫|重做|修改|缩短|縮短|扩写|擴寫|加长|加長|改短|改长|改長",
    re.IGNORECASE,
)
_NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
_NUMBER = rf"(?:\d{{1,4}}|{'|'.join(_NUMBERS)})"
_PART = re.compile(
    rf"\b(?P<kind>section|chapter|part)s?\s+(?P<list>{_NUMBER}(?:\s*(?:,|and|&|to|-|–)\s*{_NUMBER}\b)*)"
    rf"|\b(?P<ordinal>first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last)\s+(?P<kind2>section|chapter|part)\b"
    r"|第\s*(?P<zh>\d{1,4}|[一二三四五六七八九十]{1,3})\s*(?P<kindzh>[节節章]|部分|小节|小節)",
    re.IGNORECASE,
)
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()  # noqa: SIM905
_ZH = "一二三四五六七八九十"
_FACTORS = (
    (re.compile(r"half (?:as long|the length|its length)|一半", re.IGNORECASE), 0.5),
    (re.compile(r"twice as long|double(?: the length)?|两倍|兩倍", re.IGNORECASE), 2.0),
    (re.compile(r"much shorter", re.IGNORECASE), 0.4),
    (re.compile(r"much longer", re.IGNORECASE), 2.0),
    (re.compile(r"short|brief|concise|condens|短|精简|精簡", re.IGNORECASE), 0.6),
    (re.compile(r"\blong|length|expand|extend|more detail|长|長|扩|擴", re.IGNORECASE), 1.5),
)


@dataclass(frozen=True)
class Redo:
    """Sections that a person wants rewritten."""

    numbers: tuple[int, ...]
    """From 1; -1: the last."""
    chapters: bool
    """They number chapters."""
    instruction: str
    words: int | None = None
    """Of one section, as the request says it."""
    factor: float | None = None
    """Or times its present words."""


def always_long(model: str) -> tuple[str, bool]:
    """The upstream's name of a model, and whether its name asks for a run whatever is wanted."""
    return (model[: -len(LONG)], True) if model.endswith(LONG) else (model, False)


def is_chore(request: ApiRequest) -> bool:
    """Whether a front end asks for itself: a title, tags."""
    last = request.last()
    task = _TASK.match(last)
    return (task is not None and _TASK_PARTS.search(last, task.end()) is not None) or _CHORE.search(last) is not None


def limit_words(request: ApiRequest) -> int | None:
    """The words that the answer's limit in tokens is worth; None: no limit."""
    if request.limit is None:
        return None
    rate = SIGNS_PER_TOKEN if language(request.last()) == "zh" else WORDS_PER_TOKEN
    return max(1, round(rate * request.limit))


def wants_run(request: ApiRequest, long_from: int) -> bool:
    """Whether a request to a model's plain name becomes a run: more words are wanted than `long_from`, and may come."""
    if request.unfit or is_chore(request):
        return False
    target, most = read_target(request.last()), limit_words(request)
    words = 0 if target is None else target.aim if most is None else min(target.aim, most)
    return words > long_from


def is_continue(text: str) -> bool:
    """Whether a message says no more than to go on."""
    return _CONTINUE.fullmatch(text.strip()) is not None


def redo_of(text: str) -> Redo | None:
    """The sections that a message wants rewritten; None for another message."""
    if _VERB.search(text) is None or len(text) > 4000:
        return None
    numbers, chapters = list[int](), False
    for match in _PART.finditer(text):
        kind = match["kind"] or match["kind2"] or match["kindzh"] or ""
        chapters = chapters or kind.lower() in ("chapter", "章")
        if match["ordinal"]:
            word = match["ordinal"].lower()
            numbers.append(-1 if word == "last" else _ORDINALS.index(word) + 1)
        elif match["zh"]:
            numbers.append(_chinese(match["zh"]))
        else:
            numbers += _listed(match["list"].lower())
    if not numbers:
        return None
    target = read_target(text)
    factor = next((f for pattern, f in _FACTORS if pattern.search(text)), None) if target is None else None
    return Redo(tuple(dict.fromkeys(numbers)), chapters, text.strip(), target.aim if target else None, factor)


def _chinese(digits: str) -> int:
    if digits.isdigit():
        return int(digits)
    tens, mark, ones = digits.rpartition("十")
    return (10 * (_ZH.index(tens[-1]) + 1 if tens else 1) if mark else 0) + (_ZH.index(ones[-1]) + 1 if ones else 0)


def _listed(text: str) -> list[int]:
    found = list[int]()
    for between, word in re.findall(rf"(\s*(?:,|and|&|to|-|–)\s*)?({_NUMBER})", text):
        number = int(word) if word.isdigit() else _NUMBERS.index(word) + 1
        through = between.strip() in ("to", "-", "–") and found and 0 < number - found[-1] < 100
        found += range(found[-1] + 1, number + 1) if through else [number]
    return found


def instruction_of(messages: Sequence[ApiMessage]) -> tuple[str, int | None]:
    """What a new run is asked for, and its words where the request must not be read for them.

    The last message of the user, then what was said before, of long messages the beginning and the end alone.
    """
    last = max((i for i, m in enumerate(messages) if m.role == "user"), default=None)
    if last is None:
        return "", None
    asked = raw_prompt(messages[last].text.strip())
    earlier = [m for m in messages[:last] if m.text.strip()]
    if not earlier:
        return asked, None
    chinese = language(asked) == "zh"
    names = {"system": "要求", "user": "用户", "assistant": "回答"} if chinese else {
        "system": "Rules", "user": "User", "assistant": "Answer"}  # fmt: skip
    said = [f"{names[m.role]}: {_shortened(m.text.strip())}" for m in earlier]
    target = read_target(asked)
    return "\n\n".join([asked, SAID_BEFORE["zh" if chinese else "en"], *said]), target.aim if target else None


def _shortened(text: str) -> str:
    if len(word_spans(text)[0]) <= EARLIER_HEAD + EARLIER_TAIL:
        return text
    return f"{head_words(text, EARLIER_HEAD)}\n[...]\n{tail_words(text, EARLIER_TAIL)}"


_USER = "<|user|>"
_ANSWER = re.compile(r"<\|assistant\|>:?\s*(?:<think>\s*)?\Z")


def raw_prompt(text: str) -> str:
    """The question within a raw prompt of LongWriter-Zero (`<|user|>: ... <|assistant|>:`), else the text itself."""
    _, mark, rest = text.partition(_USER)
    end = _ANSWER.search(rest) if mark else None
    asked = rest[: end.start()].removeprefix(":").strip() if end else ""
    return asked or text


def normal(text: str) -> str:
    """A text as clients may hand it back: whitespace collapsed."""
    return re.sub(r"\s+", " ", text).strip()
