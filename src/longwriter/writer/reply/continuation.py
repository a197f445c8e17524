"""Joins a text with its continuation: no lost half sentence, no repeated overlap, the right whitespace between.

`join` looks, in this order, for
1. an overlap: the longest end of `before`, from a word's start, that `after` begins with (whitespace does not count), of at
   least `LEAST_CHARS` characters or 3 words (6 CJK characters);
2. a restart: `after` begins with the unfinished last sentence of `before`, or with a sentence that keeps most of its
   words in order; the fragment is replaced;
3. whitespace: what `after` begins with is kept, and it then counts as an exact continuation, for which 1 and 2 need more
   evidence. Without it, a word cut in two is glued, words are parted by a space, sentences that follow a complete one
   begin a paragraph.

`strip_markers` removes what models put around a section. Pure; headings are `document`'s work.
"""

import re
from difflib import SequenceMatcher

from longwriter.text import count_words, ends_complete, is_cjk, last_sentence_end, word_spans, words_of

WINDOW = 6000
"""Characters on each side in which an overlap is looked for; about two long sections of a repeat."""
LEAST_CHARS, LEAST_WORDS, LEAST_CJK = 12, 3, 6
STRICT = 2
"""Times the least evidence when `after` begins with whitespace."""
NOTE_CHARACTERS = 200
"""A note that a text goes on is looked for in the last so many."""
SHARED = 0.75
"""Part of the fragment's words that a rewritten sentence keeps in order. 0.62 is reached by parallel clauses."""

LONGEST_SENTENCE = 300
"""Words of an unfinished sentence that is looked for in other words; comparing takes time that grows with the square."""

_COMMON = re.compile(
    r"a|i|an|the|of|to|in|on|at|by|for|from|with|as|is|are|was|were|be|been|am|and|or|but|nor|so|yet|if"
    r"|then|than|that|this|these|those|he|she|it|we|they|you|his|her|its|our|their|your|my|me|him|us|them"
    r"|who|whom|what|when|where|why|how|not|no|all|any|each|some|one|two|had|has|have|do|does|did|can|could"
    r"|will|would|shall|should|may|might|must|into|over|under|upon|about|after|before|up|down|out|off|very"
    r"|just|only|also|there|here|now",
    re.I,
)
"""Words so common that a text ending in one most likely ends with a whole word."""
_SUFFIXES = re.compile(
    r"s|d|t|ed|ing|ly|er|ers|est|es|al|ally|ness|ment|ments|tion|tions|sion|sions|ity|ities|ism|ist|ists"
    r"|ful|less|able|ible|ous|ive|ary|ery|ies|ied|ier|ence|ance|ences|ances|ship|ward|wards|hood|ical"
    r"|ically|ization|ized|izing",
    re.I,
)
_BEGINS_WORD = re.compile(
    r"[ai]\b|(?:[aeiouy]|[bcdfghjklmnpqrstvwxz](?=[aeiouy])|[bcdfgkpt][lr]|[cgprstw]h|dw|[gkp]n|ps|s[cklmnpqtw]|t[sw]|wr)[a-z]",
    re.I,
)
"""Letters an English word can begin with."""
_CONTRACTIONS = frozenset(("s", "t", "d", "m", "re", "ve", "ll", "em"))
_BLOCK = re.compile(r"(?:#{1,6}\s|[-*+]\s|\d{1,3}[.)]\s|\||>|```)")
_OTHER_HALF = re.compile(r"# |([*_`~])(?!\1|\s)")
"""After a lone "#" or "*": the other half of a mark, not the mark once more."""
_ROW = re.compile(r"\s*(?:[-*+]\s|\d{1,3}[.)]\s|\|)")
_LAST_RUN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*$")
_FIRST_RUN = re.compile(r"[^\W\d_]+")


