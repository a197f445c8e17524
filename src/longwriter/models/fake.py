"""A model without a model: answers at once, from a script or by rule, and never touches the network.

`fake` and `fake:RATIO` write RATIO times the length that the last user message asks for, in random words that depend on
the request alone, and fill a JSON schema where one is given: for tests, examples and estimates of cost. A script
(`FakeModel.scripted`) answers what a test needs. A token is a word, or one Chinese character. Leaves out: sense.
"""

import asyncio
import hashlib
import json
import random
import re
from collections.abc import Callable, Sequence
from typing import Any, Self

from longwriter.errors import EmptyReply, SetupError
from longwriter.models.base import Listener, Listens, ModelConfig, listening
from longwriter.types import Reply, Request, Usage

Answer = str | Reply | Exception

CJK = "\u3400-\u9fff"
TOKEN = re.compile(rf"[{CJK}]|[^\s{CJK}]*[^\W{CJK}][^\s{CJK}]*")  # a word with what clings to it, or one character
ASKED = re.compile(r"(\d[\d,]*)[\s-]*(?:words?\b|个?字)")
UNASKED = 200  # words of a reply to a message that names no length

_ENGLISH = """
a about above across after again air all along always among an and another any apple around as ask at autumn away back
bag basket be bed before behind bell below bench beside best better between bird black blue boat book both bottle box
boy branch bread bridge bring brown build but by call candle care carry chair child circle city clear clock cloud coat
cold colour come cook copper corn corner could country cross cup dark day deep door down draw dream dress drink drop dry
each early earth east edge empty end even evening every eye face fall family far farm fast father feel few field find
fire first fish floor flower fly follow food foot forest found four friend from front full garden gate gentle give glass
go gold good grass great green ground grow half hand harbour hat hear heart heavy help here high hill hold home honey
horse hour house if in inside island it keep key kind kitchen know lake lamp land large last late laugh leaf learn leave
left letter light like line listen little long look low many map mark market mast meadow meet mile milk mind mirror
moon more morning mother mountain move much music name narrow near never new next night no north now of often old on
once one open or orchard other out over
"""
ENGLISH = _ENGLISH.split()
CHINESE = (
    "天地人山水火木金土日月星云风雨雪花草树叶春夏秋冬东西南北上下左右前后里外大小长短高低远近新旧早晚今明年时分"
    "门窗桌椅灯书纸笔船车马牛羊鸟鱼虫米饭茶酒衣鞋手足目耳口心头身父母兄弟姐妹朋友老少男女孩子王李张来去出入走跑"
    "坐立看听说问答写读想知道爱喜笑哭生死开关买卖做用有无是不在也都很又还再就才只最红黄蓝白黑青田园林河海江湖石"
)
NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


class FakeModel:
    """A scripted model; `requests` holds what was asked, in order."""

    name = "fake"
    prefill = True
    seeded = True

    def __init__(self, config: ModelConfig, rest: str) -> None:  # noqa: ARG002 - every backend is made with both
        """`rest`: RATIO, "" for 1. Raises SetupError where it is not a number above 0."""
        if not re.fullmatch(r"(\d+\.?\d*|\.\d+)?", rest) or (rest and float(rest) == 0):
            raise SetupError(f"fake:{rest}: what follows the colon is the ratio of written to asked words, such as 0.8")
        self.ratio = float(rest or 1)
        self.requests: list[Request] = []
        self._script: Callable[[Request], Answer] = self._by_rule

    @classmethod
    def scripted(cls, answers: Sequence[Answer] | Callable[[Request], Answer]) -> Self:
        """Answers one by one, or a function's; an exception is raised. SetupError where more is asked for."""
        model = cls(ModelConfig(model="fake"), "")
        if callable(answers):
            model._script = answers
        else:
            left = iter(answers)
            model._script = lambda _: next(left, SetupError(f"the fake model's script of {len(answers)} is at its end"))
        return model

    async def reply(self, request: Request, listener: Listens | None = None) -> Reply:
        """The next answer. Raises EmptyReply for an answer of whitespace, and what the script tells it to."""
        self.requests.append(request)
        await asyncio.sleep(0)  # a text of a million words must not keep the loop from hearing a signal
        answer = self._script(request)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, str):
            usage = Usage(
                prompt_tokens=sum(count(m.content) for m in request.messages), completion_tokens=count(answer)
            )
            answer = Reply(text=answer, finish="stop", usage=usage)
        if not answer.text.strip():
            raise EmptyReply("the fake model's answer is empty")
        heard = listening(listener)
        return answer if heard is None else _told(answer, heard)

    async def window(self) -> int | None:
        """No limit."""
        return None

    def count_tokens(self, text: str) -> int | None:
        """Words and Chinese characters."""
        return count(text)

    async def aclose(self) -> None:
        """Nothing is open."""

    def _by_rule(self, request: Request) -> Reply:
        """JSON of the schema, or prose of the asked length; cut at max_tokens."""
        begun = request.messages[-1].content if request.messages[-1].role == "assistant" else ""
        asked = [m.content for m in request.messages if m.role == "user"][-1]
        digest = hashlib.sha256(json.dumps([m.content for m in request.messages if m.role != "assistant"]).encode())
        digest.update(str(request.seed).encode())
        rng = random.Random(digest.digest())
        numbers = ASKED.findall(asked)
        words = int(numbers[-1].replace(",", "")) if numbers else UNASKED
        write = _chinese if len(re.findall(rf"[{CJK}]", asked)) > len(asked) / 3 else _english
        if request.json_schema is not None:
            text = json.dumps(_Filler(request.json_schema, words, rng).value(), ensure_ascii=False)
        else:
            text = write(max(1, round(words * self.ratio)), rng)
        if text.startswith(begun):
            text = text[len(begun) :] or " " + write(8, rng)
        found, limit = [m.end() for m in TOKEN.finditer(text)], request.max_tokens
        cut = limit is not None and len(found) > limit
        if limit is not None and cut:
            text = text[: found[limit - 1]] if limit else ""
        usage = Usage(prompt_tokens=sum(count(m.content) for m in request.messages), completion_tokens=count(text))
        return Reply(text=text, finish="length" if cut else "stop", usage=usage)


