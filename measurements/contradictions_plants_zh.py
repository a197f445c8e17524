"""Chinese stories with one contradiction in each: neutral sentences of our own around planted ones.

The corpus has no Chinese, so that this shows that the rules work there, not how often they err on human novels.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

PEOPLE = {
    "林晓雨": "她",
    "陈默": "他",
    "赵刚": "他",
    "周雅琴": "她",
    "王海涛": "他",
    "沈若兰": "她",
    "许大勇": "他",
    "何静": "她",
}
OTHER_PEOPLE = {"f": ["苏婉", "梁小梅", "谢玉兰"], "m": ["方志远", "高建国", "宋子文"]}
SENTENCES = [
    "{n}推开窗户，看着外面的雨。",
    "街上的行人很少，只有几盏路灯还亮着。",
    "{n}没有说话，只是低头喝茶。",
    "风从河面上吹来，带着一点寒意。",
    "{n}把信折好，放进抽屉里。",
    "远处传来几声狗叫，很快又安静了。",
    "{n}想了很久，终于点了点头。",
    "桌上的茶已经凉了。",
    "老人慢慢地走过石桥，手里提着一只篮子。",
    "{n}说：“明天再来吧，今天太晚了。”",
    "“你听见了吗？”{n}问道。",
    "{n}笑了笑，把门关上了。",
    "雨下了一整夜，到天亮才停。",
    "院子里的桂花开了，香气飘得很远。",
    "{n}站在门口，望着那条通往山里的路。",
    "{p}觉得有些累，便坐了下来。",
    "屋里很暗，{p}点上了灯。",
    "船靠了岸，人们陆续走下来。",
    "火车开动的时候，{p}回头看了一眼。",
    "集市上卖鱼的、卖菜的都收摊了。",
    "{n}拿起雨伞，走进了巷子。",
    "没有人知道后来发生了什么。",
    "{p}沿着河边走了很远。",
    "钟声响了，学生们涌出校门。",
    "{n}看了看表，皱起眉头。",
]

TUNED_ZH = {
    "eyes": [
        "{n}的眼睛是{v}色的。",
        "{n}有一双{v}色的眼睛。",
        "{n}抬起{v}色的眼睛。",
        "{n}那双{v}色的眸子亮了起来。",
        "{n}的眼眸呈现出淡淡的{v}色。",
        "{n}睁大了{v}色的双眼。",
        "灯光照着{n}，{p}的眼睛是{v}色的。",
        "谁都记得{n}那双{v}色的眼睛。",
    ],
    "hair": [
        "{n}的头发是{v}色的。",
        "{n}有一头{v}色的长发。",
        "{n}甩了甩{v}色的头发。",
        "{n}把{v}色的短发梳到脑后。",
        "风吹乱了{n}{v}色的长发。",
        "{n}留着一头{v}色的卷发。",
    ],
    "age": [
        "{n}今年{v}岁。",
        "{n}已经{v}岁了。",
        "{n}刚满{v}岁。",
        "{v}岁的{n}独自坐在窗边。",
        "那一年，{n}才{v}岁。",
        "{n}是个{v}岁的年轻人。",
        "{n}，{v}岁，住在城南。",
        "{n}迎来了自己的{v}岁生日。",
        "转眼间，{n}也{v}岁了。",
    ],
    "number": [
        "{place}一共有{v}{things}。",
        "{place}的{v}{things}都空着。",
        "{place}里有{v}{things}。",
        "整座{place}共有{v}{things}。",
        "{place}总共只有{v}{things}。",
        "人们数过，{place}有{v}{things}。",
        "{place}那{v}{things}全都上了锁。",
    ],
    "kin": [
        "{m}是{n}的{v}。",
        "{n}的{v}{m}来了。",
        "{n}有个{v}叫{m}。",
        "{m}就是{n}的{v}。",
        "{n}和{p}的{v}{m}住在一起。",
        "{m}，{n}的{v}，站在门外。",
        "{n}向大家介绍了自己的{v}{m}。",
    ],
    "died": [
        "{n}死了。",
        "{n}在那年冬天去世了。",
        "{n}的葬礼很冷清。",
        "{n}不幸身亡。",
        "{n}病逝于医院。",
        "天还没亮，{n}就咽了气。",
        "村里人埋葬了{n}。",
        "{n}在战场上牺牲了。",
        "{n}早已离开了人世。",
    ],
    "acts": [
        "{n}笑着说：“我们走吧。”",
        "{n}走到窗前，拉开了窗帘。",
        "“来得正好。”{n}点点头，坐了下来。",
        "{n}从门外走了进来。",
        "{n}冷冷地问：“是谁？”",
        "{n}接过茶杯，喝了一口。",
        "{n}转身就走。",
    ],
    "dated": [
        "婚礼定在{v}。",
        "婚礼在{v}举行。",
        "{v}举行了婚礼。",
        "那场婚礼是在{v}举行的。",
        "婚礼就安排在{v}。",
        "{v}，婚礼如期举行。",
    ],
    "weekday": [
        "{date}，{w}，下着小雨。",
        "那天是{date}，{w}。",
        "{date}是{w}。",
        "日记上写着：{date}，{w}，晴。",
        "{w}，也就是{date}，船沉了。",
        "{date}正好是一个{w}。",
    ],
    "person": [
        "我回到家里，关上了门。我什么也没说，我只觉得累。",
        "我站在桥上，我看着河水，我想起了母亲。",
        "我推门进去，屋里没有人。我把灯点上，我等了很久。",
        "我知道我错了。可是我没有办法，我只好离开。",
    ],
}
OTHERS_ZH = {
    "eyes": [
        "{n}眨了眨{v}色的眼睛。",
        "那双{v}色的眼睛属于{n}。",
        "{n}生着一双{v}色的眼睛，不爱说话。",
        "灯下，{n}的双眸{v}得发亮。",
    ],
    "hair": [
        "{n}的{v}发披在肩上，头发有些湿。",
        "{n}有着{v}色的头发。",
        "{n}用手拢了拢{v}色的长发。",
    ],
    "age": [
        "{n}不过{v}岁。",
        "到了秋天，{n}就满{v}岁了。",
        "{n}现年{v}岁，是这里最年长的。",
        "人们都说{n}只有{v}岁。",
        "作为一个{v}岁的人，{n}显得很沉稳。",
    ],
    "number": [
        "{place}建成时就有{v}{things}。",
        "据说{place}有{v}{things}。",
        "{place}里面摆着{v}{things}。",
        "走进{place}，可以看到{v}{things}。",
    ],
    "kin": [
        "{m}其实是{n}的{v}。",
        "{n}牵着{v}{m}的手。",
        "{n}的{v}就是{m}。",
        "{m}是{n}最疼爱的{v}。",
    ],
    "died": [
        "{n}昨夜去世了。",
        "{n}在河里淹死了。",
        "人们为{n}举行了葬礼。",
        "{n}被人杀死在巷子里。",
        "{n}永远地离开了人世。",
    ],
    "acts": [
        "{n}打开门，走了出去。",
        "{n}叹道：“罢了。”",
        "{n}端起碗，吃了起来。",
        "{n}坐在门槛上抽烟。",
    ],
    "dated": [
        "婚礼的日子是{v}。",
        "他们在{v}举行了婚礼。",
        "婚礼于{v}举行。",
    ],
    "weekday": [
        "{date}（{w}），天气晴。",
        "{w}，{date}，大雪。",
        "{date}，那天是{w}。",
    ],
    "person": [
        "我走进院子，看见灯还亮着。我不敢出声。我在门外站了一夜。",
        "我把钱放在桌上，转身走了。我再也没有回头，我知道一切都完了。",
    ],
}
KIN_ZH = {"f": ["姐姐", "表妹", "姑姑", "女儿", "母亲"], "m": ["哥哥", "表弟", "叔叔", "儿子", "父亲"]}
PLACES_ZH = ["云来客栈", "东方饭店", "清河医院", "望江书院", "青松公寓"]
THINGS_ZH = ["间客房", "扇窗户", "张桌子", "盏红灯"]
COLOURS_ZH = {"eyes": ["蓝", "棕", "绿"], "hair": ["黑", "金", "红"]}
_DIGITS = "零一二三四五六七八九"
CHECKS_ZH = "colour age number kinship dead date weekday spelling person numbering".split()  # noqa: SIM905


def chinese(number: int) -> str:
    """A number from 1 to 99."""
    tens, ones = divmod(number, 10)
    return ("" if not tens else "十" if tens == 1 else _DIGITS[tens] + "十") + (_DIGITS[ones] if ones else "")


def story(rng: random.Random, people: Sequence[str] = (), pronouns: Mapping[str, str] = PEOPLE) -> list[str]:
    """Three chapters of neutral sentences about three people."""
    people = people or rng.sample(list(PEOPLE), 3)
    chapters = []
    for _ in range(3):
        paragraphs = []
        for _ in range(25):
            name = rng.choice(people)
            sentences = (rng.choice(SENTENCES).format(n=name, p=pronouns[name]) for _ in range(rng.randrange(2, 6)))
            paragraphs.append("".join(sentences))
        chapters.append("\n\n".join(paragraphs))
    return chapters


def numeral(number: int, rng: random.Random) -> str:
    """A number from 1 to 99, mostly in characters."""
    return str(number) if rng.random() < 0.3 else chinese(number)


def _sayings(check: str, words: dict[str, list[str]], name: str, rng: random.Random) -> tuple[str, ...]:
    him = PEOPLE[name]
    if check == "colour":
        part = rng.choice(["eyes", "hair"])
        return tuple(rng.choice(words[part]).format(n=name, p=him, v=v) for v in rng.sample(COLOURS_ZH[part], 2))
    if check == "age":
        age = rng.randrange(14, 60)
        ages = (age, age + rng.choice([-6, -3, 4, 8]))
        return tuple(rng.choice(words["age"]).format(n=name, p=him, v=numeral(a, rng)) for a in ages)
    if check == "number":
        place, things, numbers = rng.choice(PLACES_ZH), rng.choice(THINGS_ZH), rng.sample(range(3, 60), 2)
        return tuple(rng.choice(words["number"]).format(place=place, things=things, v=numeral(n, rng)) for n in numbers)
    if check == "kinship":
        sex = rng.choice("fm")
        other = rng.choice(OTHER_PEOPLE[sex])
        return tuple(rng.choice(words["kin"]).format(n=name, p=him, m=other, v=v) for v in rng.sample(KIN_ZH[sex], 2))
    if check == "dead":
        return tuple(rng.choice(words[kind]).format(n=name, p=him) for kind in ("died", "acts"))
    day = date(rng.randrange(1920, 2020), rng.randrange(1, 13), rng.randrange(1, 29))
    if check == "date":
        days = (day, day + timedelta(days=rng.choice([2, 40])))
        return tuple(
            rng.choice(words["dated"]).format(v=f"{numeral(d.month, rng)}月{numeral(d.day, rng)}日") for d in days
        )
    if check == "weekday":
        wrong = rng.choice(["星期", "礼拜", "周"]) + "一二三四五六日"[(day.weekday() + rng.randrange(1, 7)) % 7]
        return (rng.choice(words["weekday"]).format(date=f"{day.year}年{day.month}月{day.day}日", w=wrong),)
    return (rng.choice(words["person"]),) if check == "person" else ()


def put_zh(chapters: list[str], sayings: Sequence[str], rng: random.Random) -> None:
    """Puts sayings into the first chapter and the last, or one into the last."""
    for saying, at in zip(sayings[::-1], (2, 0), strict=False):
        parts = chapters[at].split("\n\n")
        if rng.random() < 0.5:
            parts.insert(rng.randrange(1, len(parts)), saying)
        else:
            parts[rng.randrange(len(parts))] += saying
        chapters[at] = "\n\n".join(parts)


def plant_zh(check: str, tuned: bool, rng: random.Random) -> tuple[str, tuple[str, ...]]:
    """A story with one contradiction, and what was planted."""
    people = rng.sample(list(PEOPLE), 3)
    chapters = story(rng, people)
    sayings = _sayings(check, TUNED_ZH if tuned else OTHERS_ZH, rng.choice(people), rng)
    put_zh(chapters, sayings, rng)
    if check == "spelling":
        long = [
            name
            for name in PEOPLE
            if len(name) == 3 and f"{name}说" in "".join(chapters) and f"\n{name}" in chapters[2]
        ]
        if not long:
            return plant_zh(check, tuned, rng)
        name = rng.choice(long)
        slip = name[0] + {"晓": "小", "雅": "娅", "海": "诲", "若": "偌", "大": "太"}[name[1]] + name[2]
        chapters[2] = chapters[2].replace(f"\n{name}", f"\n{slip}", 1)
        sayings = (slip,)
    numbers = [1, 2, 3]
    if check == "numbering":
        numbers[2] = rng.choice([2, 4, 5])
    heads = [f"第{chinese(n)}章" if tuned else f"第{n}章 夜雨" for n in numbers]
    text = "\n\n".join(f"## {head}\n\n{body}" for head, body in zip(heads, chapters, strict=True))
    return text, (heads[2],) if check == "numbering" else sayings