def join(before: str, after: str) -> str:
    """The text of both, by the rules above; exact when `after` keeps its leading whitespace or goes on inside a word.

    A word cut in two is glued when the whole word stands elsewhere in either text, when what follows is a mere ending or
    cannot begin a word, or when the first half is neither a common English word nor one that `before` uses elsewhere.
    """
    if not before.strip() or not after.strip():
        return before if before.strip() else after
    strict = STRICT if after[0].isspace() else 1
    overlap = _overlap(before, after, strict)
    if overlap:
        return before.rstrip() + after[overlap:]
    start = _restart(before, after, strict)
    if start is not None:
        return before[:start] + after.lstrip()
    if after[0].isspace():
        kept = before.rstrip(" \t") if after.lstrip(" \t")[0] == "\n" else before
        return re.sub(r"\n{3,}(?=\S*\Z)", "\n\n", kept + after[: _leading(after)]) + after[_leading(after) :]
    return before + _between(before, after) + after if not _opens_paragraph(before, after) else _stacked(before, after)


def going_on(before: str, after: str) -> str:
    """What of `after` stands behind `before`, of which nothing changes and which ends with a whole word.

    What `after` repeats of it is left out; of an unfinished sentence that it words anew, what comes after the words of it.
    """
    if not before.strip() or not after.strip():
        return after
    joined = join(before, after)
    if joined.startswith(before):
        rest = joined[len(before) :]
    else:
        start = _restart(before, after, STRICT if after[0].isspace() else 1)
        rest = after.lstrip() if start is None else _after_restart(before[start:], after.lstrip())
    halves = rest and _in_word(before[-1]) and _in_word(rest[0])
    return f" {rest}" if halves else rest


def _after_restart(fragment: str, after: str) -> str:
    """What follows the last word that `after` shares, in order, with the sentence that it begins again."""
    old = [w.casefold() for w in words_of(fragment)[-LONGEST_SENTENCE:]]
    new = [w.casefold() for w in words_of(after[: 3 * len(fragment)])[: len(old) + 4]]
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    shared = max((block.b + block.size for block in blocks if block.size), default=0)
    _, ends = word_spans(after[: 3 * len(fragment)])
    return after[int(ends[shared - 1]) :] if shared else after


def _leading(text: str) -> int:
    return len(text) - len(text.lstrip())


def _squeezed(text: str) -> tuple[str, list[int]]:
    """The text with each run of whitespace as one space, and the index of each of its characters in the text."""
    places = [i for i, char in enumerate(text) if not char.isspace() or (i and not text[i - 1].isspace())]
    return "".join(" " if text[i].isspace() else text[i] for i in places), places


def _overlap(before: str, after: str, strict: int) -> int:
    """Characters of `after` that repeat the end of `before`, 0 if too few."""
    old, _ = _squeezed(before.rstrip()[-WINDOW:])
    first = _leading(after)
    new, places = _squeezed(after[first : first + WINDOW].rstrip())
    for length in range(min(len(old), len(new)), 0, -1):
        if not old.endswith(new[:length]):
            continue
        start = len(old) - length
        whole = start == 0 or not (_in_word(old[start - 1]) and _in_word(old[start]))
        if whole and _enough(new[:length], strict):
            return first + places[length - 1] + 1
    return 0


def _in_word(char: str) -> bool:
    return (char.isalnum() or char == "_") and not is_cjk(char)


def _enough(text: str, strict: int) -> bool:
    cjk = sum(map(is_cjk, text))
    if 2 * cjk > len(text):
        return cjk >= LEAST_CJK * strict
    return len(text) >= LEAST_CHARS * strict or count_words(text) >= LEAST_WORDS * strict


