"""What Chinese sentences say of people and things: looks, ages, deaths, counts and dates, and who does something."""

import re
from collections.abc import Iterator

from longwriter.checks.along.names import SURNAME
from longwriter.checks.ledger.numbers import CHINESE_NUMBER, chinese_number
from longwriter.checks.ledger.rules.chinese_kin import HAN, KIN_WORDS, chinese_kin, owner
from longwriter.checks.ledger.rules.claims import NAMED, Claim, SectionSource
from longwriter.checks.ledger.rules.dates import CHINESE_DATE, days_of

_AFTER_NAME = "[的有那抬睁眨长把用甩一留是今已才刚也，迎死去不早还终便就却突当被在牺病身离过遇咽断出生满现生着只正]"
_NAME = rf"(?P<name>{NAMED}|(?<!{HAN})(?:{SURNAME}{HAN}{{1,2}}?(?={_AFTER_NAME})|{HAN}{{2,5}}·{HAN}{{2,5}}?))"
_WHO = rf"(?:{_NAME}|(?P<pronoun>[他她]|自己))"
_NEAR = "[^，。！？；\nꙮ“”]"
_WIDE = "[^。！？；\nꙮ“”]"
_COLOUR = "(?P<colour>蓝|灰|棕|褐|黑|绿|碧|紫|琥珀|金|红|乌)"
_PART = (
    "(?P<part>眼睛|眼眸|双眼|眸子|瞳孔|双眸|双瞳|眼瞳|瞳仁|眼珠|眼(?![镜圈线影红泪光神前看里中角皮窝底])|眸|头发|长发|短发|卷发|发丝|秀发"
    "|发辫|辫子|马尾|刘海|发髻|发梢|鬈发|直发|发(?![现生出展觉动明抖火呆亮白]))"
)
_LOOKS = [
    re.compile(
        rf"{_COLOUR}(?:色|褐|棕|亮|幽幽|油油|漆漆)?的?(?:大|小|长|短|直|卷|细|双|马|亮晶晶的|浓密的?|柔软的?|明亮的"
        rf"?){{0,2}}{_PART}"
    ),
    re.compile(
        rf"{_PART}{_WIDE}{{0,12}}?(?:是|呈|显出|显得|泛着|泛出|透着|透出|闪着|成|还是那样|那样|那么|依旧|依然|仍旧?"
        rf"){_NEAR}{{0,6}}?"
        rf"{_COLOUR}(?=色|的|得|，|。|！|；|、|而)"
    ),
    re.compile(rf"{_PART}{_NEAR}{{0,4}}?{_COLOUR}得"),
]
"""Colours of a part, in whatever order; whose, the sentence tells."""
_NO_LOOKS = re.compile("不|没|染|如|似|红着|红了|黑暗|红肿|通红|金钱|黑夜|的人|别人|假发|变")
_LIKE = re.compile("像(?!.*(?:也是|一样))")
_OTHERS_LOOKS = re.compile(
    rf"(?:{'|'.join(sorted(KIN_WORDS, key=len, reverse=True))}|孩子|老人|男人|女人|姑娘|小伙子|少年|陌生人|对方|那"
    r"人|猫|狗|马|娃娃)"
    rf"(?:的|那|有|长|睁|抬|一)|ꙮ的(?:{'|'.join(sorted(KIN_WORDS, key=len, reverse=True))})$"
)
_CLOSE = re.compile(rf"{_NAME}(?:的|那|这|有|一)?{_NEAR}{{0,8}}$")
_TO_HIM = re.compile(rf"“(?P<name>{NAMED})，你的?{_PART}{_NEAR}{{0,6}}?{_COLOUR}(?=色|的|得)")
_SOMEBODY = re.compile(
    rf"(?<!{HAN}){SURNAME}{HAN}{{1,2}}(?=的|是|今年|已|也|才|刚|有|说|，)|孩子|老人|男人|女人|姑娘|小伙|少年|人家|"
    r"有人|别人|我|你"
)
"""Somebody else whom a sentence may be about."""
_NOBODY_NAMED = re.compile("[他她那这一]")
_OLDEST = 120
_AGE = rf"(?P<age>{CHINESE_NUMBER})"
_LATER_AGE = (
    rf"(?!的(?:{'|'.join(sorted(KIN_WORDS, key=len, reverse=True))})"
    "|参军|入伍|入学|入党|进城|离家|转业|考上|上学|丧|登基|继位|出嫁|嫁|娶|结婚|守寡|毕业|中举|当上|当了|成为|成家|生下"
    "|那年|时|的时候|之前|以前|生日那|起|开始|左右|上下|出头|多|到|就|的孩子|的小)"
)
_KIN_AGE = re.compile(
    rf"(?:{'|'.join(sorted(KIN_WORDS, key=len, reverse=True))}|像)(?:今年|已经|已|也|才|都|刚|刚满|快|有|是){{0,3}}$"
)
"""Another's age, or what one feels like."""
_AGE_OF_ONE = re.compile(rf"{_AGE}(?:周|整)?岁{_LATER_AGE}")
"""Of the only one whom a sentence names."""
_AGES = [
    re.compile(
        rf"{_WHO}(?:，)?(?:今年|已经|已|才|刚刚|刚|刚满|刚过|当时|现在|如今|只有|正好|年方|年仅|不过|是个|也就|这一"
        r"年|那年|年满|年届|满"
        rf"|快|就|要|那时|的年龄是|的年纪是|的岁数是|说自己|虚岁|到了)*{_AGE}(?:周|整)?岁{_LATER_AGE}"
    ),
    re.compile(
        rf"{_WHO}(?:，)?(?:今年|已经|已|刚刚?|当时|现在|如今|才)*(?:年方|年已|年届|年满|芳龄|享年){_AGE}(?=[，。、；岁]|$)"
    ),
    re.compile(rf"{_WHO}(?:已经|已|才|整整|足足|在世上|在这世上)*活了{_AGE}(?:年|岁)"),
    re.compile(
        rf"{_AGE}岁的(?P<name>{NAMED}|{SURNAME}{HAN}{{1,2}}?(?=[说道问笑走站坐看点摇拿推转喊叫答端抬把在正已独第是没从低]))"
    ),
    re.compile(
        rf"{_WHO}(?:刚|才|已经|刚刚)?(?:过完|过了|迎来了?|庆祝了?)?(?:自己)?(?:的)?(?:第)?{_AGE}岁?(?:个)?(?:的)?生日"
    ),
    re.compile(rf"“我(?:今年|已经|都|才|刚|也|快|刚满)*{_AGE}岁[^。！？\n“”]{{0,6}}[。，！？]?”(?P<name>{NAMED})"),
    re.compile(rf"(?P<name>{NAMED}){_NEAR}{{0,8}}[：，]“我(?:今年|已经|都|才|刚|也|快|刚满)*{_AGE}岁"),
]
_DIE = (
    "(?:(?<![爱恨笑羞烦忙困乐痒美难疼])死了(?!心|这条心|那条心)|死去|死在|死于|死后|死掉|去世|逝世|牺牲|病逝|病故|身亡|离世|过世|辞世|谢世|遇难|丧生|丧命|殒命|阵亡|遇害|毙命|溺亡|而亡|身故|暴毙|死亡"
    "|身死|惨死|猝死|战死|饿死|冻死|淹死|累死|病死|烧死|摔死|淹没在"
    "|断了?气|没了气|没了呼吸|咽下?了?(?:最后一口)?气|停止了?呼吸|停止了?心跳|(?:心脏|呼吸|心跳)(?:停止|停)了?(?:跳动)?"
    "|(?:永远|从此)地?(?:闭上|合上)了?(?:双)?眼|再也没有?(?:醒|睁开|活)|不在了?人世|不在人间|离开了?(?:人世|人间|这个世界|世间)"
    "|与世长辞|撒手人寰|撒手西去|长眠|一命呜呼|命丧|被[^，。！？；\nꙮ]{0,6}?(?:杀死|杀害|打死|刺死|毒死|处死|枪决|处决|害死|夺去了?(?:生|性)命|夺走了?(?:生|性)命)"
    "|被杀|自尽|自杀|自缢|上吊|投河|坠亡|坠崖|圆寂|归西|归天|不治|没了脉搏|没了心跳|断了呼吸|呼吸停了|心跳停了|出殡|入殓|丢了性命|失去了?生命|送了?命|没能?(?:熬过|挺过|撑过|活下来|救回来|抢救过来)|走完了?(?:自己的)?一生|闭了眼|魂归|下葬|入土|安息)"
)
_GRAVE = (
    "(?:葬礼|坟墓|坟前|坟头|坟|墓碑|墓前|墓|遗体|尸体|尸身|骨灰|灵堂|灵柩|棺材|棺木|死讯"
    "|遗像|遗物|后事|丧事|追悼会|忌日|祭日|灵位|牌位|遗孀|遗骨|尸骨|坟茔|凶手|死(?!党|心|对头))"
)
_OTHER_ONE = (
    rf"(?:{'|'.join(sorted((word for word in KIN_WORDS if len(word) > 1), key=len, reverse=True))}|[父母妻夫友人爷奶狗"
    r"猫马谁他她它])"
)
_DIED = [
    re.compile(
        rf"{_NAME}(?:的(?=心脏|呼吸|心跳|生命))?(?!的)(?:[^，。！？；\nꙮ“”的和]|的(?=夜|那|冬|春|夏|秋|早|晚)){{0,"
        rf"14}}?{_DIE}"
    ),
    re.compile(rf"(?P<name>{NAMED})(?!的(?!心|呼|生|命))(?:(?!{_OTHER_ONE}){_WIDE}){{0,30}}?{_DIE}"),
    re.compile(rf"{_NAME}，?{_NEAR}{{0,6}}?(?:倒在|躺在){_NEAR}{{0,8}}，?{_NEAR}{{0,4}}?{_DIE}"),
    re.compile(rf"{_NAME}(?:的|之){_GRAVE}"),
    re.compile(
        rf"(?:安葬|埋葬|掩埋|埋|葬|火化|送走|害死|杀死|杀害|杀|毒死)了(?P<name>{NAMED}|{SURNAME}{HAN}{{1,2}}?(?=[，"
        r"。！？；、]))"
    ),
    re.compile(rf"[把将](?P<name>{NAMED})(?:{_NEAR}{{0,8}}?)(?:葬|埋|火化|入殓|安葬|下葬|杀死|害死)"),
    re.compile(
        rf"(?:送|为|给)(?P<name>{NAMED})(?:{_NEAR}{{0,2}}?)(?:最后一程|送葬|送终|守灵|出殡|下葬|立了?(?:一块)?墓碑|"
        r"收尸|上坟|扫墓|烧纸|举[行办]了?葬礼|办了?(?:丧事|葬礼|后事)|料理后事|致哀|默哀|哭丧|报仇(?=雪恨))"
    ),
    re.compile(rf"(?:夺去|夺走|带走|结束|要)了(?P<name>{NAMED})的?(?:生命|性命|命)"),
]
_NEXT = re.compile(r"[。！？；\n]")
_NOT_SURELY = re.compile(
    "如果|要是|假如|以为|可能|也许|或许|大概|据说|听说|传说|难道|吗|？|差点|几乎|仿佛|好像|梦|不|没(?!有(?:人|一))|会(?!计)"
    "|快要|险些|说|想|倘若|怕|之前|以前|前(?!面|排|来)"
)
_UNSURE_WITHIN = re.compile(
    "差点|几乎|险些|好像|仿佛|快要|简直|都要|以为|可能|也许|或许|不会|没有死|没死|不能死|怕|想|会|要是|如果|看着|听说|得知|知道|说|见|眼看|望着"
)
_VERBS = (
    "说道问笑走站坐看点摇拿推转喊叫答端抬握接喝递伸放打关耸望回掏拍皱叹咳跑骑摆穿披吃写做取拉抱提举扔丢踢踩爬跳靠倚蹲弯低仰扭挥招挠摸擦洗扫"
    "收整翻合撕切倒盛夹咬嚼吹吸抽划搬扛背牵扶拽敲捶按捏抓捡拾挑买卖付数读念唱跟追赶躲进出点瞪眨瞥盯瞧听闻嗅尝讲谈骂劝哭哼吩嘱催拦挡冲扑"
)
_ACTS = re.compile(
    rf"(?:{HAN}{{1,4}}地)?(?:又|便|就|也|却|忽然|突然|只是|慢慢|轻轻|终于|立刻|正在?|微微|一边|冷冷|默默|高声|大声|"
    r"低声|小声|连忙|赶紧|缓缓|重新|随手|一把"
    rf"|一口气|独自|这时)*(?:(?:从|把|向|朝|往|对着?|给|在){_NEAR}{{1,10}}?)?[{_VERBS}](?!死|葬|墓|坟)"
)
_DEAD_NEAR = re.compile("死|葬|墓|坟|牺牲|去世|遇难|身亡|亡|逝|遗|尸")
_UNREAL = re.compile("梦|回忆|想起|记得|记忆|曾|当年|生前|从前|照片|鬼|幻|仿佛|如果|遗像|日记|那时|以前|当初|过去")
_NOT_PLACE = (
    "[把进到在从的那这家座是给于向往让对们着走说道有间"
    "一二两三四五六七八九十几每整个里外上下前后了和与他她我你也都就又不]"
)
_PLACE = (
    rf"(?P<place>(?:(?!{_NOT_PLACE}){HAN}){{2}}(?:旅馆|客栈|饭店|酒店|旅店|城堡|塔楼|学校|医院|教堂|庄园|大厦|图书"
    r"馆|剧院|公寓|书院|山庄|钟楼|车站|老宅|宾馆"
    r"|酒楼|茶楼|茶馆|大院|祠堂|寺|庙|宫|府|博物馆|仓库|工厂|监狱|小学|中学|大学|戏院|城楼|灯塔|别墅|楼|阁|塔|亭|"
    r"堂|院|馆|店|铺|厂|校|园|城|村|镇|港|站|桥"
    rf"|船|号|庵|观|寨|庄|宅|厅|殿|所|营|堡|岛|街|巷|轩|斋|舍|苑|居|坊|行|库|场)(?![长主员子]))"
)
_COUNTED = (
    rf"(?P<number>{CHINESE_NUMBER})(?P<class>[间扇座层个口棵把条张道级盏只处台根幅排栋套孔眼面尊进架株艘辆匹册部架组块"
    rf"片门])(?:{HAN}{{0,3}}的)?(?P<noun>{HAN}(?:(?![都全也就是的有已在里上和共没不被还又各个一只才总供可能让从把，])"
    rf"{HAN})?)"
)
_COUNTED_BEHIND = (
    rf"(?P<noun>(?:(?![的了有是共]){HAN}){{2}})(?:，)?(?:一共|总共|共|共有|足有|足足有?|有|是|拢共|统共|合计|总计|"
    r"不多不少|整整|正好|恰好|刚好|数目是|的?数量是|的数目是"
    rf"|加起来有?|算下来有?|数下来有?|只有|不过){{0,3}}(?P<number>{CHINESE_NUMBER})(?P<class>[间扇座层个口棵把条张"
    r"道级盏只处台根幅排栋套孔眼面尊进架株艘辆匹册部组块片])(?![\u4e00-\u9fff])"
)
_TAKEN = "[^。！？；\nꙮ“”我你谁订租停站坐躺睡]"
_COUNTS = [
    re.compile(rf"{_PLACE}(?:里头|里面|里|内|中|上)?(?P<way>{_TAKEN}{{0,24}}?){_COUNTED}"),
    re.compile(rf"{_COUNTED}{_TAKEN}{{0,14}}?(?:在|是|属于|构成了?|组成了?|把|给|了){_PLACE}"),
    re.compile(rf"{_PLACE}(?:里头|里面|里|内|中|上)?(?P<way>{_TAKEN}{{0,24}}?){_COUNTED_BEHIND}"),
]
_NOUNS_NOT = re.compile("^(?:人|客人|男|女|孩|老|小时|月|星期|钟头|钱|年|字|头|时辰|晚上|学生|士兵)")
_ALL_OF_THEM = re.compile(f"{HAN}{{0,2}}?(?:都|全|均|也|共|总|[，。、；！？\n])")
"""Behind a number "of" a place: else it may count some of them."""
_NEXT_TO = 3
_BETWEEN = re.compile(
    "的$|有|共|总|那$|着$|是|看见|看到|剩|数|配|设|装|备|^$|[里内中]$|头，$|，$|拥|足|达|整整|不过|足足|仅|了$"
)
_OCCASION = (
    "婚礼|审判|葬礼|典礼|大火|考试|比赛|会议|选举|拍卖会|舞会|演出|婚宴|喜宴|开庭|庆典|仪式|火灾|地震|洪水|展览|音乐会|婚期|成亲|完婚|结婚|大婚|拜堂|喜事|婚事|成婚"
    "|订婚|开业|落成|通车|竣工|启用|开张|下水|首演|毕业|开学|签约|出殡|大典|加冕|登基|开工|建成|奠基|庙会|祭典|决斗|起义|竞选|投票"
)
_WEDDINGS = "婚宴 喜宴 婚期 成亲 完婚 结婚 大婚 拜堂 喜事 婚事 成婚".split()  # noqa: SIM905
_SAME_OCCASION = dict.fromkeys(_WEDDINGS, "婚礼") | {
    "开庭": "审判",
    "火灾": "大火",
    "出殡": "葬礼",
}
_ONE_DAY = re.compile(
    rf"{CHINESE_DATE}|(?P<lunar>[正冬腊一二三四五六七八九十]{{1,2}}月(?:初[一二三四五六七八九十]|十[一二三四五六七"
    r"八九]|廿[一二三四五六七八九]?|二十[一二三四五六七八九]?|三十)(?![日号]))"
)
_OCCASIONS = re.compile(f"(?P<event>{_OCCASION})")
_BIRTH = re.compile("出生|生于|生在|生日|诞生|降生|出世|来到(?:了)?(?:这个|人)世|呱呱坠地|落地")
_KIN_BORN = re.compile(
    rf"(?:ꙮ的|[他她]的?)(?:{'|'.join(sorted(KIN_WORDS, key=len, reverse=True))})(?:就|便|才|也|是)?(?:于|在)?[^，。ꙮ]{{0,10}}"
    "(?:出生|生于|生在|诞生|出世)"
)
"""Her sister's birth."""
_DEATH_DAY = re.compile("去世|逝世|病逝|牺牲|忌日|死于|死在|遇难|身亡")
_OTHER_DAY = re.compile(
    "之前|之后|以前|以后|前一天|后一天|前夕|距|收到|接到|直到|[天日月]前|[天日月]后(?!来)|不是|没有|改到|原定|推迟|取消|如果"
)


