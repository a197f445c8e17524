"""What of a reply is prose for the book.

Models wrap their prose (`unwrap`), say their prompt back, greet the user before it and offer help after it, or refuse.
`prose` takes all that away; what is left may be nothing. A reply that is a refusal and little more is `Refused`.
Only the ends of a reply are looked at, and talk is known by what it says about the text, so that a figure of a story may
say "I hope this helps" and a letter may end with "Let me know if you can come". Pure.
"""

import re

from longwriter.errors import Refused
from longwriter.text import count_words, sentence_ends
from longwriter.writer.reply.unwrap import unwrapped
from longwriter.writer.reply.voices import heard, plain

REFUSAL_WORDS, OFFER_WORDS = 120, 300
"""A longer reply that begins with a refusal is one with prose after it, or with an offer of something else."""
EVIDENCE = 3
"""Signs that make a refusal: regret 1, "I am an AI" 2, each different word about the task 1, nothing else said 2."""
SHORT = 20
"""Words of a reply that says nothing else."""
ENDS = 8
"""At each end of a reply so many lines may be taken away."""
LEAST_ECHO, LEAST_INSIDE = 3, 5
"""Words of a line that counts as said back: a whole line of the prompt, or a part of one."""
TALK_WORDS, LABEL_WORDS = 60, 15
"""A longer line is prose, whatever it begins with."""
LEAST_PROSE = 8
"""Words of prose on the line that talk begins."""
QUOTED = 160
"""Characters of a refusal in a message."""

_EDGE = " \t\r\n*_#>\"“”'‘’:：.。-–—[]()（）【】《》"
_MARKUP = " \t\r\n*_~>#"
_QUOTES = frozenset("\"“„«‹'‘「『《—–-")
_COLON = re.compile(r"[^\n:：]{0,80}[:：]\s+")
_RULE = re.compile(r"[ \t]*(?:[-*_=—~][ \t]?){3,50}\Z")
_GIVEN = re.compile(
    r"<(text|sources|passages|tail|last_lines|notes|正文|资料|資料|前文|段落|末尾|要点|结尾)((?:-\d+)?)>.*?</\1\2>",
    re.S | re.I,
)
"""Earlier text in a prompt: it may be quoted."""
_LABEL = re.compile(
    r"(?:(?:section |chapter |story |working )?title|word count|target length|length of (?:this section|the continuation)|genre"
    r"|section \d+ title|titel|titre|título|titolo|タイトル|제목|название"
    r"|заголовок|标题|標題|题目|題目|字数|字數)\s*[:：]\s*\S",
    re.I,
)
"""What a model writes before its text as in a form."""
_EMPTY_LABEL = re.compile(
    r"(?:an? |the |my |your )?(?:note(?: may follow)?|(?:full |section |main )?text"
    r"|content|output|answer|section|draft|response"
    r"|continuation|story|body|正文|内容|內容|故事正文|本节内容)[:：]\Z",
    re.I,
)
_COUNTED = re.compile(
    r"(?:(?:total |approximate |final |actual )?word ?count\b.{0,40}|(?:total )?words?\s*[:：]\s*~?\d.{0,20}"
    r"|total words?\b.{0,20}|length\s*[:：]?\s*.{0,20}\d+ words|section \d+ of \d+.{0,80}"
    r"|(?:\d{1,3}\. )?(?:section|part|chapter|第).{0,80}[(（]\s*(?:about |约)?\d+\s*(?:words|字)[)）]?"
    r"|(?:approximately|approx\.?|about|around|~|total:?)?\s*\d[\d,.]*\s+words(?: in total| total)?"
    r"|(?:全文|本节|本章|本段|总|正文|以上)?(?:字数|字數|共计?|约|共约|字数统计)\s*[约約共计:：为]{0,3}\s*\d[\d,]*\s*字?(?:左右)?"
    r"|(?:wortzahl|nombre de mots|número de palabras|conteggio parole|文字数|글자 수)\b.{0,20})\Z",
    re.I,
)
_ASIDE = re.compile(
    r"[\[(（【].{0,300}[\])）】]\Z"
    r"|(?:end|start|beginning|continuation) of (?:the )?(?:section|part|excerpt|document|draft|text)\b.{0,20}\Z",
    re.S | re.I,
)
_ASIDE_SAYS = re.compile(
    r"(?:note\b|this (?:section|part|draft|continuation|is (?:the|a) (?:section|continuation))"
    r"|(?:end|start|beginning) of|begin|section"
    r"|continu|word|total|approx|to be continued|end\Z|(?:本[节章])?完|next (?:section|part)|insert|draft|here(?:'s| is| are)"
    r"|the (?:section|story|text) (?:continues|ends)"
    r"|\d[\d,]* words|字数|字數|待续|未完|续|接上|本[节章]|第.{1,4}[节段部]|注[:：])",
    re.I,
)
_NOTE = re.compile(
    r"(?:(?:author'?s? |please |editor'?s? |a )?note\b[^:：\n]{0,20}|disclaimer|注意?|说明|備註|备注|注释)\s*[:：]"
    r"|please note that\b",
    re.I,
)
_OF_TEXT = re.compile(
    r"\b(?:this|the|following|next|above) (?:section|story|draft|text|piece|continuation|version|response|narrative|essay"
    r"|chapter|outline)"
    r"\b|\bword (?:count|limit)|\brequest(?:ed)?\b|\bprompt\b|\binstructions\b|\bfiction(?:al)?\b"
    r"|\b(?:i|i've|i have) (?:kept|tried|aimed|written"
    r"|wrote|avoided|included|followed|made)\b|\bas an ai\b|\d+ words\b|本[节章文]|字数|虚构|要求|以上",
    re.I,
)
_OWN = re.compile(
    r"\s+(?:of (?!about|around|roughly|approximately|\d"
    r"|your|(?:the|this) (?:section|story|text|book|novel|guide|report|essay|document))"
    r"|my\b|i\b|he\b|she\b|they\b|we\b|it\b|which\b|where\b|whose?\b|told\b|that (?!meets|follows|continues|fits"
    r"|covers|you|includes)"
    r"|as (?!you|requested|asked|json|a json|markdown|plain))",
    re.I,
)
"""After "Here is the story": the story's own words, not a model's."""
_TO_USER = re.compile(
    r"\byou(?:'ve| have)? (?:asked|requested|wanted|needed|described|gave|provided)\b"
    r"|\byour (?:request|outline|prompt|story|instructions)\b"
    r"|\d+ words|\brequested\b|\binstructions\b|\bprompt\b|\bbased on (?:the|your)\b",
    re.I,
)


