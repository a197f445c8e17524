"""What the words around an amount say of it: that it is a bound, or that it is told or given and so not asked for."""

import re
from typing import Literal

Bound = Literal["about", "least", "most"]

_TAIL = r"(?:[\s:：]|about|approximately|around|roughly|a|an|the|total|length|word|count|of|is|为|有|在|要|写|到|大?约){0,12}$"
_FILLING = (
    r"(?:\s+(?:to|be|being|have|contain|include|use|using|write|writing|make|making|let|want|need|go|going|get|run|give"
    r"|me|it|its|that|this|the|your|my|any|a|an|answer|text|essay|response|reply|story|article|output|much|even|at|all"
    r"|length|words|total)){0,6}\s+"
)
_COMPARED = re.compile(
    rf"(?P<no>(?:\b(?:no|not|never|cannot|without|avoid|nothing|(?:do|does|should|must|ca|wo)nt)|n['’]t){_FILLING})?"
    r"\b(?:(?P<more>(?:more|longer|greater|larger|higher)\s+than|over|exceed(?:s|ing)?|above|beyond|in\s+excess\s+of"
    rf"|upwards?\s+of)|(?:less|fewer|shorter|smaller|lower)\s+than|under|below){_TAIL}"
    r"|(?P<zno>(?:[不别勿莫]|没有?|无[需须])[得要能可应该宜必会许用]{0,3}以?(?:写|使|让)?(?:字数|篇幅|全文)?)?"
    rf"(?:(?P<zmore>超过|超出|超|多于|大于|高于|长于)|少于|低于|小于|短于){_TAIL}",
    re.I,
)
"""A comparison, which a prohibition before it turns round: "more than", but "don't write more than"."""
_LEAST_BEFORE = re.compile(
    rf"(?:at\s+least|min(?:imum)?\.?(?:\s+of)?|minimum[\s\w]{{0,24}}|至少|最少|起码|下限|上){_TAIL}", re.I
)
_MOST_BEFORE = re.compile(
    r"(?:at\s+most|up\s+to|within|max(?:imum)?\.?(?:\s+of)?|maximum[\s\w]{0,24}"
    r"|limit(?:s|ed|ing)?(?:\s+(?:[\w'’-]+\s+){0,5}?to)?|最多|至多|上限|控制在|(?<![上下])限制?在?)"
    rf"{_TAIL}",
    re.I,
)
_LEAST_AFTER = re.compile(
    r"\s*(?:or\s+(?:more|longer|above)|min(?:imum)?\b|at\s+least|及?以上|起|\+(?!\s?/?\s?-))", re.I
)
_MOST_AFTER = re.compile(
    r"\s*(?:or\s+(?:less|fewer|under)|max(?:imum)?\b|at\s+most|limit|tops\b|及?以[内下]|之?内)", re.I
)
_ROUGHLY_AFTER = re.compile(r"\s*(?:左右|上下)")


def bound_of(before: str, after: str, more: bool) -> Bound:
    """The bound that the words before and after one amount make of it; `more`: it has a plus sign or the like itself."""
    if more or _LEAST_AFTER.match(after):
        return "least"
    if _MOST_AFTER.match(after):
        return "most"
    compared = _COMPARED.search(before)
    if compared:
        least = bool(compared["more"] or compared["zmore"]) != bool(compared["no"] or compared["zno"])
    elif _MOST_BEFORE.search(before):
        least = False
    elif _LEAST_BEFORE.search(before):
        least = True
    else:
        return "about"
    return "least" if least else "about" if _ROUGHLY_AFTER.match(after) else "most"


