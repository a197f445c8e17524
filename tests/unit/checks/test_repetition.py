import json
import lzma
import random
import re
import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measurements.attacks import ATTACKS, Host, sentences_of
from tests.helpers.places import SHARED
from tests.helpers.prose import CHINESE, ENGLISH

from longwriter.checks.repetition.overlap import Index, read_words, stem
from longwriter.checks.repetition.repetition import FREE, NOTHING, RUN, repetition
from longwriter.text import CJK_CHARACTER, count_words, words_of

BOOKS = SHARED / "corpus" / "standard_ebooks.jsonl.xz"
OTHERS = ["copper", "whistle", "garden", "senate", "orchid", "velvet", "quarrel", "pigeon", "marble", "tenant"] + [
    f"{first}{second}" for first in ("bram", "dolt", "figu", "hask", "kive") for second in ("ock", "umb", "ard", "ept")
]
CHINESE_LONG = (
    CHINESE
    + """
春天到来之前，镇公所寄来一封公函，要求渡轮公司说明为何去年多用了三吨煤。马塔把十二个月的航行记录摊在地板上，
逐日核对风向、潮汐和载客人数，发现问题出在一台漏气的锅炉。修理工拖延了两个星期才来，他拆下铁板，从里面掏出一个海鸥窝，
还有半截烧焦的木桨，谁也想不明白它们是怎么进去的。

与此同时，学校里的年轻教师正在教孩子们画地图。她不许他们照抄课本，每个学生必须亲自量出自家门口到水井的步数，再换算成尺寸。
有个叫约恩的男孩把整条街画成了一只鲸鱼，面包房是眼睛，铁匠铺是鳍，理由是从山坡往下看本来就像那样。
老师思考片刻，给了他最高的分数，并把图挂在走廊尽头。

关于那座失去屋顶的教堂，流传着好几种说法。老人们坚持是雷火烧毁的，账册却显示木梁早已卖给造船厂，换来一百二十袋面粉，
帮助全村熬过了饥荒。牧师后来在石墙之间种满苹果树，礼拜天大家坐在树荫底下唱诗，蜜蜂飞来飞去，倒也没有人抱怨。
秋收时节，妇女们用篮子接住落果，酿成的酒带着淡淡的烟味。

六月的头一个晴天，潜水员从海角捞上来一根完整的低音管，长满藤壶和绿藻。桑德亲手把锈迹刮净，用亚麻油擦拭内壁，
又请锯木厂做了新的底座。试音那晚，半个镇子的居民爬上山来，挤在圆顶周围的草地上。客人踩动风箱，起初只有沙沙的气流，
随后一声浑厚的长鸣穿过树林，惊起了岸边成群的野鸭。

约恩举手问，这算不算把淹没的人重新叫回来。没有谁立刻回答。马塔翻开随身携带的本子，犹豫了一下，
决定用紫色墨水记下日期、天气以及在场者的姓名。她想，往后若有人查阅，大概会以为当天卖出了一张特别昂贵的船票。
"""
)
TRADITIONAL = (
    "与與两兩个個为為举舉么麼乐樂书書争爭于於亚亞亲親从從们們传傳会會关關册冊决決冻凍净淨准準几幾凭憑别別动動单單卖賣却卻厂廠发發变變号號后後吨噸听聽员員响響围圍图圖圆圓场場坚堅块塊声聲壳殼处處头頭奖獎妇婦学學实實对對尔爾峡峽"
    "师師带帶帮幫并並开開张張当當录錄战戰总總惊驚报報挂掛挤擠换換捞撈摊攤数數断斷旧舊时時显顯术術条條来來极極标標树樹样樣桦樺桨槳横橫气氣汉漢汤湯没沒浅淺测測浑渾渔漁满滿潜潛炉爐点點烟煙烧燒热熱犹猶狱獄现現电電画畫监監盖蓋着著"
    "码碼确確离離种種窝窩笔筆签簽篮籃红紅约約纪紀纳納纸紙经經结結给給绿綠节節苹蘋荫蔭莱萊规規记記许許论論诉訴试試诗詩询詢误誤说說请請诺諾读讀课課谁誰负負责責账賬购購贴貼贵貴费費轮輪软軟轻輕载載辈輩边邊过過还還这這进進远遠连連"
    "迹跡邻鄰里裡钢鋼钱錢铁鐵铜銅铸鑄铺鋪锁鎖锅鍋锈鏽错錯锡錫锯鋸镇鎮镜鏡长長门門问問间間阅閱阳陽险險随隨静靜页頁顶頂须須领領颗顆题題颜顏颤顫风風飞飛饥飢馆館马馬鱼魚鲸鯨鳍鰭鸣鳴鸥鷗鸭鴨齿齒"
)
"""Simplified and traditional characters of `CHINESE_LONG` by turns."""
SCRIPTS = {"simplified": {}, "traditional": str.maketrans(dict(zip(TRADITIONAL[::2], TRADITIONAL[1::2], strict=True)))}
TOPICS = (  # noqa: SIM905
    "渡轮 望远镜 小提琴 账本 墨水 船票 教堂 陌生人 奶酪 承诺 土豆 天文台 颜色 标签 柜台 "
    "锅炉 地图 铁匠铺 鲸鱼 低音管 桑德 马塔 牧师 冰壳 水道 锯木厂 圆顶 潜水员 苹果树 老师"
).split()
OTHERS_ZH = "葡萄 帆布 砖瓦 羚羊 琥珀 蜻蜓 榆柳 骆驼 珊瑚 蒲扇 豌豆 锦缎 瓷碗 篱笆 芦苇 杏仁".split()  # noqa: SIM905


@pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_honest_prose_repeats_nothing(text: str) -> None:
    found = repetition(text)
    assert found.factor == 1
    assert found.share < 0.02


@pytest.mark.parametrize("name", [name for name in ATTACKS if "1/2" not in name])
def test_half_of_attack_costs_half_and_more(name: str) -> None:
    text = ATTACKS[name](Host(ENGLISH, OTHERS, random.Random(5)))
    assert repetition(text).factor <= 0.5


def test_a_text_doubled_has_half_of_its_words_repeated() -> None:
    found = repetition(ENGLISH + "\n" + ENGLISH)
    assert found.share == pytest.approx(0.5, abs=0.01)
    assert found.factor == pytest.approx(1 - (found.share - FREE) / (NOTHING - FREE), abs=1e-12)
    largest = max(found.passages, key=lambda passage: passage.end - passage.start)
    assert largest.similarity == 1
    assert largest.earlier_start == 0
    assert largest.start == len(ENGLISH) + 1


def _rephrased_chinese(rng: random.Random) -> str:
    """One character in five replaced, clauses of each sentence in another order."""
    made = []
    for sentence in sentences_of(CHINESE):
        clauses = sentence.strip("。\n").split("，")
        text = "，".join(rng.sample(clauses, len(clauses)))
        changed = "".join(
            rng.choice("葡萄帆布砖瓦羚羊琥珀蜻蜓榆柳") if CJK_CHARACTER.match(c) and rng.random() < 0.2 else c
            for c in text
        )
        made.append(changed + "。")
    return "".join(made)


def test_chinese_copies_shuffles_and_rewordings_cost() -> None:
    rng = random.Random(2)
    sentences = sentences_of(CHINESE)
    assert repetition(CHINESE + "\n\n" + CHINESE).factor <= 0.1
    assert repetition(CHINESE + "\n\n" + "".join(rng.sample(sentences, len(sentences)))).factor <= 0.3
    assert repetition(CHINESE + "\n\n" + _rephrased_chinese(rng)).factor <= 0.5


def _clauses(sentence: str) -> list[str]:
    return re.split("[，、：；]", sentence.strip("。\n"))


def _stuffed(rng: random.Random) -> str:
    made = ""
    while count_words(made) < count_words(CHINESE_LONG):
        made += "".join(rng.choices(TOPICS, k=rng.randint(6, 14))) + "。"
    return made


