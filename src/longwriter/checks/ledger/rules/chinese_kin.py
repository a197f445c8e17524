"""What Chinese sentences say of who is whose kin."""

import re
from collections.abc import Iterator
from itertools import chain

from longwriter.checks.along.names import SURNAME
from longwriter.checks.ledger.rules.claims import NAMED, Claim, SectionSource

HAN = "[\u4e00-\u9fff]"
_WORDS = {
    "brother": "哥 弟 哥哥 弟弟 大哥 二哥 三哥 兄长 胞兄 胞弟 兄弟 小弟 堂兄弟",
    "sister": "姐 妹 姐姐 妹妹 大姐 二姐 姊姊 胞姐 胞妹 小妹",
    "father": "父亲 爸爸 爹 爸 爹爹 父 老爸 生父",
    "mother": "母亲 妈妈 娘 妈 娘亲 老妈 生母",
    "son": "儿子 独子 长子 次子 幼子",
    "daughter": "女儿 闺女 独女 长女 次女",
    "uncle": "舅 叔 叔叔 舅舅 伯父 伯伯 叔父 舅父 姑父 姨父 大伯 二叔",
    "aunt": "姑姑 姨 姑 姨娘 姨妈 姑妈 阿姨 姑母 姨母 婶婶 舅妈 伯母 小姨",
    "cousin": "表哥 表弟 表姐 表妹 堂哥 堂弟 堂姐 堂妹 表兄 堂兄",
    "nephew": "侄子 外甥 侄儿",
    "niece": "侄女 外甥女",
    "husband": "丈夫 老公",
    "wife": "妻子 老婆 太太",
    "grandfather": "爷爷 祖父 外公 姥爷",
    "grandmother": "奶奶 祖母 外婆 姥姥",
    "grandson": "孙子 外孙",
    "granddaughter": "孙女 外孙女",
    "brother-in-law": "姐夫 妹夫 大舅子 小舅子 小叔子",
    "sister-in-law": "嫂子 嫂嫂 弟媳 弟妹 小姨子 大姨子 小姑子",
    "father-in-law": "岳父 公公 老丈人",
    "mother-in-law": "岳母 婆婆 丈母娘",
    "son-in-law": "女婿",
    "daughter-in-law": "儿媳 儿媳妇",
    "stepfather": "继父 后爹",
    "stepmother": "继母 后妈 后娘",
    "fosterfather": "养父",
    "fostermother": "养母",
}
KIN_WORDS = {word: kin for kin, words in _WORDS.items() for word in words.split() if word not in ("兄弟", "堂兄弟")}
_KIN = "(?P<kin>(?:" + "|".join(sorted(KIN_WORDS, key=len, reverse=True)) + ")(?![们俩哥弟姐妹爸妈娘叔舅姑姨]))"
_STOP = (
    "(?=[，。！？；：、“”（）()—…\n]|说|道|问|笑|走|站|坐|看|在|正|已|也|就|从|来|和|给|把|是|的|都|还|又|住|竟|身|乃|便|其|原|果|确|恰|毕|名|叫"
    "|每|最|一|没|不|很|刚|终|今|今年|只|跟|与|同|为|将|去|会|要|总|打|拿|喊|管|替|帮|吃|两|一起|曾|早|当|回|到|$)"
)
_NAME_PART = f"(?![的是了着在有和与也就都他她我你这那不一])(?:{HAN})"
_GUESSED = rf"{SURNAME}(?:{_NAME_PART}){{1,2}}?{_STOP}"
_GUESSED = (
    rf"(?:{_GUESSED}|(?:阿|老(?![师人板婆公家是爷太头实])|小(?![心孩时说姐伙声镇路屋店子弟妹]))(?:{_NAME_PART}){_STOP}|"
    rf"(?<=叫)(?:{_NAME_PART}){{2,3}}?{_STOP})"
)
_NAME, _OTHER = rf"(?P<name>{NAMED}|{_GUESSED})", rf"(?P<other>{NAMED}|{_GUESSED})"
_WHO = rf"(?:(?P<name>{NAMED}|{SURNAME}(?:{_NAME_PART}){{1,2}}?(?=[的有管喊叫]))|(?P<pronoun>[他她]|自己))"
_KIND = (
    "(?:唯一的|亲生的?|最小的|远房|同胞|双胞胎|失散多年的"
    "|最[^的，。]{1,3}的|[^的，。]{0,2}[爱亲生一]的|亲|大|小|二|三|老){0,2}"
)
_SURELY = "(?:其实|原来|竟然?|也?就|正|便|乃|才|恰好?|确实|的确|果然|当然|到底|毕竟|一直|从来|可|本来?|原|只|恰恰|都|仍|还|也)"
_IS = rf"(?:，|——|（|：)?(?:，?(?:他|她|这人|此人))?(?:{_SURELY}{{0,2}}(?:是|算是)|身为|作为|当了|做了|成了|，)"
_CALLED = rf"(?:，|——|（|：)?(?:{_SURELY}{{0,2}}是|名叫|名字叫做?|名字是|名为|唤作|叫做|叫作|叫|的?名字是|，)?"
_PLAIN = rf"(?<!{HAN})(?P<other>(?:{_NAME_PART}){{2,3}}?)(?<!来的人)(?<![人谁个位者])"
_RELATED = [
    re.compile(rf"{_PLAIN}(?:{_SURELY}{{0,2}}是|身为)(?P<name>{NAMED})的{_KIND}{_KIN}(?!的)"),
    re.compile(rf"{_OTHER}{_IS}{_WHO}的?{_KIND}{_KIN}(?!的)"),
    re.compile(rf"{_WHO}的?{_KIND}{_KIN}{_CALLED}{_OTHER}"),
    re.compile(rf"(?:作为|身为){_WHO}的{_KIND}{_KIN}，{_OTHER}"),
    re.compile(rf"{_WHO}(?:还|只|就|曾)?有(?:过)?(?:一)?(?:个|位)?{_KIND}{_KIN}{_CALLED}{_OTHER}"),
    re.compile(
        rf"{_WHO}(?:一直|总|从小)?(?:管|把|称){_OTHER}(?:叫做?|称为|称作|当作|当成|认作|为)“?(?:自己的)?{_KIND}{_KIN}"
    ),
    re.compile(rf"{_WHO}(?:喊|叫|唤)(?:了)?{_OTHER}(?:一声|作|做)?[“‘]?{_KIN}[”’]?"),
    re.compile(
        rf"{_OTHER}[^。！？；\n“”ꙮ]{{0,12}}，(?:他|她|那|这)?(?:是|就是|正是|正好是|可是|毕竟是|也是|原是){_WHO}的"
        rf"?{_KIND}{_KIN}(?!的)"
    ),
    re.compile(rf"这(?:位)?(?:就)?是我的?{_KIND}{_KIN}，?{_OTHER}[^。！？\n“”]{{0,6}}[。，！]?”{_NAME}"),
    re.compile(rf"{_NAME}[^。！？；\n“”]{{0,6}}[：，]“这(?:位)?(?:就)?是我的?{_KIND}{_KIN}，?{_OTHER}"),
    re.compile(rf"“{_OTHER}是我的?{_KIND}{_KIN}[^。！？\n“”]{{0,6}}[。，！]?”{_NAME}"),
]
_BESIDE = re.compile(rf"{_KIN}(?P<other>{NAMED}|{_GUESSED})")
"""Kin without an owner: of the only one who is named before, in the clause."""
_PAIRS = re.compile(
    rf"(?P<name>{NAMED}|{_GUESSED})[和与跟同](?P<other>{NAMED}|{_GUESSED})(?:，)?(?:本|原|其实|就|正|都)?是(?:一对)"
    r"?(?:亲|孪生|双胞胎)?"
    "(?P<kin>兄弟|兄妹|姐妹|姐弟|表兄妹|表姐妹|表兄弟|堂兄弟|堂姐妹|夫妻|夫妇)"
)
_NOT_REALLY = re.compile("不是|没有|如果|像|似|仿佛|要是|假如|当作|以为|并非|好比|似的")
_COUSINS, _COUPLES = ("表", "堂"), ("夫",)


