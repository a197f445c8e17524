"""Two made-up writers, in English and in Chinese: one brief and talkative, one long-winded."""

from random import Random

_BRIEF = (
    "{n} ran to the {o}.", "It was dark.", '"Wait!" said {n}.', "I saw the {o} and I stopped.", '"Who is there?" I said.',
    "We had no time.", "{n} took the {o} from me.", '"Come on," {n} said. "It is late."', "I ran.", "The {o} was cold.",
)  # fmt: skip
_LENGTHY = (
    "It has been observed by many travellers, and indeed by {n} among them, that the {o} which stands upon the hill was built"
    " long before those who now live beside it were born; and that its purpose, whatever it may have been, is forgotten.",
    "There is in the nature of a {o} something which, although it is seldom noticed by those who use it, has nevertheless"
    " upon reflection a certain dignity; for it endures, and that which endures is not without a claim upon our attention.",
    "The opinion of {n}, which was that the {o} ought to be preserved, was opposed by several inhabitants, who were moved,"
    " as it appeared to those who were present, rather by habit than by reason; yet it was not without its effect.",
    "Whether the {o} was in truth as old as the records of the parish declare, or whether, as some have thought, it was made in"
    " imitation of another, is a question upon which the learned are divided, and upon which they will no doubt remain so.",
)
_BRIEF_ZH = (
    "“走吧！”{n}说。", "天黑了。", "我跑了。",
    "“谁？”我问。", "{n}拿着{o}。", "我们没有时间了！", "我看见{o}，停了下来。", "“快点。”", "雨很大。",
)  # fmt: skip
_LENGTHY_ZH = (
    "许多旅行者都曾经注意到，而且{n}也在其中，那座山上的{o}在如今住在它旁边的人们出生以前很久就已经建成；至于它的用途，早已被人们遗忘了。",
    "{o}的本性之中有着某种东西，虽然使用它的人们很少会注意到，却在仔细思量之后显出一种庄重；因为它是长久的，而长久之物总是值得我们留意的。",
    "关于{o}应当保存下来的意见，是{n}所提出的，而反对它的居民们，在当时在场的人看来，与其说是出于理性，不如说是出于习惯；然而它并非没有影响。",
)
NAMES, THINGS = (
    ("Anna", "Peter", "Ruth", "Jonas"),
    ("lamp", "door", "bridge", "tower", "boat", "letter", "clock", "wall"),
)
NAMES_ZH, THINGS_ZH = ("老王", "小李", "阿红"), ("灯", "门", "桥", "塔", "船", "信", "钟", "墙")
_WRITERS = {
    "brief": (_BRIEF, NAMES, THINGS, " ", 4), "lengthy": (_LENGTHY, NAMES, THINGS, " ", 3),
    "brief zh": (_BRIEF_ZH, NAMES_ZH, THINGS_ZH, "", 4), "lengthy zh": (_LENGTHY_ZH, NAMES_ZH, THINGS_ZH, "", 3),
}  # fmt: skip


def written_by(writer: str, paragraphs: int, seed: int = 1) -> str:
    """Paragraphs of "brief", "lengthy", "brief zh" or "lengthy zh"; about 25 words each of the first, 130 of the second."""
    rng = Random(seed)
    sentences, names, things, joint, number = _WRITERS[writer]
    out = []
    for _ in range(paragraphs):
        chosen = [
            rng.choice(sentences).format(n=rng.choice(names), o=rng.choice(things))
            for _ in range(rng.randint(number - 1, number + 1))
        ]
        out.append(joint.join(chosen))
    return "\n\n".join(out)
