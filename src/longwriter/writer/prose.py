"""What of a reply is prose for the book.

Models wrap their prose in JSON, say their prompt back, greet the user before it and offer help after it, or refuse.
`prose` takes all that away; what is left may be nothing. A reply that is a refusal and little more is `Refused`.
Only the ends of a reply are looked at, and talk is known by its opening words, so that a figure of a story may say
"I hope this helps". Thinking and control tokens are the models' room. Pure.
"""

import json
import re

import json_repair

from longwriter.errors import Refused
from longwriter.text import count_words

REFUSAL_WORDS = 120
"""A longer reply that begins with a refusal is one with prose after it."""
ECHOED_LINES = 6
"""At each end of a reply, so many lines may be said back from the prompt."""
LEAST_ECHO = 3
"""Words of a line that counts as said back; shorter ones happen by chance."""
TALK_WORDS = 60
"""A longer paragraph is prose, whatever it begins with."""
QUOTED = 160
"""Characters of a refusal in a message."""

_TEXT_KEYS = (
    "content",
    "text",
    "body",
    "section_text",
    "prose",
    "section",
    "paragraphs",
    "story",
    "内容",
    "正文",
    "文本",
)
_FENCED = re.compile(r"\A\s*```(?:json)?\s*(?P<body>[{\[].*?)\s*(?:```)?\s*\Z", re.S | re.I)
_TAG = re.compile(
    r"</?\s*(?:request|text|notes|passages|tail|last_lines|outline|section|要求|正文|要点|段落|末尾)(?:-\d+)?\s*>[ \t]*\n?",
    re.I,
)
"""The tags of our own prompts."""