def chinese_claims(source: SectionSource) -> Iterator[Claim]:
    """Looks, ages, kin, deaths, counts and dates."""
    yield from _looks(source)
    yield from _ages(source)
    yield from chinese_kin(source)
    yield from _deaths(source)
    yield from _counts(source)
    yield from _days(source)


def _looks(source: SectionSource) -> Iterator[Claim]:
    for pattern in _LOOKS:
        for match in pattern.finditer(source.veiled):
            if _NO_LOOKS.search(match[0]) or _LIKE.search(match[0]):
                continue
            subject = _holder(source, match.start())
            if subject:
                yield _look(subject, match)
    for match in _TO_HIM.finditer(source.veiled):
        subject = owner(source, match)
        if subject:
            yield _look(subject, match)


def _look(subject: str, match: re.Match[str]) -> Claim:
    part = "hair" if "发" in match["part"] or match["part"] in ("辫子", "马尾", "刘海") else "eyes"
    return Claim(subject, part, match["colour"], *match.span())


def _holder(source: SectionSource, place: int) -> str | None:
    """Whose eyes or hair a place is about: the only one named in its sentence, or whom a pronoun before it means."""
    number = source.passages.at(place)
    if not source.passages.readable(number) or source.passages.spoken(place, place + 1):
        return None
    start, text = source.sentence(number)
    before = text[: place - start]
    if _OTHERS_LOOKS.search(before) or re.search("[我你]", text):
        return None
    subject = source.only(number)
    rest = text.replace("ꙮ", "")
    if subject:
        return None if _SOMEBODY.search(rest) else subject
    pronoun = re.search("[他她]|自己", before)
    if pronoun:
        return source.meant(start + pronoun.start(), pronoun[0])
    close = _CLOSE.search(before)
    if close:
        found = source.mention(start + close.start(), place)
        return found.name if found else close["name"] if "ꙮ" not in close["name"] else None
    return (
        source.meant(place, "")
        if not source.only(number) and _NOBODY_NAMED.match(text) and not _SOMEBODY.search(rest)
        else None
    )