def prose(reply: str, prompt: str, titles: tuple[str, ...] = ()) -> str:
    """The prose of a reply to a prompt, "" where there is none; whitespace at its ends stays if nothing was taken there.

    `titles`: of the document and the section, which models say first without a heading's mark. Raises Refused.
    """
    echo = _Echo(prompt, titles)
    text = reply
    for _ in range(2):  # talk may stand around a wrapper and inside of it
        held = unwrapped(text)
        text = _without_last(_without_first(held, echo), echo)
        if text == held:
            break
    text = _unrefused(text, offered=len(text) < len(reply.rstrip()), echo=echo)
    return "" if not text.strip(_EDGE) or _spoken(text) else text


def refusal(text: str) -> bool:
    """Whether a reply of any kind is a refusal and little more."""
    return count_words(text) <= OFFER_WORDS and _declines(text) and count_words(text) <= REFUSAL_WORDS


class _Echo:
    """What of a prompt may not be said back: its own words, not the earlier text in it."""

    def __init__(self, prompt: str, titles: tuple[str, ...]) -> None:
        asked = _GIVEN.sub("\n", prompt)
        lines = [line for line in asked.splitlines() if line.strip()[:1] not in _QUOTES]
        self.lines = {_bare(line) for line in lines} - {""}
        self.all = "\n".join(" ".join(line.casefold().split()) for line in lines)
        self.names = {_bare(title) for title in titles} - {""}

    def title(self, line: str) -> bool:
        return _bare(line) in self.names

    def says(self, line: str) -> bool:
        bare = _bare(line)
        words = count_words(bare)
        if words < LEAST_ECHO or bare in self.lines:
            return words >= LEAST_ECHO
        at = self.all.find(bare) if words >= LEAST_INSIDE else -1
        return at >= 0 and self.all[at - 1 : at] not in _QUOTES


def _bare(line: str) -> str:
    return " ".join(line.casefold().split()).strip(_EDGE)


