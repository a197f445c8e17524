"""A plan without a planner: the beats of a kind of text, for models that cannot word a plan themselves.

A model of 135 M parameters asked for an outline says "section 1 is the first section"; given the beats of a story one by
one it writes each. `skeletons.toml` holds them by language and kind. Evenly spaced beats are taken where there are more
than sections; where there are fewer, they are walked again in chapters. Pure.
"""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from longwriter.journal import digest
from longwriter.length.scripts import simplified
from longwriter.types import Plan, Section
from longwriter.writer.section.budget import scaled

_TURN = re.compile(r" \(\d+\)$")
SKELETONS = Path(__file__).parent / "skeletons.toml"
KINDS = ("story", "guide", "report", "essay")
FALLBACK = "essay"
FIRST_CLAUSE = re.compile(r"[，。：；！？,:;!?\n]")
NAMED = {
    "en": re.compile(r"\w[^\w.!?\n]+[A-ZÀ-ÖØ-Þ][^\W\d_A-Z]|\b(?:named|called)\s+\w|\bI\b|\bmy\b"),
    "zh": re.compile(
        r"名叫|名为|叫做|叫[^\W\d_]|名字|主角[是为：:]|主人公[是为：:]|[“「《]|关于我|我的|[A-Za-z]{2}"
        r"|(?:老|小|阿)[赵钱孙李周吴郑王陈林张刘黄杨何高马罗梁宋唐许韩冯邓曹彭明红芳华强]"
        r"|[赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严金魏陶姜谢章苏潘范彭鲁韦马方袁柳唐薛雷贺罗郝毕康顾孟黄萧姚邵汪毛戴宋庞熊纪舒"
        r"项祝董梁杜阮蓝贾江郭林钟徐邱骆高夏蔡田樊胡凌霍虞万卢莫解应丁邓洪石崔龚程陆叶][\u4e00-\u9fff]{1,2}(?=[的在和与是，,、。]|$)"
    ),
}
"""What names a person, or the one who tells, in a request; a surname before one or two characters in Chinese."""


class Skeleton(NamedTuple):
    """One kind of text."""

    system: str
    style: str
    beats: tuple[tuple[str, str], ...]
    """Title and point of each."""
    turns: tuple[str, ...]
    """Names of chapters."""
    names: tuple[str, ...]


@cache
def _read() -> dict[str, dict[str, tuple[re.Pattern[str], Skeleton]]]:
    out: dict[str, dict[str, tuple[re.Pattern[str], Skeleton]]] = {}
    for language, kinds in tomllib.loads(SKELETONS.read_text("utf-8")).items():
        for kind, k in kinds.items():
            beats = tuple((str(title), str(point)) for title, point in k["beats"])
            skeleton = Skeleton(k["system"], k["style"], beats, tuple(k["turns"]), tuple(k.get("names", ())))
            out.setdefault(language, {})[kind] = (re.compile(k["words"], re.IGNORECASE), skeleton)
    return out


def kind_of(instruction: str, language: str) -> str:
    """Which kind of text a request asks for: by its first word for one in English, by its first clause's last in Chinese.

    "A story about a history teacher" is a story, and 茶的历史的小说 is a novel.
    """
    kinds = _read()[language]
    found = {kind: list(kinds[kind][0].finditer(instruction)) for kind in KINDS}
    if language.startswith("zh"):
        clauses = FIRST_CLAUSE.split(instruction)
        for clause in clauses:
            ends = {kind: m.end() for kind in KINDS for m in kinds[kind][0].finditer(clause)}
            if ends:
                return max(ends, key=lambda kind: ends[kind])
        return FALLBACK
    starts = {kind: matches[0].start() for kind, matches in found.items() if matches}
    return min(starts, key=lambda kind: starts[kind]) if starts else FALLBACK


def skeleton_of(instruction: str, language: str) -> Skeleton:
    """The skeleton for a request."""
    return _read()[language][kind_of(instruction, language)][1]


def main_person(instruction: str, language: str) -> str:
    """A name for the main person of a story; "" for other kinds, and where the request may name one itself."""
    names = skeleton_of(instruction, language).names
    named = (
        NAMED["zh"].search(simplified(instruction)) if language.startswith("zh") else NAMED["en"].search(instruction)
    )
    return "" if not names or named else names[int(digest(instruction), 16) % len(names)]


def skeleton_plan(instruction: str, words: int, sections: int, language: str) -> Plan:
    """A plan of so many sections whose budgets add up to `words`; no two titles are alike within a chapter."""
    skeleton = skeleton_of(instruction, language)
    budgets = scaled([1] * sections, words)
    rounds = -(-sections // len(skeleton.beats))
    made: list[Section] = []
    for turn, count in enumerate(scaled([1] * rounds, sections)):
        chapter = "" if rounds == 1 else _numbered(skeleton.turns, turn)
        for i in range(count):
            title, point = skeleton.beats[_spread(i, count, len(skeleton.beats))]
            title = title if turn == 0 else f"{title} ({turn + 1})"
            made.append(Section(title=title, point=point, words=budgets[len(made)], chapter=chapter))
    return Plan(title="", sections=tuple(made))


def skeleton_end(plan: Plan, sections: int, taken: Iterable[str]) -> Plan:
    """Its last sections, to stand behind others: without chapters, and without the number of a turn where no title needs it."""
    titles, made = set(taken), list[Section]()
    for section in plan.sections[-sections:]:
        plain = _TURN.sub("", section.title)
        title = section.title if plain in titles else plain
        titles.add(title)
        made.append(section.model_copy(update={"title": title, "chapter": ""}))
    return Plan(title="", sections=tuple(made))


def _spread(i: int, count: int, beats: int) -> int:
    """Beats evenly spaced, the first and the last among them."""
    return 0 if count == 1 else round(i * (beats - 1) / (count - 1))


def _numbered(turns: tuple[str, ...], turn: int) -> str:
    name, again = turns[turn % len(turns)], turn // len(turns)
    return f"{name} ({again + 1})" if again else name