def chinese_kin(source: SectionSource) -> Iterator[Claim]:
    """Who is whose brother, aunt, wife ..."""
    told: set[int] = set()
    lines = [line.span() for line in _LINE.finditer(source.veiled) if _ONE_KIN.search(line[0])]
    for pattern in _RELATED:
        for match in chain.from_iterable(pattern.finditer(source.veiled, *line) for line in lines):
            subject, other = owner(source, match), named(source, match, "other")
            if match["other"] and subject and other and subject != other and not _NOT_REALLY.search(match[0]):
                told.add(match.start("kin"))
                yield Claim(subject, f"kin:{KIN_WORDS[match['kin']]}", other, *match.span())
    for match in _BESIDE.finditer(source.veiled):
        if match.start() not in told:
            other = named(source, match, "other")
            ahead = source.veiled[max(0, match.start() - 1) : match.start()]
            subject = None if ahead == "的" else source.meant(match.start(), "", other or "")
            if subject and other and subject != other and not _elsewhere(source, match.start()):
                told.add(match.start("kin"))
                yield Claim(subject, f"kin:{KIN_WORDS[match['kin']]}", other, *match.span())
    yield from _of_two(source, told)
    for match in _PAIRS.finditer(source.veiled):
        subject, other = named(source, match, "name"), named(source, match, "other")
        if subject and other and subject != other:
            kin = "cousin" if match["kin"][0] in _COUSINS else "spouse" if match["kin"][0] in _COUPLES else "sibling"
            yield Claim(subject, f"kin:{kin}", other, *match.span())