def _told(answer: Reply, listener: Listener) -> Reply:
    """The answer as far as the listener wants to hear it."""
    listener.begin()
    heard = ""
    for piece in re.split(r"(?<=\s)", answer.text):
        heard += piece
        if listener.hear(piece) and len(heard) < len(answer.text):
            return answer.model_copy(update={"text": heard, "finish": "cut", "usage": Usage()})
    return answer


def count(text: str) -> int:
    """Words, and Chinese characters one by one; punctuation that stands alone is not counted."""
    return sum(1 for _ in TOKEN.finditer(text))


def _english(words: int, rng: random.Random) -> str:
    """Sentences of 6 to 16 words in paragraphs of 3 to 6 sentences; exactly so many words in all."""
    paragraphs, left = list[str](), words
    while left:
        sentences = list[str]()
        for _ in range(rng.randint(3, 6)):
            length = min(left, rng.randint(6, 16))
            left -= length
            if length:
                sentence = " ".join(rng.choice(ENGLISH) for _ in range(length))
                sentences.append(sentence[0].upper() + sentence[1:] + rng.choice("...?!"))
        paragraphs.append(" ".join(sentences))
    return "\n\n".join(paragraphs)


def _chinese(characters: int, rng: random.Random) -> str:
    """Clauses of 4 to 9 characters, ended by commas and full stops, in paragraphs; punctuation comes on top."""
    text, left = "", characters
    while left:
        length = min(left, rng.randint(4, 9))
        left -= length
        text += "".join(rng.choice(CHINESE) for _ in range(length)) + rng.choice(("，", "，", "。", "。", "。\n\n"))
    return text.rstrip("，。\n") + "。"


class _Filler:
    """Fills one JSON schema with the least that it allows; `words` is what the parts' fields of that name add up to."""

    def __init__(self, schema: dict[str, Any], words: int, rng: random.Random) -> None:
        self.schema, self.words, self.rng = schema, words, rng
        self.titles, self.parts = 0, 1

    def value(self) -> object:
        """The whole value."""
        return self._fill(self.schema, "")

    def _fill(self, schema: dict[str, Any], name: str) -> object:
        """One value; `name` is the field that it stands in."""
        if "$ref" in schema:
            return self._fill(self.schema["$defs"][schema["$ref"].rpartition("/")[2]], name)
        for key in ("anyOf", "oneOf", "allOf"):
            if key in schema:
                return self._fill(schema[key][0], name)
        if "const" in schema or "enum" in schema:
            return schema["const"] if "const" in schema else schema["enum"][0]
        kind = schema.get("type", "string")
        if kind == "object":
            return {key: self._fill(inner, key) for key, inner in schema.get("properties", {}).items()}
        if kind == "array":
            self.parts = max(1, schema.get("minItems", 1))
            return [self._fill(schema.get("items", {}), name) for _ in range(self.parts)]
        if kind in ("integer", "number"):
            low = schema.get("minimum", 1)
            high = schema.get("maximum", max(low, 1000))
            return min(high, max(low, self.words // self.parts if name == "words" else (low + high) // 2))
        if kind == "string":
            return self._string(name)[: schema.get("maxLength")]
        return {"boolean": True, "null": None}[kind]

    def _string(self, name: str) -> str:
        """Titles are counted, so that no two are alike; other texts are a few words."""
        if name != "title":
            return " ".join(self.rng.choice(ENGLISH) for _ in range(8))
        self.titles += 1
        return f"Part {NUMBERS[self.titles] if self.titles < len(NUMBERS) else self.titles}"