_LOOSELY = (
    r"(?:\s+(?:about|around|approximately|roughly|nearly|almost|over|only|just|some|at|least|more|than|a|an|the|my))*"
)
_GIVEN = re.compile(
    r"(?:\b(?:this|that|these|those|attached|following|the\s+above|existing|given|original|worth|every)\s+(?:a\s+)?"
    r"|(?:\b(?:his|her|their)|(?<!\bit)(?<!that)(?<!let)['’]s)\s+(?:\w+\s+)?|(?:这|那)[份篇个部本段]?|(?<!应)该|前|每隔?|附件"
    r"|上述|[以上下]面的?|最后|开头|原文)[\s的约是有]{0,3}$"
    r"|(?:\d|words?|pages?|字|页)[\s,，(（]*(?:±|\+\s?/?\s?-|plus\s+or\s+minus|give\s+or\s+take)\s*$",
    re.I,
)
_PLACE = re.compile(r"\b(?:last|first|final|opening|previous)\s+$", re.I)
_HALF_TOLD = r"(?<!you\s)(?:\b(?:have|has|had)\s+|(?<!you)['’](?:ve|d)\s+)(?:already\s+|just\s+|only\s+)?"
_TOLD = re.compile(
    rf"(?:\bwrote|\bvocabulary\s+of|\bhow\s+many\s+words\b[^.!;\n]{{0,40}}?|\b(?:knows?|knew|learn(?:s|ed|t)?|memori[sz]e[sd]?)|{_HALF_TOLD}(?:written|read|drafted|typed|finished|completed|done|produced)"
    r"|\b(?:i|we|he|she|they|you)\s+(?:just\s+|only\s+)?(?:read|drafted|typed|finished|completed|produced)"
    rf"|\balready(?:\s+(?:have|has|had|got|at|wrote|written|read))?){_LOOSELY}\s+$"
    r"|(?:^|[.!?;,\n])\s*(?:the|my|our|his|her|their|this)\s+(?:[\w-]+\s+)?(?:book|novel|manuscript|draft|original|source"
    rf"|thesis|dissertation|document|file|pdf)\s+(?:has|had|is|was|contains|contained|runs\s+to|spans){_LOOSELY}\s+$"
    r"|(?:(?:写|读|看|码|更新|完成)(?:完|好|到)?[了过]|(?:已经?|刚刚?)(?:写|读|看|有|完成|更新|码|达到?|到|是)[完好到]?"
    r"|[现目]前?有|(?:(?:这|那)[份篇个部本]|(?<!应)该|我的|》)[^，。；！？,.;:：\n至不最]{0,8}(?<![要需应须该])有|每[天日晚周](?:阅?读|看))"
    r"(?:大?约|近|将近|接近|差不多|[一总]?共|整整|一?[篇个部本段份]|[\s的]){0,4}$",
    re.I,
)
"""An amount that was written or read, or that a given book has."""
_TOLD_AFTER = re.compile(
    r"\s*(?:(?:written|done|down|in|long)\s+)?(?:already|so\s+far|to\s+date|yesterday|ago|last\s+(?:night|week|month|year))\b"
    r"|[\s-]*(?:rule|challenge|vocabulary)\b|\s+enough\b|\s*了|\s*(?:/|(?:an?|per|each|every)\s)\s*(?:day|night|week|month|year|hour|minute|second|sitting|session|line|sentence)\b",
    re.I,
)
_DEMAND_AFTER = re.compile(r"[\s-]*(?:limit|max|min|requirement|的?(?:要求|限制|上限|下限))", re.I)
_CONTAINER = re.compile(
    r"\b(?:chapter|section|part|scene|act|episode|opening|beginning|ending|introduction|conclusion|abstract|synopsis|outline"
    r"|summary|review|analysis|critique)(?:(?:\s+\S+){0,4}?\s+of|\s+(?:for|from))\s+(?:an?|the|my|our|his|her|their)\s+$",
    re.I,
)
"""What a part, an outline or a review is asked of: "chapter 1 of a"."""
_CONTAINER_AFTER = re.compile(
    r"\s*的?[^，。；！？,.;!?\n的写]{0,6}(?:小说|长篇|书|论文|剧本|故事|文章)(?:的|写)(?:一[个份段篇])?"
    r"(?:第[\d零一二三四五六七八九十百]{1,4}[章节回部幕]|开头|开篇|大纲|提纲|摘要|梗概|简介|目录|书评)"
)
_VAGUE = re.compile(r"\b(?:few|several|many|multiple)[\s-]+$", re.I)
_SCALE_WORD = re.compile(r"(?:hundred|thousand|million|dozen)", re.I)


def is_given(before: str, amount: str, after: str) -> bool:
    """Whether nobody asks for this amount: it is of a text that is given or told of, or names no number ("a few hundred")."""
    if _GIVEN.search(before) or (_VAGUE.search(before) and _SCALE_WORD.match(amount)):
        return True
    if amount.lower().endswith("words") and _PLACE.search(before):
        return True
    if _DEMAND_AFTER.match(after):
        return False
    if _CONTAINER.search(before) and not re.match(r"\s*each\b", after, re.I):
        return True
    return bool(_TOLD.search(before) or _TOLD_AFTER.match(after) or _CONTAINER_AFTER.match(after))