_CANNOT = r"(?:can(?:no|['’])?t|can\s+not|am\s+(?:unable|not\s+able)\s+to|won['’]t|will\s+not|must\s+decline\s+to)"
_DOING = (
    r"(?:help|assist|comply|fulfil|provide|write|create|generate|continue|produce|discuss|engage|do\s+th|support|complete"
    r"|answer|respond)"
)
_SORRY = (
    r"(?:(?:i['’]?\s?a?m\s+(?:very\s+|so\s+)?|we(?:['’]|\s+a)re\s+)?sorry|my\s+apologies|(?:i\s+)?apologi[sz]e"
    r"|unfortunately)"
)
_REFUSAL = re.compile(
    rf"(?:{_SORRY}[^.!?\n]{{0,60}}?\bi\s+{_CANNOT}\s+{_DOING}|i\s+{_CANNOT}\s+(?:\w+\s+)?{_DOING}\w*\s+(?:you|with|this|that|to)\b"
    rf"|as\s+an?\s+(?:ai|artificial|language\s+model|assistant)\b|i\s+must\s+decline|it\s+would\s+be\s+inappropriate"
    r"|(?:很|非常|十分)?(?:抱歉|对不起|對不起)[，,。！!]?\s*(?:但是?)?(?:作为|作為|我|这|這|您|无法|無法|不能)"
    r"|我(?:无法|無法|不能|没办法)(?:为|為|帮|幫|协助|满足|提供|完成|继续|回答|写|創作|创作|生成)|作为一[个名款](?:AI|人工智能|语言模型|助手)"
    r"|(?:es\s+tut\s+mir\s+leid|tut\s+mir\s+leid)[^.\n]{0,40}ich\s+kann|je\s+suis\s+désolée?[^.\n]{0,40}je\s+ne\s+peux"
    r"|lo\s+siento[^.\n]{0,40}no\s+puedo|mi\s+dispiace[^.\n]{0,40}non\s+posso|(?:sinto\s+muito|desculpe)[^.\n]{0,40}não\s+posso"
    r"|申し訳(?:ありません|ございません)が?|죄송(?:합니다|하지만))",
    re.I,
)
_THING = (
    r"(?:section|part|text|story|draft|version|continuation|passage|paragraphs?|chapter|essay|report|article|guide|piece"
    r"|response|example|outline|rewrite|rewritten|revised|edited|request(?:ed)?)"
)
_TALK_FIRST = re.compile(
    r"(?:(?:sure|certainly|of\s+course|absolutely|definitely|okay|ok|great|understood|got\s+it)\s*(?:[!.:]+|,\s*(?:here|i|let|below|this))"
    rf"|here(?:['’]s|\s+is|\s+are)\s+(?:\w+\s+){{0,6}}?{_THING}\b|below\s+(?:is|are)\s+(?:\w+\s+){{0,4}}?{_THING}\b"
    rf"|i(?:['’]m|\s+am)\s+(?:(?:so|very|really)\s+)?(?:ready|happy|glad|excited|here|delighted)\s+to\s+(?:help|assist|share|hear|write|provide)"
    rf"|i(?:['’]d|\s+would)\s+be\s+(?:happy|glad|delighted)\s+to"
    rf"|i(?:['’]ll|\s+will)\s+(?:start|begin|continue|now|write|rewrite|rephrase|try|do\s+my\s+best)\b[^.\n]{{0,60}}(?:{_THING}|rephras|rewrit)"
    rf"|i(?:['’]ve|\s+have)?\s*(?:written|edited|revised|rewritten|rephrased|made|added|changed|tried)\b[^.\n]{{0,60}}{_THING}"
    rf"|as\s+(?:you\s+)?requested\b|(?:this|the\s+following)\s+is\s+(?:a|an|the|my)\s+(?:\w+\s+){{0,3}}?{_THING}\b"
    r"|(?:a\s+)?note\b[^.\n]{0,40}:|(?:thank|thanks)\s+you\s+for\s+(?:your|the|sharing|providing)\b"
    r"|what(?:['’]s|\s+is)\s+your\s+request|(?:please\s+)?let\s+me\s+know\s+(?:if|what|how)"
    r"|(?:好的|当然可以|当然|没问题|收到|明白了?)\s*[，,！!。：:]|(?:以下|下面|这)是(?:为您|您要|我|关于|根据|续写|这一|第|本)[^。\n]{0,40}[：:])",
    re.I,
)
_TALK_LAST = re.compile(
    rf"(?:i\s+hope\s+(?:this|that|it|you)\s+(?:\w+\s+){{0,3}}?(?:helps?|meets?|works?|enjoy|{_THING}|what\s+you)"
    r"|(?:please\s+)?(?:let\s+me\s+know|feel\s+free\s+to)\b|would\s+you\s+like\s+me\s+to\b|if\s+you(?:['’]d|\s+would)?\s+(?:like|need|want|have)\s+"
    r"(?:any|me|further|more|additional|to\s+(?:make|change|add))"
    r"|do\s+you\s+have\s+any\s+questions|is\s+there\s+anything\s+else|i(?:['’]m|\s+am)\s+here\s+to\s+help"
    r"|[\[(（*_]*\s*(?:total\s+)?word\s+count\b\s*[:：]?[^\n]{0,30}$|[\[(（*_]*\s*(?:approximately|about|~)?\s*\d[\d,]*\s+words\s*[\])）*_.]*$"
    r"|[\[(（*_]+\s*(?:end\s+of\s+(?:the\s+)?(?:section|part|chapter|text)|section\s+ends?)\b[^\n]{0,30}$"
    r"|(?:\*\*)?note\s*(?:\*\*)?\s*[:：]|i(?:['’]ve|\s+have)?\s*(?:made|written|edited|revised|tried)\b[^.\n]{0,60}"
    rf"(?:{_THING}|edits?|changes?|corrections?)"
    r"|希望(?:这|以上|对您|您)|如果您?(?:需要|还|想|有)|如需|请(?:告诉我|随时|您)|[（(【\[]?\s*(?:全文|本节|本章|字数|共)[约共计：:\s]{0,4}\d+\s*字?)",
    re.I,
)
_ASSISTANT = re.compile(
    r"\bi(?:['’]m|\s+am)\s+here\s+to\s+(?:help|assist)|\b(?:complete|finish|fulfil|assist\s+(?:you\s+)?with)\s+your\s+(?:request|document)"
    r"|\byour\s+request\b|\bassist\s+you\b|\bas\s+an?\s+(?:ai|language\s+model)\b|\bif\s+you\s+have\s+any\s+questions\b"
    r"|\blet\s+me\s+know\s+(?:if|what|how)\b|\bthe\s+(?:section|text)\s+you\s+requested\b",
    re.I,
)
"""An assistant's voice, anywhere."""
_EDGE = " \t\r\n*_#>\"“”'‘’:：.。-–—[]()（）【】《》"


def prose(reply: str, prompt: str, titles: tuple[str, ...] = ()) -> str:
    """The prose of a reply to a prompt, "" where there is none; its blanks at the ends stay if nothing was taken there.

    `titles`: of the document and the section, which models say first without a heading's mark. Raises Refused.
    """
    text = _TAG.sub("", _unwrapped(reply))
    text = _without_echoes(text, prompt, titles)
    text = _without_talk(text)
    if _spoken(text):
        return ""
    if _REFUSAL.match(text.lstrip(_EDGE)) and text.lstrip()[:1] not in "\"“'‘「":
        said, _, rest = text.strip().partition("\n\n")
        if count_words(text) <= REFUSAL_WORDS:
            raise Refused(" ".join(text.split())[:QUOTED])
        text = rest if count_words(said) <= TALK_WORDS else text
    return text if text.strip(_EDGE) else ""