def _unrefused(text: str, *, offered: bool, echo: _Echo) -> str:
    """The text without a refusal before or after it. Raises Refused where that is all; `offered`: talk followed it."""
    if refusal(text):
        raise Refused(" ".join(text.split())[:QUOTED])
    first, gap, rest = text.strip().partition("\n\n")
    if count_words(first) <= TALK_WORDS and _declines(first):
        words = count_words(rest)
        rest = _without_first(rest, echo)
        if not gap or words <= REFUSAL_WORDS or (offered and words <= OFFER_WORDS) or not rest.strip():
            raise Refused(" ".join(text.split())[:QUOTED])
        text = rest
    before, gap, last = text.rstrip().rpartition("\n\n")
    return before if gap and count_words(last) <= TALK_WORDS and _declines(last) else text


def _declines(text: str) -> bool:
    """Whether a text begins with a refusal, by the signs of `EVIDENCE`; speech in a story is none."""
    bare = plain(text.strip(_MARKUP))
    if not bare or bare[0] in _QUOTES or re.match(r"dear \w", bare, re.I):
        return False
    ends = list(sentence_ends(bare[:800]))
    at = 2 if ends and count_words(bare[: ends[0]]) <= 5 else 1
    opening = bare[: ends[at]] if len(ends) > at else bare[:800]
    if count_words(opening) > TALK_WORDS:
        opening = bare[: ends[0]] if ends else bare[:300]
    regret = heard("{sorry}").search(opening) is not None
    machine = heard("{self}").search(opening) is not None
    cannot = heard("{cannot}").search(opening) is not None
    tasks = {m[0].casefold() for m in heard("{task}").finditer(bare if regret or machine else opening)}
    unable = regret and len(tasks) > 0 and heard("{unable}").search(opening) is not None
    if not (cannot or machine or unable) or heard("{told}").search(opening):
        return False
    return regret + 2 * machine + len(tasks) + 2 * (count_words(bare) <= SHORT) >= EVIDENCE


def _without_first(text: str, echo: _Echo) -> str:
    """The text without lines before it that talk to the user, say the prompt back or fill in a form."""
    lines = text.split("\n")
    kept: list[str] = []
    place, taken, heading = 0, False, ""
    for _ in range(ENDS):
        at = next((i for i in range(place, len(lines)) if lines[i].strip()), None)
        if at is None:
            return "" if taken else text
        line = lines[at]
        if line.lstrip().startswith("#") and count_words(line) <= LABEL_WORDS and not _talk(line):
            if heading and _bare(line) != heading:
                break
            place, taken = at + 1, taken or bool(heading)  # a heading is the model's own work; its second time is not
            kept, heading = kept or [line, ""], _bare(line)
        elif talked := _talk(line):
            taken, place = True, at + (talked == len(line))
            if talked < len(line):
                lines[at] = line[talked:]
        elif echo.title(line) or echo.says(line) or (taken and _RULE.match(line)) or _form(line, first=True):
            taken, place = True, at + 1
        else:
            break
    return "\n".join([*kept, "\n".join(lines[place:]).lstrip("\n")]) if taken else text


def _form(line: str, *, first: bool) -> bool:
    """Whether a line is a field of a form, a count of words, or an aside in brackets about the text."""
    bare = plain(line.strip(_MARKUP))
    if count_words(bare) > TALK_WORDS:
        return False
    inner = bare.strip(_MARKUP + "[]()（）【】—–-.。")
    if _COUNTED.match(inner) or ((_ASIDE.match(bare) or _ASIDE.match(inner)) and _ASIDE_SAYS.match(inner)):
        return True
    label = (_LABEL.match(bare) or _EMPTY_LABEL.match(bare)) and first
    if label and count_words(bare) <= LABEL_WORDS:
        return True
    return _NOTE.match(inner) is not None and _OF_TEXT.search(inner) is not None