def _ages(source: SectionSource) -> Iterator[Claim]:
    told: set[int] = set()
    for pattern in _AGES:
        for match in pattern.finditer(source.veiled):
            age, subject = chinese_number(match["age"]), owner(source, match)
            if subject and age and age < _OLDEST:
                told.add(match.start("age"))
                yield Claim(subject, "age", str(age), *match.span())
    for match in _AGE_OF_ONE.finditer(source.veiled):
        number = source.passages.at(match.start())
        age = chinese_number(match["age"])
        if match.start("age") in told or not age or age >= _OLDEST or not source.passages.readable(number):
            continue
        start, text = source.sentence(number)
        if _KIN_AGE.search(text[: match.start() - start]):
            continue
        subject = source.only(number)
        if not subject and _NOBODY_NAMED.match(text):
            subject = source.meant(match.start(), "")
        if subject and not _SOMEBODY.search(text.replace("ꙮ", "")):
            yield Claim(subject, "age", str(age), *match.span())


def _counts(source: SectionSource) -> Iterator[Claim]:
    for pattern in _COUNTS:
        for match in pattern.finditer(source.veiled):
            number, groups = chinese_number(match["number"]), match.groupdict()
            way = groups.get("way")
            if (
                number
                and number > 1
                and not _NOUNS_NOT.match(match["noun"])
                and (way is None or len(way) < _NEXT_TO or _BETWEEN.search(way))
                and not (way == "的" and match["class"] == "层" and not _ALL_OF_THEM.match(source.veiled, match.end()))
            ):
                yield Claim(f"the {match['place']}", f"number:{match['noun']}", str(number), *match.span())