def refusal(text: str) -> bool:
    """Whether a reply of any kind is a refusal and little more."""
    return count_words(text) <= REFUSAL_WORDS and _REFUSAL.match(text.lstrip(_EDGE)) is not None


def _unwrapped(reply: str) -> str:
    """What stands in JSON around a section; the reply itself where there is none."""
    bare = reply.strip()
    if fence := _FENCED.match(bare):
        bare = fence["body"]
    if not re.match(r"\{\s*[\"“']|\[\s*\{", bare):
        return reply
    try:
        value: object = json.loads(bare, strict=False)
    except (ValueError, RecursionError):
        value = json_repair.loads(bare) if len(bare) < 50_000 else None
    return "\n\n".join(_strings(value)) if isinstance(value, dict | list) else reply


def _strings(value: object) -> list[str]:
    """The texts of a JSON value: of the keys that hold text, else the longest string."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for item in value for text in _strings(item)]
    if not isinstance(value, dict):
        return []
    for key in _TEXT_KEYS:
        if value.get(key):
            return _strings(value[key])
    found = [text for item in value.values() for text in _strings(item)]
    return [max(found, key=len)] if found else []


def _without_echoes(text: str, prompt: str, titles: tuple[str, ...]) -> str:
    """The text without lines at its ends that the prompt holds, and without titles that open it."""
    said = {_bare(line) for line in prompt.splitlines()} - {""}
    names = {_bare(title) for title in titles} - {""}

    def echoed(line: str) -> bool:
        if line.lstrip().startswith("#"):  # a heading is the model's own work
            return False
        bare = _bare(line)
        return bare in names or (bare in said and count_words(bare) >= LEAST_ECHO)

    lines = text.split("\n")
    first, last = 0, len(lines)
    for _ in range(ECHOED_LINES):
        at = next((i for i in range(first, last) if lines[i].strip()), last)
        if at == last or not echoed(lines[at]):
            break
        first = at + 1
    for _ in range(ECHOED_LINES):
        at = next((i for i in range(last - 1, first - 1, -1) if lines[i].strip()), -1)
        if at < 0 or _bare(lines[at]) in names or not echoed(lines[at]):
            break
        last = at
    return text if (first, last) == (0, len(lines)) else "\n".join(lines[first:last]).strip("\n")


def _bare(line: str) -> str:
    return " ".join(line.casefold().split()).strip(_EDGE)


def _without_talk(text: str) -> str:
    """The text without paragraphs at its ends that talk to the user."""
    parts = re.split(r"\n[ \t]*\n", text)
    first, last = 0, len(parts)
    while first < last and _talks(parts[first], _TALK_FIRST):
        head, colon, rest = parts[first].partition(":\n")  # "Here is the section:" and the section on the next line
        if colon and rest.strip() and count_words(head) <= TALK_WORDS:
            parts[first] = rest
            break
        first += 1
    while last > first and _talks(parts[last - 1], _TALK_LAST):
        last -= 1
    if last > first and not _talks(parts[first], _TALK_FIRST):
        parts[last - 1] = _without_last_line(parts[last - 1])
    return (
        text
        if (first, last) == (0, len(parts)) and parts[-1:] == [text.rpartition("\n\n")[2]]
        else "\n\n".join(parts[first:last])
    )


def _spoken(text: str) -> bool:
    """Whether an assistant speaks in half of a text's words and more, outside of quotation marks."""
    parts = [part for part in re.split(r"\n[ \t]*\n", text) if part.strip()]
    voices = [part for part in parts if _ASSISTANT.search(part) and part.lstrip()[:1] not in "\"“'‘「"]
    return 2 * sum(map(count_words, voices)) >= max(1, count_words(text)) if voices else False


def _talks(paragraph: str, opening: re.Pattern[str]) -> bool:
    bare = paragraph.lstrip(_EDGE) if paragraph.lstrip()[:1] in "*_-[(（【" else paragraph.lstrip()
    found = opening.match(bare) or opening.match(paragraph.strip())
    if found is None:
        return False
    head, colon, _ = paragraph.partition(":\n")
    return count_words(head if colon else paragraph) <= TALK_WORDS


def _without_last_line(paragraph: str) -> str:
    """The paragraph without a last line that talks."""
    before, newline, line = paragraph.rstrip().rpartition("\n")
    return before if newline and _talks(line, _TALK_LAST) else paragraph