def _restart(before: str, after: str, strict: int) -> int | None:
    """Where the unfinished sentence begins that `after` repeats from its beginning; None if it does not."""
    end = last_sentence_end(before)
    fragment = before[end:].strip()
    if not fragment or (len(fragment) == 1 and _OTHER_HALF.match(after)):
        return None
    start = end + _leading(before[end:])
    squeezed = " ".join(fragment.split())
    new, _ = _squeezed(after.lstrip()[: len(fragment) + WINDOW])
    if new.startswith(squeezed):
        return start if strict == 1 or _enough(squeezed, strict) else None
    if after.lstrip()[0].islower():
        return None
    old_words = words_of(fragment)
    cut = _in_word(before[-1]) and len(old_words) > 1
    old_words = old_words[:-1] if cut else old_words
    least = LEAST_CJK + 2 if sum(map(is_cjk, fragment)) * 2 > len(fragment) else LEAST_WORDS + 2
    new_words = words_of(new[: 3 * len(fragment)])[: len(old_words) + 4]
    if not least * strict <= len(old_words) <= LONGEST_SENTENCE:
        return None
    matcher = SequenceMatcher(
        None, [w.casefold() for w in old_words], [w.casefold() for w in new_words], autojunk=False
    )
    shared = sum(block.size for block in matcher.get_matching_blocks())
    return start if shared >= SHARED * len(old_words) else None


def _opens_paragraph(before: str, after: str) -> bool:
    """Whether `after` begins something new: a heading or list, or a new sentence after a complete one."""
    if before[-1] == "\n" and not ends_complete(before):
        return bool(_BLOCK.match(after))
    if _split_mark(before, after):
        return False
    if _BLOCK.match(after) and not before[-1].isdigit():
        return True
    if not ends_complete(before) or after[0] in _CLOSING:
        return False
    first = re.search(r"\w", after)
    return first is not None and not first[0].islower()


def _stacked(before: str, after: str) -> str:
    """Both with a blank line between; rows of one list or table stand on neighbouring lines."""
    last = before.rstrip().rpartition("\n")[2]
    rows = _ROW.match(last) and _ROW.match(after)
    return before.rstrip() + ("\n" if rows else "\n\n") + after


_CLOSING = frozenset(".,;:!?)]}”’»%…，。、；：！？）】」』》〉")
_OPENING = frozenset("([{“‘«（【「『《〈-—–/\\@#$€£")


def _split_mark(before: str, after: str) -> bool:
    """Whether a number (3.|5), abbreviation (U.|S.), contraction (don|'t), compound or mark (#|#) was cut in two."""
    if before[-1] in ".,":
        initials = re.search(r"\b[A-Za-z]\.$", before) and re.match(r"[A-Za-z]\.", after)
        return bool(initials) or (before[-2:-1].isdigit() and after[0].isdigit())
    if before[-1] == after[0] and before[-1] in "#*_`|~=":
        return True
    if before[-1].isalpha() and re.match(r"['’](?:s|t|d|m|re|ve|ll)\b|n['’]t\b|-\w", after):
        return True
    run = _FIRST_RUN.match(after)
    return before[-1] in "'’" and before[-2:-1].isalpha() and run is not None and run[0].lower() in _CONTRACTIONS


def _between(before: str, after: str) -> str:
    """A space or nothing, for `after` that goes on inside a sentence."""
    last, first = before[-1], after[0]
    if last.isspace() or first in _CLOSING or last in _OPENING or is_cjk(last) or is_cjk(first):
        return ""
    if not last.isalnum() and not last.isascii() and last not in "”’»…":
        return ""
    if last in '"*_`' and before.rpartition("\n")[2].count(last) % 2:
        return ""
    if first in "\"*_`'" and before.rpartition("\n")[2].count(first) % 2:
        return ""
    if _split_mark(before, after) or (last.isdigit() and first.isdigit()):
        return ""
    if last.isalpha() and first.isalpha():
        return "" if _one_word(before, after) else " "
    return " "