def _days(source: SectionSource) -> Iterator[Claim]:
    """What a sentence with one day says of its only occasion, or of the birth of the only one whom it names."""
    for match in _ONE_DAY.finditer(source.veiled):
        number = source.passages.at(match.start())
        if not source.passages.readable(number):
            continue
        start, text = source.sentence(number)
        day = next(days_of(match[0], "zh"), None)
        value = day.value if day else _lunar(match["lunar"])
        if len(_ONE_DAY.findall(text)) != 1 or _OTHER_DAY.search(text) or _KIN_BORN.search(text):
            continue
        events = {_SAME_OCCASION.get(found["event"], found["event"]) for found in _OCCASIONS.finditer(text)}
        subject = f"the {next(iter(events))}" if len(events) == 1 else None
        event = next(iter(events), "born")
        if not events and (_BIRTH.search(text) or _DEATH_DAY.search(text)):
            event = "born" if _BIRTH.search(text) else "died"
            subject = source.only(number) or source.meant(match.start(), "")
        if subject:
            yield Claim(subject, f"date:{event}", value, start, start + len(text))


def _lunar(written: str) -> str:
    """A day of the old calendar as a value: its month and day, as if of a year of ours."""
    month, day = written.split("月")
    months = {"正": 1, "冬": 11, "腊": 12}
    number = months.get(month) or chinese_number(month) or 1
    return f"--{number:02d}-{chinese_number(day.lstrip('初').replace('廿', '二十')) or 1:02d}"