def _shuffled_in_clauses(rng: random.Random) -> str:
    """Hardly a word is left, and no clause has its order."""
    sentences = map(_clauses, sentences_of(CHINESE_LONG))
    return "".join("，".join("".join(rng.sample(c, len(c))) for c in clauses) + "。" for clauses in sentences)


def _reworded(rng: random.Random) -> str:
    """Two characters in a row replaced by others a third of the time, the first clause put last, particles put in."""
    made = []
    for clauses in map(_clauses, sentences_of(CHINESE_LONG)):
        words = [re.findall("..?", clause) for clause in clauses[1:] + clauses[:1]]
        said = [
            "".join(rng.choice(OTHERS_ZH) if rng.random() < 1 / 3 else w + "了" * (rng.random() < 0.1) for w in clause)
            for clause in words
        ]
        made.append("，".join(said) + "。")
    return "".join(made)


@pytest.mark.parametrize("script", SCRIPTS)
def test_long_honest_chinese_repeats_nothing(script: str) -> None:
    assert count_words(CHINESE_LONG) > 1300
    assert repetition(CHINESE_LONG.translate(SCRIPTS[script])).factor >= 0.97


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize(("attack", "most"), [(_stuffed, 0.3), (_shuffled_in_clauses, 0.1), (_reworded, 0.22)])
def test_chinese_attacks_cost(attack: Callable[[random.Random], str], most: float, script: str) -> None:
    """Each bound lies between what the Chinese thresholds give, at most 0.2, and what the English ones would: 1, 1, 0.27."""
    texts = [CHINESE_LONG + "\n\n" + attack(random.Random(seed)) for seed in range(3)]
    assert np.mean([repetition(text.translate(SCRIPTS[script])).factor for text in texts]) <= most


def test_function_characters_of_both_scripts_fall_out() -> None:
    text = CHINESE_LONG + "\n\n" + _reworded(random.Random(1))
    traditional = text.translate(SCRIPTS["traditional"])
    assert repetition(traditional).share == pytest.approx(repetition(text).share, abs=1e-12)


def test_sentences_are_known_again_wherever_they_stand() -> None:
    """Order of sentences and of words both lost: no block and no run is left of the first telling."""
    rng = random.Random(3)
    shuffled = [" ".join(rng.sample(words, len(words))) + "." for words in map(words_of, sentences_of(ENGLISH))]
    assert repetition(ENGLISH + "\n\n" + " ".join(rng.sample(shuffled, len(shuffled)))).factor <= 0.3


def test_one_sentence_quoted_again_is_free() -> None:
    found = repetition(
        ENGLISH
        + "\nGreen meant money. Brown meant cheese. Red was for promises, and there was more red than she liked."
    )
    assert 0.02 < found.share <= FREE
    assert found.factor == 1


def test_the_factor_falls_as_more_is_repeated() -> None:
    paragraphs = ENGLISH.strip().split("\n\n")
    factors = [repetition("\n\n".join(paragraphs + paragraphs[:n])).factor for n in (0, 2, 3, 6, len(paragraphs))]
    assert factors[0] == 1
    assert factors == sorted(factors, reverse=True)
    assert factors[-1] < factors[2] < 1


def test_short_lines_refrains_and_tables_are_free() -> None:
    dialogue = "\n\n".join(f'{line}\n\n"Yes," he said.' for line in ENGLISH.strip().split("\n\n"))
    assert repetition(dialogue).factor == 1
    headings = "\n\n".join(f"## Chapter {n}\n\n{p}" for n, p in enumerate(ENGLISH.strip().split("\n\n")))
    assert repetition(headings).factor == 1
    table = "\n".join(f"| {word} | yes | no |" for word in dict.fromkeys(words_of(ENGLISH)[:40]))
    assert repetition(ENGLISH + "\n" + table).factor == 1


@pytest.mark.parametrize("text", ["", "   \n", "***", "a", "the the the", "你", "!!!" * 1000])
def test_texts_of_nothing_repeat_nothing(text: str) -> None:
    assert repetition(text).factor == 1


