"""The attacks on Chinese texts. Words are cut by jieba (MIT licence): pip install jieba."""

import importlib
import logging
import random
import re
import sys
from collections.abc import Callable
from functools import cache

from attacks import ATTACKS, Attack, Host, Language, sentences_of

from longwriter.checks.repetition.overlap import FUNCTION_CHARACTERS
from longwriter.text import words_of

FILLER = (
    "值得注意的是，{0}在其中起着至关重要的作用。",
    "此外，{0}与{1}的重要意义怎么强调都不为过。",
    "随着我们对{0}的深入探讨，新的内涵不断展现在眼前。",
    "总而言之，{0}始终见证着{1}的持久力量。",
    "不仅如此，{0}如何塑造我们对{1}的理解，同样值得深思。",
    "{0}宛如一幅绚丽多彩的画卷，邀请我们一同思考未来的旅程。",
    "归根结底，{0}提醒我们，每一次挑战同时也是一次机遇。",
    "另一方面，{0}必须与{1}一起审慎地加以权衡。",
)
SWAPS = {
    "的": "之", "了": "过", "是": "乃", "在": "于", "和": "与", "与": "和", "也": "亦", "就": "便", "都": "全", "这": "此",
    "那": "该", "他": "那人", "她": "那人", "它": "此物", "我": "咱", "你": "您", "我们": "咱们", "他们": "那些人", "不": "没",
    "有": "具", "但": "可是", "因为": "由于", "所以": "因此", "如果": "倘若", "可以": "能够", "把": "将", "被": "遭",
    "说": "道", "到": "至", "从": "自", "一个": "某个", "這": "此", "與": "和", "為": "替", "個": "位", "說": "道", "從": "自",
    "來": "至",
}  # fmt: skip


@cache
def _cut() -> Callable[[str], list[str]]:
    try:
        jieba = importlib.import_module("jieba")
    except ModuleNotFoundError:
        sys.exit("jieba, which cuts Chinese into words, is not installed: pip install jieba")
    jieba.setLogLevel(logging.WARNING)
    cut: Callable[[str], list[str]] = jieba.lcut
    return cut


def _words(text: str) -> list[str]:
    return [word for word in _cut()(text) if re.search(r"\w", word)]


def _is_function(word: str) -> bool:
    return FUNCTION_CHARACTERS.issuperset(word)


def _inflected(word: str, rng: random.Random) -> str:
    return word + rng.choice("了着过的地")


CHINESE = Language(
    words=_words,
    is_function=_is_function,
    letters=1,
    inflected=_inflected,
    swaps=SWAPS,
    filler=FILLER,
    clause_end=re.compile("[，；：,;:]"),
    comma="，",
    blank="",
    stop="。",
)


def _shuffled_inside_clauses(host: Host, cut: Callable[[str], list[str]]) -> str:
    again = []
    for sentence in sentences_of(host.text):
        clauses = [cut(clause) for clause in CHINESE.clause_end.split(sentence)]
        shuffled = ["".join(host.rng.sample(pieces, len(pieces))) for pieces in clauses]
        again.append("，".join(filter(None, shuffled)) + "。")
    return host.text + "\n\n" + "".join(again)


def shuffled_words_of_clauses(host: Host) -> str:
    """Each clause once more with its words in another order."""
    return _shuffled_inside_clauses(host, _words)


def shuffled_characters_of_clauses(host: Host) -> str:
    """Each clause once more with its characters in another order: hardly a word is left."""
    return _shuffled_inside_clauses(host, words_of)


ATTACKS_ZH: dict[str, Attack] = ATTACKS | {
    "words shuffled inside clauses": shuffled_words_of_clauses,
    "characters shuffled inside clauses": shuffled_characters_of_clauses,
}