_ONE_KIN, _LINE = re.compile(_KIN), re.compile(".+")


def _of_two(source: SectionSource, told: set[int]) -> Iterator[Claim]:
    """The only word for kin of a sentence that has two names and nobody else."""
    for match in _ONE_KIN.finditer(source.veiled):
        number = source.passages.at(match.start())
        if match.start() in told or not source.passages.readable(number):
            continue
        start, text = source.sentence(number)
        places = list(_TWO.finditer(text))
        found = list(dict.fromkeys(source.named(one, "who", start) or one["who"] for one in places))
        if len(found) != 2 or len(_ONE_KIN.findall(text)) != 1 or _NOT_REALLY.search(text) or _MANY.search(text):
            continue
        ahead = text[: match.start() - start]
        last = max((one for one in places if one.end() <= len(ahead)), key=lambda one: one.end(), default=None)
        own = last is not None and ahead[last.end() :] in ("", "的", "唯一的", "的亲")
        owner_name = (source.named(last, "who", start) or last["who"]) if last is not None and own else found[0]
        other = found[0] if owner_name == found[1] else found[1]
        yield Claim(owner_name, f"kin:{KIN_WORDS[match['kin']]}", other, *match.span(), sure=own)


_TWO = re.compile(rf"(?P<who>{NAMED}|(?<![\u4e00-\u9fff]){_GUESSED})")
_MANY = re.compile("们|别人|人家|谁|各自|两家|一家|我|你")


def _elsewhere(source: SectionSource, place: int) -> bool:
    """Whether the clause before a word for kin may have another owner than the one who is named."""
    start = source.passages.span(source.passages.at(place))[0]
    return bool(re.search("[他她我你它谁其]|的$|别人|人家", source.veiled[start:place])) or source.passages.spoken(
        place, place + 1
    )


def named(source: SectionSource, match: re.Match[str], group: str) -> str | None:
    """The name that a group has: one that the text uses elsewhere, or one that looks so."""
    if not match[group]:
        return None
    return source.named(match, group, 0) or match[group]


def owner(source: SectionSource, match: re.Match[str]) -> str | None:
    """The name of a match, or whom its pronoun means."""
    groups = match.groupdict()
    if groups.get("name"):
        return named(source, match, "name")
    pronoun = groups.get("pronoun")
    other = named(source, match, "other") if groups.get("other") else None
    return source.meant(match.start("pronoun"), pronoun, other or "") if pronoun else None