@pytest.mark.parametrize("text", ["word " * 5000, "字" * 5000, "the same old story " * 2000, "ha! " * 3000])
def test_one_word_for_ever_is_worth_nothing(text: str) -> None:
    assert repetition(text).factor == 0


def test_texts_of_every_small_size() -> None:
    factors = [repetition("word " * times).factor for times in range(1, 200)]
    assert factors[:8] == [1] * 8
    assert set(factors[50:]) == {0}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400), st.integers(1, 4))
def test_any_text_has_a_factor_and_passages_inside_it(text: str, times: int) -> None:
    text = text * times
    found = repetition(text)
    assert 0 <= found.factor <= 1
    assert 0 <= found.share <= 1
    for passage in found.passages:
        assert 0 <= passage.earlier_start < passage.earlier_end
        assert 0 <= passage.start < passage.end <= len(text)
        assert passage.earlier_start < passage.start
        assert 0 < passage.similarity <= 1


def test_overlap_by_hand() -> None:
    """Three sentences of stems; the third has 2 of its 4 stems in the first, 1 in the second."""
    stems = np.array([0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 4, 8], np.int64)
    found = Index(stems).sentences(np.repeat([0, 1, 2], 4))
    assert found.earlier_starts[2] == 0
    assert found.earlier_ends[2] == 4
    weight = np.log1p(1 / 1)  # one cell of 30, and every stem stands in it
    assert found.shared.tolist() == pytest.approx([0, 0, 2 * weight])
    assert found.total.tolist() == pytest.approx([4 * weight] * 3)


def test_a_sentence_without_end_is_cut_at_forty_stems() -> None:
    found = Index(np.arange(100)).sentences(np.zeros(100, np.int64))
    assert found.starts.tolist() == [0, 40, 80]
    assert found.ends.tolist() == [40, 80, 100]


def test_runs_of_eight_words_are_copies_and_of_seven_are_not() -> None:
    run = "if it be so then we too are".split()  # noqa: SIM905 - function words alone: no stems
    assert len(run) == RUN
    filler = [f"w{n}x{n}" for n in range(100)]
    eight = repetition(" ".join([*run, *filler, *run]))
    seven = repetition(" ".join([*run, *filler, *run[:7]]))
    assert eight.share == pytest.approx(8 / 116)
    assert seven.share == 0


def test_stems_meet() -> None:
    assert stem("walked") == stem("walking") == stem("walks") == stem("walk")
    assert stem("national") == stem("nation")
    assert stem("stopped") == stem("stop")
    assert stem("the") == stem("I'll") == stem("it’s") == stem("don't") == ""
    assert stem("captain's") == stem("captain")
    words = read_words("我们用小提琴换船票")
    assert len(words.stems) == 6  # 用小 小提 提琴 琴换 换船 船票


@pytest.mark.slow
@pytest.mark.skipif(not BOOKS.exists(), reason="the corpus is not beside this checkout")
def test_chapters_of_real_books_keep_their_worth() -> None:
    factors = []
    with lzma.open(BOOKS, "rt") as lines:
        for number, line in enumerate(lines):
            if number % 97 == 5 and number < 2000:
                factors.append(repetition(json.loads(line)["text"]).factor)
    assert np.mean(factors) >= 0.97
    assert np.median(factors) == 1


def test_time_grows_with_the_length_not_its_square() -> None:
    rng = random.Random(1)
    words = [
        f"{a}{b}{c}"
        for a in ("bor", "tin", "mas", "fel")
        for b in ("a", "ik", "und")
        for c in ("t", "lor", "mesh", "v")
    ]
    text = " ".join(" ".join(rng.choices(words, k=12)).capitalize() + "." for _ in range(3000))

    def seconds(part: str) -> float:
        repetition(part)
        begin = time.process_time()
        repetition(part)
        return time.process_time() - begin

    assert seconds(text) < 30 * seconds(text[: len(text) // 10])


def test_a_text_without_full_stops_is_cut_into_passages() -> None:
    words = words_of(ENGLISH.lower())
    assert repetition(" ".join(words)).factor == 1
    assert repetition(" ".join(words + words)).factor < 0.1