def chinese_acts(source: SectionSource) -> Iterator[Claim]:
    """Who does something in the narration."""
    text = source.passages.text
    for mention in source.mentions:
        does = _ACTS.match(text, mention.end)
        if does and not source.passages.spoken(mention.start, mention.end):
            number = source.passages.at(mention.start)
            if not source.passages.readable(number) or _DEAD_NEAR.search(source.passages.sentence(number)):
                continue
            before = source.passages.sentence(number - 1) if number else ""
            if not _UNREAL.search(source.passages.sentence(number)) and not _UNREAL.search(before):
                yield Claim(mention.name, "acts", "", mention.start, does.end())


def _deaths(source: SectionSource) -> Iterator[Claim]:
    text = source.veiled
    for pattern in _DIED:
        for match in pattern.finditer(text):
            begin = max(text.rfind(mark, 0, match.start()) for mark in "，。！？；\n") + 1
            clause = text[begin : match.start()] + text[match.end() : _clause_end(text, match.end())]
            within = _UNSURE_WITHIN.search(text, match.end("name"), match.end())
            if not source.passages.spoken(*match.span()) and not within and not _NOT_SURELY.search(clause):
                subject = owner(source, match)
                if subject:
                    yield Claim(subject, "dead", "dead", *match.span())


def _clause_end(text: str, start: int) -> int:
    """Index behind the mark that ends the sentence of a place."""
    mark = _NEXT.search(text, start)
    return mark.end() if mark else len(text)
