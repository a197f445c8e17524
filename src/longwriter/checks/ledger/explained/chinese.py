"""What Chinese says of another time, a change, a namesake, a part of the whole: why two facts may both be so."""

import re
from functools import lru_cache

from longwriter.checks.ledger.explained.wordings import Wordings
from longwriter.checks.ledger.numbers import CHINESE_NUMBER, chinese_number

_WRITTEN_YEAR = "1[0-9]{3}|20[0-9]{2}|[一二][〇零一二三四五六七八九]{3}"
_YEAR = re.compile(rf"(?<![0-9〇零一二三四五六七八九])({_WRITTEN_YEAR})年")
_WET, _DRY = re.compile("湿|淋"), re.compile("干了|吹干|晒干|擦干")


def _year_in(words: str) -> int | None:
    found = set(_YEAR.findall(words))
    return chinese_number(next(iter(found))) if len(found) == 1 else None


def _wet_or_dry(words: str) -> str:
    return "wet" if _WET.search(words) else "dry" if _DRY.search(words) else ""


@lru_cache(maxsize=64)
def _seemed(colour: str) -> re.Pattern[str]:
    return re.compile(f"(?:看起来|看上去|显得|几乎|好像|像是|仿佛)[^，。！？]{{0,6}}{re.escape(colour)}")


WORDINGS = Wordings(
    says=re.compile('[“”「」『』"]'),
    namesake=re.compile("同名|重名|也叫|(?:两|三)个[^，。]{0,4}都叫|双胞胎|孪生|大的那个|小的那个"),
    unreal=re.compile(
        "(?:戏|梦|电影|小说|剧|游戏|故事|传说|舞台|歌|话本)(?:里|中|上(?!台|演))|演的?是|扮演?|饰演|下了台|谢幕|做了?(?:一个|个)?梦"
    ),
    pictured=re.compile("(?:照片|相片|画像|画|镜头)(?:里|中|上)|合影|遗照"),
    lie=re.compile("假装|装作|谎|骗|冒充|冒名|伪造|诈死|装死|传言|误以为"),
    year_in=_year_in,
    looking_back=re.compile(
        "回忆|往事|想起|记得|回想|当初|小时候|从前|童年|少年时|年轻时|照片|回到[^，。]{0,6}年前|忆起|说起|提起|讲起"
    ),
    hedged=re.compile("[好是]?像[^，。]{0,4}岁|自称|心理年龄|装成"),
    dated=re.compile(f"{CHINESE_NUMBER}岁(?:那年|时|的时候)(.{{0,8}})"),
    time_goes_on=re.compile("年后|后来|如今|现在|今年|过了|又过|转眼|已经|长到|到了|了$"),
    recoloured=re.compile(
        "染|假发|美瞳|隐形眼镜|漂(?:白|过|成|了)|油漆|化妆|洗(?:掉|净|干净|去)|变(?:成|白|黑)|照成|映成|晒成|掉色|褪"
    ),
    wet_or_dry=_wet_or_dry,
    seemed=_seemed,
    rough=re.compile("(?:大约|约|大概|差不多|近|将近|不到|超过|至少|起码)[^，。]{0,3}[0-9一二三四五六七八九十百]"),
    part=re.compile(f"只剩|剩下|还剩|(?:第|最后|最上面|其余|其他|另外|另|其中|有的)的?{CHINESE_NUMBER}|[东西南北]头"),
    place=re.compile("([东西南北][边区街]|[上下前后]院|上海|北京|南京|广州|[省县]城)"),
    when=re.compile(
        f"(?:{_WRITTEN_YEAR})年|(?:大火|战争|地震|水灾|洪水|扩建|重建|改建|翻修|装修|战乱|解放|革命|台风)(?:之?[前后]|中)"
        "|最初|起初|去年|今年|明年|年前|年后"
    ),
    counted_anew=re.compile("加盖|扩建|新建|又建|添|增|拆|卖|买|烧|毁|塌|改|死|丢|失|搬走|送走|借走|倒闭|关|填"),
    calendar=re.compile("农历|阴历|旧历|阳历|公历|新历|夏历|西历"),
    christened=re.compile("满月|百日|受洗|洗礼|上户口"),
    again=re.compile("再次|又一次|第[二三四五六七八九十][次届场]|另一[场次届]|下一[场次届]|改期|推迟|改到|延期"),
    owner=re.compile("([他她])的?(?:婚礼|葬礼|生日|忌日|婚期|寿宴|喜事|审判)"),
    recurring=re.compile(":(?:考试|比赛|会议|选举|拍卖会|舞会|演出|展览|音乐会|庙会|地震|洪水|毕业|开学|庆典)$"),
    ends=re.compile("闭幕|结束|散会|完毕|落幕|扑灭|熄灭|休庭|宣判|为止"),
    real_kin=re.compile("亲生|生身|生父|生母|亲[爹娘妈爸哥姐弟妹]"),
    loose_kin=re.compile(
        "干[爹妈娘哥姐弟妹儿女]|义[父母兄弟子女]|结拜|认作|视如|如同|就像|当成|名义上|过继|收养|继[父母]|[后养][爹妈娘父母]|改口"
        "|叫[他她]|喊[他她]|称[他她]|口头"
    ),
    joined=re.compile("嫁|娶|结婚|成亲|离婚|改嫁|再婚|成了|过门|订婚|认了"),
    revived=re.compile("苏醒|醒来|醒了|救活|活过来|睁开|有了?(?:呼吸|心跳|脉搏)|抢救|复活|咳|喘|重新开始"),
    alive=re.compile("年前|还活着|活着的时候|生前|在世|当时还|回到[^，。]{0,6}年"),
    backwards=re.compile("在此之前|在那之前|死前|临死前|生前|从前|当年|[年月天]前|时间回到|倒叙"),
    no_death=re.compile("没有?死|没死成|只是昏|[昏晕]了?过去|装死|早(?:就|已)[^，。]{0,2}(?:刻|备|选)好|预备|准备好的"),
)
