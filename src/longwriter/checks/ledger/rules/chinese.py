"""What Chinese sentences say of people and things: looks, ages, kin, deaths, counts and dates, and who does something."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from longwriter.checks.along.names import SURNAMES
from longwriter.checks.ledger.numbers import CHINESE_NUMBER, chinese_number
from longwriter.checks.ledger.rules.claims import Claim, SectionSource
from longwriter.checks.ledger.rules.dates import CHINESE_DATE, days_of

_HAN = "[\u4e00-\u9fff]"
_AFTER_NAME = "[的有那抬睁眨长把用甩一留是今已才刚也，迎死去不早还终便就却突当被在牺病身离过遇咽断出生满现生着只正]"
_NAME = rf"(?P<name>(?<!{_HAN})(?:[{SURNAMES}]{_HAN}{{1,2}}?(?={_AFTER_NAME})|{_HAN}{{2,5}}·{_HAN}{{2,5}}?))"
_OTHER = rf"(?P<other>[{SURNAMES}]{_HAN}{{1,2}}|{_HAN}{{2,5}}·{_HAN}{{2,5}}?)"
_WHO = rf"(?:{_NAME}|(?P<pronoun>[他她]|自己))"
_COLOUR = "(?P<colour>蓝|灰|棕|褐|黑|绿|碧|紫|琥珀|金|红|乌)"
_PART = "(?P<part>眼睛|眼眸|双眼|眸子|瞳孔|双眸|眼珠|头发|长发|短发|卷发|发丝|秀发)"
_NEAR = "[^，。！？；\n]"
_LOOKS = [
    re.compile(rf"{_WHO}的?{_NEAR}{{0,8}}?{_COLOUR}{_NEAR}{{0,5}}?{_PART}"),
    re.compile(rf"{_WHO}的?{_NEAR}{{0,6}}?{_PART}(?:是|呈|泛着|依旧是|仍是|还是|，){_NEAR}{{0,4}}?{_COLOUR}"),
]
_LOOKS_OF_ONE = [
    re.compile(rf"(?:双|头|的|着|了){_COLOUR}色?的?{_NEAR}{{0,3}}?{_PART}"),
    re.compile(rf"{_PART}{_NEAR}{{0,2}}?(?:是|呈){_NEAR}{{0,6}}?{_COLOUR}色"),
]
_AGE_OF_ONE = [
    re.compile(rf"(?P<age>{CHINESE_NUMBER})岁(?!那年|时|的时候|之前|以前|起|开始|左右|上下|就|的孩子|的小)"),
]
"""Of the only one whom a sentence names."""
_NOBODY_NAMED = re.compile("[他她那这一]")
_SOMEBODY = re.compile(
    rf"(?<!{_HAN})[{SURNAMES}]{_HAN}{{1,2}}(?=的|是|今年|已|也|才|刚|有|说|，)|孩子|老人|男人|女人|姑娘|小伙|少年|人家|有人|别人|我|你"
)
"""Somebody else whom a sentence may be about."""
_OLDEST = 120
_NO_LOOKS = re.compile("不|没|染|像|如|似|红着|红了|黑暗|红肿|通红|金钱|黑夜|的人|别人")
_AGES = [
    re.compile(
        rf"{_WHO}(?:，)?(?:今年|已经|已|才|刚刚|刚|刚满|刚过|当时|现在|如今|只有|正好|年方|年仅|不过|是个|也就|这一年"
        rf"|那时)*(?P<age>{CHINESE_NUMBER})岁(?!那年"
        rf"|时|的时候|之前|以前|生日那|起|开始|左右|上下)"
    ),
    re.compile(
        rf"(?P<age>{CHINESE_NUMBER})岁的(?P<name>[{SURNAMES}]{_HAN}{{1,2}}?)(?=[说道问笑走站坐看点摇"
        rf"拿推转喊叫答端抬把在正已独第是没从低])"
    ),
    re.compile(
        rf"{_WHO}(?:刚|才|已经|刚刚)?(?:过完|过了|迎来了?|庆祝了?)?(?:自己的)?(?P<age>{CHINESE_NUMBER})岁(?:的)?生日"
    ),
]
_KIN_WORDS = {
    "哥哥": "brother",
    "弟弟": "brother",
    "大哥": "brother",
    "姐姐": "sister",
    "妹妹": "sister",
    "父亲": "father",
    "爸爸": "father",
    "母亲": "mother",
    "妈妈": "mother",
    "儿子": "son",
    "女儿": "daughter",
    "叔叔": "uncle",
    "舅舅": "uncle",
    "伯父": "uncle",
    "姑姑": "aunt",
    "姨妈": "aunt",
    "姑妈": "aunt",
    "阿姨": "aunt",
    "表哥": "cousin",
    "表弟": "cousin",
    "表姐": "cousin",
    "表妹": "cousin",
    "堂哥": "cousin",
    "堂弟": "cousin",
    "堂姐": "cousin",
    "堂妹": "cousin",
    "侄子": "nephew",
    "外甥": "nephew",
    "侄女": "niece",
    "外甥女": "niece",
    "丈夫": "husband",
    "妻子": "wife",
    "爷爷": "grandfather",
    "祖父": "grandfather",
    "外公": "grandfather",
    "奶奶": "grandmother",
    "祖母": "grandmother",
    "外婆": "grandmother",
    "孙子": "grandson",
    "孙女": "granddaughter",
}
_KIN = "(?P<kin>" + "|".join(sorted(_KIN_WORDS, key=len, reverse=True)) + ")"
_STOP = (
    "(?=[，。！？；：、“”（）\n]|说|道|问|笑|走|站|坐|看|在|正|已|也|就|从|来|和|给|把|是|的|都|还|又|住"
    "|每|最|一|没|不|很|刚|终|$)"
)
_NAMED = rf"(?P<other>[{SURNAMES}]{_HAN}{{1,2}}?){_STOP}"
_RELATED = [
    re.compile(
        rf"(?P<other>(?<!{_HAN})[{SURNAMES}]{_HAN}{{1,2}}?)(?:是|就是|正是"
        rf"|，)(?P<name>[{SURNAMES}]{_HAN}{{1,2}}?)的(?:亲|大"
        rf"|小|二|三)?{_KIN}(?!的)"
    ),
    re.compile(rf"{_WHO}的(?:亲|大|小|二|三)?{_KIN}(?:名叫|叫做|叫|是|就是|，)?{_NAMED}"),
    re.compile(rf"{_WHO}(?:还|只)?有(?:一)?(?:个|位)?{_KIN}，?(?:名叫|叫做|叫|名字叫){_NAMED}"),
]
_DIED = [
    re.compile(
        rf"{_NAME}(?:已经|早已|早就|还是|终于|就这样|便|就|却|突然|当场"
        rf"|不幸)*(?:在{_NEAR}{{1,12}}?)?(?:死了|死去|去世|牺牲|病逝|身亡|离世|过世|遇难|咽了气|断了气"
        rf"|死于{_NEAR}{{1,8}}|离开了人世|被杀|遇害)"
    ),
    re.compile(rf"{_NAME}的(?:葬礼|坟墓|坟前|坟|墓碑|墓前|遗体|尸体|骨灰|灵堂)"),
    re.compile(rf"(?:安葬|埋葬|掩埋|埋)了(?P<name>[{SURNAMES}]{_HAN}{{1,2}}?){_STOP}"),
]
_NEXT = re.compile(r"[。！？；\n]")
_NOT_SURELY = re.compile(
    "如果|要是|假如|以为|可能|也许|或许|大概|据说|听说|传说|难道|吗|？|差点|几乎|仿佛|好像|梦|不|没|会"
    "|快要|险些|说|想|倘若|怕|之前|以前|前"
)
_ACTS = re.compile(
    rf"(?:{_HAN}{{1,4}}地)?(?:又|便|就|也|却|忽然|突然|只是|慢慢|轻轻|终于|立刻|正|微微|一边|冷冷"
    rf"|默默)*(?:说|道|问|笑|走|站|坐|看了|看着|点点头|点了|摇摇|摇了|拿|推"
    rf"|转身|喊|叫道|答|端|抬|握|接|喝|递|伸|放下|打开|关上|耸|望|回答|掏|拍|皱)"
)
_UNREAL = re.compile("梦|回忆|想起|记得|记忆|曾|当年|生前|从前|照片|鬼|幻|仿佛|如果|遗像|日记|那时|以前|当初|过去")
_PLACE = (
    rf"(?:整座|整个|这座|那座|这家|那家|在|到|从)?(?P<place>{_HAN}{{2,4}}?(?:旅馆|客栈|饭店|酒店|城堡|塔楼|学校|医院|教堂|庄园|大厦|图书馆|剧院|公寓"
    rf"|书院|山庄|钟楼|车站|老宅))"
)
_COUNTED = (
    rf"(?P<number>{CHINESE_NUMBER})(?P<class>[间扇座层个口棵把条张名位道级盏只处台])(?:{_HAN}{{0,3}}的)?(?P<no"
    rf"un>{_HAN}{{1,2}})"
)
_COUNTS = [re.compile(rf"{_PLACE}(?:里|内|中|上)?{_NEAR}{{0,8}}?(?:有|的|共|着|那){_NEAR}{{0,4}}?{_COUNTED}")]
_EVENTS = [
    re.compile(rf"{_NAME}(?P<event>出生|生)(?:于|在){CHINESE_DATE}"),
    re.compile(
        rf"(?P<event>婚礼|审判|葬礼|典礼|大火|考试|比赛|会议|选举|拍卖会|舞会|演出)(?:定在|就定在|就安排在|安排在|于|在|是在"
        rf"|就在|发生在|发生于"
        rf"|举行于){_NEAR}{{0,2}}?{CHINESE_DATE}"
    ),
    re.compile(
        rf"{CHINESE_DATE}，?{_NEAR}{{0,6}}?(?:举行|举办|发生|召开)了?(?:那场|这场)?(?P<event>婚礼|审判"
        rf"|葬礼|典礼|大火|考试|比赛|会议|选举|拍卖会|舞会|演出)"
    ),
    re.compile(
        rf"{CHINESE_DATE}，?(?P<event>婚礼|审判|葬礼|典礼|考试|比赛|会议|选举|舞会|演出){_NEAR}{{0,6}}?(?:举行|开始|召开)"
    ),
]


def chinese_claims(source: SectionSource) -> Iterator[Claim]:
    """Looks, ages, kin, deaths, counts and dates."""
    yield from _people(source)
    yield from _deaths(source)
    yield from _things(source)


def _found(source: SectionSource, patterns: Iterable[re.Pattern[str]]) -> Iterator[tuple[re.Match[str], str]]:
    """What patterns find, with whom it is said of."""
    for pattern in patterns:
        for match in pattern.finditer(source.passages.text):
            if subject := _subject(source, match):
                yield match, subject


def _of_one(source: SectionSource, patterns: Iterable[re.Pattern[str]]) -> Iterator[tuple[re.Match[str], str]]:
    """What a pattern finds in sentences that name one person, or none and follow one that does."""
    for match in chain.from_iterable(pattern.finditer(source.passages.text) for pattern in patterns):
        sentence = source.passages.sentence(source.passages.at(match.start()))
        subject = source.only(source.passages.at(match.start()))
        if not subject and _NOBODY_NAMED.match(sentence):
            subject = source.meant(match.start(), "")
        if subject and not _SOMEBODY.search(sentence.replace(subject, "")):
            yield match, subject


def _people(source: SectionSource) -> Iterator[Claim]:
    for match, subject in chain(_found(source, _LOOKS), _of_one(source, _LOOKS_OF_ONE)):
        if not _NO_LOOKS.search(match[0]):
            yield Claim(subject, "hair" if "发" in match["part"] else "eyes", match["colour"], *match.span())
    for match, subject in chain(_found(source, _AGES), _of_one(source, _AGE_OF_ONE)):
        age = chinese_number(match["age"])
        if age and age < _OLDEST:
            yield Claim(subject, "age", str(age), *match.span())
    for match, subject in _found(source, _RELATED):
        if subject != match["other"]:
            yield Claim(subject, f"kin:{_KIN_WORDS[match['kin']]}", match["other"], *match.span())


def _things(source: SectionSource) -> Iterator[Claim]:
    for match, subject in _found(source, _COUNTS):
        number = chinese_number(match["number"])
        if number and number > 1:
            yield Claim(subject, f"number:{match['noun']}", str(number), *match.span())
    for match, subject in _found(source, _EVENTS):
        day = next(days_of(match[0], "zh"), None)
        if day:
            event = "born" if "生" in match["event"] else match["event"]
            yield Claim(subject, f"date:{event}", day.value, *match.span())


def chinese_acts(source: SectionSource) -> Iterator[Claim]:
    """Who does something in the narration."""
    text = source.passages.text
    for mention in source.mentions:
        does = _ACTS.match(text, mention.end)
        if does and not source.passages.spoken(mention.start, mention.end):
            number = source.passages.at(mention.start)
            before = source.passages.sentence(number - 1) if number else ""
            if not _UNREAL.search(source.passages.sentence(number)) and not _UNREAL.search(before):
                yield Claim(mention.name, "acts", "", mention.start, does.end())


def _subject(source: SectionSource, match: re.Match[str]) -> str | None:
    groups = match.groupdict()
    if groups.get("name"):
        known = source.mention(match.start("name"), match.start("name") + 1)
        return known.name if known else match["name"]
    if thing := groups.get("place") or (groups.get("event") if "name" not in groups else None):
        return f"the {thing}"
    return source.meant(match.start("pronoun"), match["pronoun"]) if groups.get("pronoun") else None


def _deaths(source: SectionSource) -> Iterator[Claim]:
    text = source.passages.text
    for pattern in _DIED:
        for match in pattern.finditer(text):
            begin = max(text.rfind(mark, 0, match.start()) for mark in "，。！？；\n") + 1
            clause = text[begin : match.start()] + text[match.end() : _clause_end(text, match.end())]
            if not source.passages.spoken(*match.span()) and not _NOT_SURELY.search(clause):
                yield Claim(_subject(source, match) or match["name"], "dead", "dead", *match.span())


def _clause_end(text: str, start: int) -> int:
    """Index behind the mark that ends the sentence of a place."""
    mark = _NEXT.search(text, start)
    return mark.end() if mark else len(text)
