"""Names that a text spells in two ways: one letter apart, one of them frequent, the other rare, never side by side."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_SHORTEST, _SHORTEST_CHINESE = 5, 2
_FREQUENT = 4
_RARE, _RARE_SHARE = 2, 0.06
_ENDINGS = ("s", "es", "n", "e", "a", "y", "ie", "r", "d", "t", "o", "i")
"""What makes another word of a name: Smiths, Roman, Billy, Paula."""


@dataclass
class NameUse:
    """How often a name's word stands in a text, and where first."""

    section: int
    start: int
    end: int
    count: int = 0
    neighbours: set[str] = field(default_factory=set)
    """Words of the names that stand near it."""


_ALIKE = """晓小笑肖孝 雨宇羽语玉禹钰 雅娅亚 海诲 涛滔焘 若偌 兰岚蓝澜 静婧靖净敬镜景 默墨莫 刚钢岗 志智致之芝治
    远源媛园元渊 建健剑坚 国果 梅玫媚美 婉宛晚琬 大达 太泰 勇永咏涌 琴勤芹秦 伟玮炜维卫威薇 明铭鸣敏 强
    军君均俊骏 华桦 红虹宏洪鸿 丽莉力立利黎 芳方 燕艳雁彦 娟鹃 霞侠 平萍苹 文雯纹闻 杰捷洁 辉晖慧惠会
    莹盈颖英瑛 佳嘉家加 欣心新馨昕 怡宜仪依伊 思斯丝 诗师石时 浩昊皓 轩宣萱 子梓紫 涵寒晗 晨辰尘臣
    阳杨扬洋 春纯 秋球 冬东栋 云芸耘 山珊杉 生升声胜盛 林琳霖麟临 成诚程承 德得 正政郑 清青卿晴 宁凝
    月岳悦 香湘祥翔 安岸 信昕 义毅艺忆逸易 振震珍贞 沈申 陈成 王汪 张章 周邹 徐许 李黎 何贺和 赵肇""".split()  # noqa: SIM905
"""Characters of Chinese names that sound alike (the tone put aside)."""
_OF_SOUND = {char: group for group in _ALIKE for char in group}


def heard_alike(name: str) -> Iterator[str]:
    """A Chinese name with one character that sounds like its own."""
    for i, char in enumerate(name):
        yield from (name[:i] + other + name[i + 1 :] for other in _OF_SOUND.get(char, "") if other != char)


_CALLED = re.compile(
    r"\b(?:[Aa]n?|[Tt]he|[Aa]nother|[Ss]ome) (?:[a-z-]+ ){1,3}(?:called|named) \Z|\b(?:was|is) (?:called|named) \Z"
    r"|\b[Aa] certain \Z|\bby the name of \Z"
)
_BEFORE_IT = 40
_WHO_IS = re.compile(r", (?:the|an?) [a-z]+")
_CALLED_CHINESE = re.compile(r"(?:名叫|叫做|叫|一个|双胞胎|孪生|[哥弟姐妹兄爸妈爹娘叔姨姑舅侄孙儿女])\Z")
_WHO_IS_CHINESE = re.compile("是(?:另|别|一个|一位|他的|她的)|，(?:另|一个|一位)")


def introduced(text: str, use: NameUse, chinese: bool = False) -> bool:
    """Whether a text says at a name's first use who that is: another person, whatever the name is near to."""
    called, who_is = (_CALLED_CHINESE, _WHO_IS_CHINESE) if chinese else (_CALLED, _WHO_IS)
    return bool(called.search(text, max(0, use.start - _BEFORE_IT), use.start) or who_is.match(text, use.end))


def spellings(names: Mapping[str, NameUse], chinese: bool = False) -> Iterator[tuple[str, str]]:
    """Pairs of a frequent spelling and a rare one that may be the same name."""
    least = _SHORTEST_CHINESE if chinese else _SHORTEST
    buckets: dict[str, list[str]] = {}
    for name in names:
        if len(name) >= least - 1:
            for key in {name, _sound(name), *(name[:i] + name[i + 1 :] for i in range(1, len(name)))}:
                buckets.setdefault(key, []).append(name)
    seen = set()
    for bucket in buckets.values():
        for one in bucket if len(bucket) < 12 else ():
            for other in bucket:
                pair = (one, other)
                if one != other and pair not in seen and names[one].count > names[other].count:
                    seen.add(pair)
                    if _one_name(names, one, other):
                        yield pair


def _one_name(names: Mapping[str, NameUse], common: str, rare: str) -> bool:
    often, seldom = names[common], names[rare]
    if len(common) < _SHORTEST and common.isascii():
        return False
    if often.count < _FREQUENT or seldom.count > max(_RARE, _RARE_SHARE * often.count):
        return False
    if rare in often.neighbours or common in seldom.neighbours:
        return False
    if "\u4e00" <= common[0] <= "\u9fff":
        return rare in heard_alike(common)  # one character more is mostly the next word, another one another person
    if not (one_edit(common, rare) or (len(common) > _SHORTEST and _sound(common) == _sound(rare))):
        return False
    if common.casefold().replace("-", "") == rare.casefold().replace("-", "") or {common[-3:], rare[-3:]} == {
        "man",
        "men",
    }:
        return False
    short, long = sorted((common, rare), key=len)
    if len(short) < len(long) and long.startswith(short) and long[len(short) :] in _ENDINGS and long[-1] != short[-1]:
        return False
    if len(short) == len(long):
        changed = [i for i, (a, b) in enumerate(zip(short, long, strict=True)) if a != b]
        if changed == [len(short) - 1]:
            return False
    return True


_SOUNDS = (
    ("ph", "f"),
    ("ck", "k"),
    ("th", "t"),
    ("ae", "e"),
    ("ei", "ie"),
    ("qu", "k"),
    ("x", "ks"),
    ("c", "k"),
    ("y", "i"),
    ("z", "s"),
)
_TWICE = re.compile(r"(.)\1+")


def _sound(name: str) -> str:
    """What is left of a name when its spelling is put aside: Philippa and Phillipa are one."""
    plain = name.lower()
    for written, heard in _SOUNDS:
        plain = plain.replace(written, heard)
    return "~" + _TWICE.sub(r"\1", plain)


def one_edit(one: str, other: str) -> bool:
    """Whether one insertion, deletion, exchange or swap of neighbours makes one word of the other."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1 or one == other:
        return False
    at = next((i for i, char in enumerate(short) if char != long[i]), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    if short[at + 1 :] == long[at + 1 :]:
        return True
    return short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]