def _one_word(before: str, after: str) -> bool:
    """Whether the letters on both sides of the joint are one word."""
    left, right = _LAST_RUN.search(before[-200:]), _FIRST_RUN.match(after)
    if not left or not right:
        return False
    half, rest = left[0], right[0]
    elsewhere = {word.casefold() for word in words_of(before[: len(before) - len(half)])}
    later = {word.casefold() for word in words_of(after[len(rest) :])}
    if (half + rest).casefold() in elsewhere | later:
        return True
    if rest[0].isupper():
        return half.isupper() and rest.isupper() and half != "I" and half != "A"
    if rest.isascii() and (_SUFFIXES.fullmatch(rest) or not _BEGINS_WORD.match(rest)):
        return True
    return half.casefold() not in elsewhere and not _COMMON.fullmatch(half)


_FENCE = re.compile(
    r"\A\s*(`{3,}|~{3,})[ \t]*(?:markdown|md|text|txt|plaintext)?[ \t]*\n(.*?)\n?\1[ \t]*\Z", re.S | re.I
)
_CONTINUED = (
    r"[\[(（【*_]+\s*(?:to\s+be\s+continued|continued(?:\s+(?:from|in)\s[^\])）】*_\n]{0,40})?|continu(?:ing|ation)"
    r"|(?:本[节章段]|全文)?(?:未完待续|待续|续上文?|接上文|续))\s*[.…。]*\s*[\])）】*_]+"
)
_CONTINUED_FIRST = re.compile(rf"\A\s*{_CONTINUED}[ \t]*\n*", re.I)
_CONTINUED_LAST = re.compile(rf"\s*{_CONTINUED}\s*\Z|\s*(?:to be continued|未完待续)[.…。]*\s*\Z", re.I)
_MARKER = (
    r"(?:(?:paragraph|section|段落)\s*#?\s*(?:\d{1,4}|[一二三四五六七八九十百]{1,5})(?![\w.]*\d)"
    r"|第\s*(?:\d{1,4}|[一二三四五六七八九十百]{1,5})\s*(?:自然段|段落|段|部分))"
)
_HEADING_MARKER = re.compile(
    rf"\A\s*(#{{1,6}}[ \t]*)(?:\*\*)?{_MARKER}(?:[ \t]*[:：.、，|–—-]+)?[ \t]*(?P<title>[^\n]*)", re.I
)
_BOLD_MARKER = re.compile(rf"\A\s*(?:\*\*|__){_MARKER}[^\n*_]*(?:\*\*|__)[ \t]*[:：–—-]*\s*", re.I)
_ECHO = re.compile(
    rf"\A\s*{_MARKER}[^\n]*?(?:main point|word count|要点|主要内容|字数)\**\s*[:：][^\n]*(?:\n+|\Z)", re.I
)
_PLAIN_MARKER = re.compile(rf"\A\s*{_MARKER}[ \t]*(?:[:：]\s*|[–—-]+\s+|\.\s+|、\s*|\n+|\Z)", re.I)


def strip_markers(text: str) -> str:
    """The text without a fence around it all, continuation notes at its ends, and numbering markers before it.

    "Paragraph 3:", "第3段：", a bold "Section 2 - Title" and a repeated plan line go; of a heading "## Section 2: Title"
    the title stays. Chapters and parts are a book's own words and stay. Other whitespace at the ends stays.
    """
    if fence := _FENCE.match(text):
        text = fence[2]
    text = _CONTINUED_FIRST.sub("", text)
    end = max(0, len(text) - NOTE_CHARACTERS)
    text = text[:end] + _CONTINUED_LAST.sub("", text[end:])
    if match := _HEADING_MARKER.match(text):
        title = re.sub(r"\*\*$", "", match["title"].strip()).strip()
        return f"{match[1].rstrip()} {title}{text[match.end() :]}" if title else text[match.end() :].lstrip("\n")
    for pattern in (_ECHO, _BOLD_MARKER, _PLAIN_MARKER):
        if match := pattern.match(text):
            return text[match.end() :]
    return text