def _talk(line: str) -> int:
    """Characters of a line that talk to the user before the text; 0 for prose."""
    lead = len(line) - len(line.lstrip(_MARKUP + "[(（【"))
    bare = plain(line[lead:]).rstrip(_MARKUP + "])）】")
    if not bare or bare[0] in _QUOTES or heard("{told}").search(bare[:300]):
        return 0
    sure = heard(r"[¡]?(?:{sure}\s*[!.,:;。！，：、…]+\s*){1,3}").match(bare)
    if sure and sure.end() == len(bare) and count_words(bare) <= LABEL_WORDS:
        return len(line)
    start = sure.end() if sure else 0
    here = heard(r"(?:(?:and|so|then|hier|und) )?{here}[^.!?\n。！？:：]{0,80}?{thing}").match(bare, start)
    if here is None and not heard("{service}").match(bare, start):
        short = sure and sure[0].rstrip()[-1] not in ",，、" and count_words(bare) <= LABEL_WORDS
        return len(line) if short and bare[-1] in ":：" else 0
    colon = _COLON.match(bare, here.end() if here else start) if sure else None
    if colon and count_words(bare[colon.end() :]) >= LEAST_PROSE:
        return lead + colon.end()
    if count_words(bare) > TALK_WORDS:
        return 0
    return len(line) if here is None or sure or _presents(bare, here.end()) else 0


def _presents(bare: str, end: int) -> bool:
    """Whether "Here is the section", up to `end`, presents a text to the user and is not the text itself."""
    rest = bare[end:]
    if not rest.strip(" .!:：。！*_-—"):
        return True
    if _OWN.match(rest):
        return False
    return bare[-1] in ":：" or (_TO_USER.search(rest) is not None and len(list(sentence_ends(bare))) <= 2)


def _without_last(text: str, echo: _Echo) -> str:
    """The text without lines after it that talk to the user, count words or say the prompt back."""
    whole = text
    for _ in range(ENDS):
        body = text.rstrip()
        before, _, paragraph = body.rpartition("\n\n")
        line = body.rpartition("\n")[2]
        ruled = _RULE.match(before.rstrip().rpartition("\n")[2]) or _RULE.match(
            body.rpartition("\n")[0].rpartition("\n")[2]
        )
        if body and (_closes(line, bool(ruled)) or (echo.says(line) and not echo.title(line))):
            text = body[: len(body) - len(line)]
        elif before and "\n" in paragraph and _closes(paragraph, bool(ruled)):
            text = before
        elif text != whole and _RULE.match(line):
            text = body[: len(body) - len(line)]
        else:
            break
    if text == whole:
        return _without_last_sentence(text)
    return _without_last_sentence(text.rstrip())


def _closes(block: str, ruled: bool) -> bool:
    """Whether a last line or paragraph speaks of the text to its user; `ruled`: it stands under a rule."""
    bare = plain(block.strip(_MARKUP + "[(（【"))
    if not bare or bare[0] in _QUOTES or count_words(bare) > TALK_WORDS or block.lstrip()[:2] in ("- ", "* ", "+ "):
        return False
    if _form(block, first=False) or (ruled and bare[:4].lower() == "note" and _NOTE.match(bare)):
        return True
    return _offers(bare)


def _offers(bare: str) -> bool:
    """Whether a paragraph or sentence without markup offers more, or hopes that the text pleases."""
    at = sure.end() if (sure := heard(r"[¡¿]?(?:{sure}\s*[!.。！]+\s*)").match(bare)) else 0
    closing = heard("[¡¿]?{closing}")
    return (closing.match(bare) or closing.match(bare, at)) is not None and not heard("{told}").search(bare)


def _without_last_sentence(text: str) -> str:
    """The text without the last two sentences of its last line, or the last, where they speak of it to the user."""
    body = text.rstrip()
    line = body.rpartition("\n")[2]
    place = len(body) - len(line)
    ends = [0, *sentence_ends(line)]
    for back in (3, 2):
        if len(ends) <= back:
            continue
        said = plain(line[ends[-back] :].strip())
        quoted = said[:1] in _QUOTES or '"' in said or line[: ends[-back]].count('"') % 2
        if not quoted and count_words(said) <= TALK_WORDS and _offers(said):
            return body[: place + ends[-back]]
    return text


def _spoken(text: str) -> bool:
    """Whether an assistant speaks in half of a text's words and more, outside of quotation marks."""
    if not heard("{voice}").search(plain(text)):
        return False
    said, place = 0, 0
    for end in [*sentence_ends(text), len(text)]:
        sentence = plain(text[place:end].strip())
        if sentence and sentence[0] not in _QUOTES and heard("{voice}|^(?:{service})|^(?:{closing})").search(sentence):
            said += count_words(sentence)
        place = end
    return 2 * said >= count_words(text)
