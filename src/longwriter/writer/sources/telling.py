"""Statements of sources that can stand in another text as they are: whole sentences that need nothing around them. Pure.

A sentence is left out where rules see that it leans on its neighbours ("This ...", "However, ..."), speaks to somebody ("we",
"you"), asks or orders, points somewhere ("below", an address), or is none: headings, lists, menus.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from longwriter.checks.citations.fence import harmless
from longwriter.checks.citations.records import SourceChunk
from longwriter.checks.citations.sources import SourceSet
from longwriter.checks.citations.stems import stems
from longwriter.text import count_words, is_cjk, sentence_ends

ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|instructions?|prompt|assistant|system|you (?:must|should|are|will)|your|do not|write|output"
    r"|reply|respond|answer|print|say|repeat)\b|https?:|指令|忽略|忽视|你必须|请你|提示词|输出|回答|回复",
    re.IGNORECASE,
)
"""A short prompt has no fence: sentences that speak to their reader are not shown in it."""
LEAST, MOST = 10, 30
"""Words of a statement; of Chinese, half as many again and twice as many, as each character counts."""
LEAST_CHARACTERS = 16
"""Of a statement in any script."""
NAMES = 0.7
"""Share of words with a capital from which on a line is a heading."""
EARLY, EARLY_GAIN = 0.25, 1.15
"""Part of a source that tells what it is about, and what its sentences gain by that."""
POINTS = 0.9
"""What a sentence keeps that begins with "The": of what, may have stood before it."""
_BLOCK = re.compile(r"\n[ \t]*\n")
_NO_PROSE = re.compile(r"[ \t]*(?:[#|>•‣*+–—-]|\d{1,3}[.)][ \t]|\(?[A-Za-z][)][ \t])")
_SIGNS = re.compile(r"[*_`#<>\[\]{}|\\\"“”«»「」『』?!？！:：;；…@/=]|\.\.|\bwww\b|https?|--|[a-z]{3}\. [a-z]")
_LEANING = re.compile(
    r"(?:it|its|it's|this|that|that's|these|those|they|their|theirs|them|he|she|his|her|him|there|here|such|both|another"
    r"|others?|each|either|neither|some|many|most|all|one|two|three|none|who|what|what's|when|where|why|how|which|whether"
    r"|but|and|so|or|yet|nor|plus|also|then|however|therefore|thus|hence|instead|moreover|furthermore|additionally|besides"
    r"|meanwhile|still|finally|first|firstly|second|secondly|third|next|lastly|similarly|likewise|otherwise|again|rather"
    r"|nevertheless|nonetheless|consequently|accordingly|unfortunately|fortunately|luckily|clearly|obviously|indeed"
    r"|overall|ultimately|eventually|later|earlier|today|now|recently|previously|currently|yes|no|not|even|let|let's|please"
    r"|just|of course|if not"
    r"|for (?:example|instance|more|that|the same)|in (?:addition|fact|short|turn|other words|particular|general|contrast"
    r"|conclusion|summary|any|both|each|that case|the meantime|the end)"
    r"|as (?:a result|such|mentioned|noted|well|you|we)"
    r"|at the (?:same time|time|moment|end)|on the (?:other|one|contrary)|after (?:that|all|[a-z]+,)"
    r"|to (?:do|learn|find|be sure|see|[a-z]+ why)"
    r"|by doing|with that|among other|above all|more|check|click|read|see|visit|learn|note|remember|consider|make sure"
    r"|try|use|get|join|contact|sign up|subscribe|share|follow|download|watch|stay|imagine|think)\b",
    re.IGNORECASE,
)
SPEAKING = re.compile(
    r"\b(?:[Ww]e|[Oo]urs?|[Oo]urselves|[Yy]ou|[Yy]ours?|[Yy]ourself|I|me|[Mm]y|mine|[Ll]et's|us|Us)\b"
)
_POINTING = re.compile(
    r"\b(?:this|these|above|below|following|hereby|herein|aforementioned|latter|former|figure \d|table \d|fig\.|section \d"
    r"|last (?:week|month|year)|next (?:week|month|year)|the past|yesterday|tomorrow|tonight|ago)\b",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|do|does|did|can|could|will|would|may|might|must|should|shall"
    r"|[a-z]{3,}(?:ed|es|s)|began|came|gave|got|grew|held|kept|knew|led|left|lost|made|met|put|ran|said|saw|sent|set|took"
    r"|went|won|wrote|became|built|found|paid|fell|rose|drew|flew|threw|spoke|told|sold|stood|felt|spent|meant|chose|drove|fed"
    r"|sat|[a-z]*[oa]ught)\b"
)
_ZH_LEANING = re.compile(
    r"(?:这|這|那|它|他|她|其|此|该|該|我|你|您|咱|但|而|且|所以|然而|因此|另外|首先|其次|最后|最後|同时|同時|例如|比如|于是|於是|并且|並且|请|請|让|讓)"
)
_ZH_SPEAKING = re.compile(r"我|你|您|咱|本文|上文|下文|如下|以下|以上|如图|如圖|见表|見表")
_ZH_VERB = re.compile(r"[是有在了为為将將被可能会會使用由到於于]")


class Telling(NamedTuple):
    """A statement of a source."""

    text: str
    """As it stands there, on one line."""
    chunk: str
    """The id of the chunk that it stands in."""
    source: int
    """Number of its source."""
    worth: float
    """How much of what its source is about it says: to be compared within one source."""
    stems: frozenset[str]


def title_of(sources: SourceSet, number: int) -> str:
    """The title of a source on one line, without what a model would take for its template."""
    return " ".join(harmless(next((c.title for c in sources.chunks if c.source == number), "")).split())


@lru_cache(maxsize=4)
def tellings(sources: SourceSet) -> dict[int, tuple[Telling, ...]]:
    """The statements of each source by its number, the one that tells most first; () for a source without any."""
    out: dict[int, list[SourceChunk]] = {}
    for chunk in sources.chunks:
        out.setdefault(chunk.source, []).append(chunk)
    return {number: tuple(_ranked(chunks, sources)) for number, chunks in out.items()}


def _ranked(chunks: Sequence[SourceChunk], sources: SourceSet) -> list[Telling]:
    counts = Counter(name for chunk in chunks for name in stems(f"{chunk.title}\n{chunk.text}"))
    found = [(chunk, text) for chunk in chunks for text in standing(chunk.text)]
    out = dict[str, Telling]()
    for number, (chunk, text) in enumerate(found):
        names = frozenset(stems(text))
        if not names or text in out:
            continue
        worth = sum(math.log(1 + counts[name]) * sources.weights.weight(name) for name in names if counts[name] > 1)
        worth /= math.sqrt(len(names))
        worth *= EARLY_GAIN if number <= EARLY * len(found) else 1.0
        worth *= POINTS if text.startswith("The ") else 1.0
        out[text] = Telling(text, chunk.id, chunk.source, worth, names)
    return sorted(out.values(), key=lambda telling: -telling.worth)


def standing(text: str) -> Iterator[str]:
    """The sentences of a chunk that need nothing around them, in order."""
    for block in _BLOCK.split(text):
        if any(_NO_PROSE.match(line) for line in block.splitlines()) or harmless(block) != block:
            continue
        prose, start = " ".join(block.split()), 0
        for end in sentence_ends(prose):
            sentence = prose[start:end].strip()
            start = end
            if stands_alone(sentence):
                yield sentence


def stands_alone(sentence: str) -> bool:
    """Whether a sentence is a statement that needs nothing around it, as far as rules see."""
    if (
        len(sentence) < LEAST_CHARACTERS
        or _SIGNS.search(sentence)
        or ORDERS.search(sentence)
        or sentence.count("(") != sentence.count(")")
    ):
        return False
    words = count_words(sentence)
    if sum(map(is_cjk, sentence)) > words / 2:
        fits = 1.5 * LEAST <= words <= 2 * MOST and sentence.endswith("。") and _ZH_VERB.search(sentence)
        return bool(fits) and not _ZH_LEANING.match(sentence) and not _ZH_SPEAKING.search(sentence)
    if not LEAST <= words <= MOST or not sentence.endswith(".") or not (sentence[0].isupper() or sentence[0].isdigit()):
        return False
    capitals = sum(word[:1].isupper() for word in sentence.split())
    if capitals > NAMES * len(sentence.split()) or not _VERB.search(sentence):
        return False
    return not (_LEANING.match(sentence) or SPEAKING.search(sentence) or _POINTING.search(sentence))
