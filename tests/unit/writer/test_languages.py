"""The language of a request: how it is told, the prompts that it gets, and what a person is told of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.helpers.making import fake, session, settings

from longwriter.errors import InputError
from longwriter.length.languages import language_of
from longwriter.length.scripts import SIMPLIFIED, TRADITIONAL, is_traditional, simplified
from longwriter.models.base import ModelConfig
from longwriter.models.fake import FakeModel
from longwriter.text import count_words
from longwriter.writer.events import Event, Warned
from longwriter.writer.session import Options


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        ("Write a history of the lighthouse", "English"),
        ("Escribe un ensayo de 5000 palabras sobre el mar", "Spanish"),
        ("Écris un article de 4000 mots sur le thé", "French"),
        ("Schreibe einen Aufsatz mit 2000 Wörtern über Tee", "German"),
        ("Escreva um conto de 2000 palavras sobre o mar", "Portuguese"),
        ("Scrivi un racconto di 2000 parole sul mare", "Italian"),
        ("Schrijf een verhaal van 2000 woorden over de zee", "Dutch"),
        ("Напиши рассказ на 2000 слов о море", "Russian"),
        ("Напиши оповідання про море її дитинства", "Ukrainian"),
        ("Napisz opowiadanie o morzu, nie dłuższe niż 2000 słów", "Polish"),
        ("Napiš povídku o moři, která je jak pohádka", "Czech"),
        ("Skriv en berättelse om havet", "Swedish"),
        ("Γράψε μια ιστορία για τη θάλασσα", "Greek"),
        ("Deniz hakkında bir hikaye yaz", "Turkish"),
        ("Hãy viết một truyện về biển", "Vietnamese"),
        ("Tulis sebuah cerita tentang laut", "Indonesian"),
        ("اكتب قصة عن البحر", "Arabic"),
        ("یک داستان درباره دریا بنویس که پر از چای باشد", "Persian"),
        ("כתוב סיפור על הים", "Hebrew"),
        ("समुद्र पर एक कहानी लिखें", "Hindi"),
        ("เขียนเรื่องเกี่ยวกับทะเล", "Thai"),
        ("海についての物語を書いてください", "Japanese"),
        ("바다에 대한 소설을 써 주세요", "Korean"),
        ("Escriu una història a la mar", "Catalan"),
        ("Kirjoita tarina merestä", "Finnish"),
        ("写一篇关于大海的文章", "Chinese"),
        ("寫一篇關於大海的文章", "Chinese"),
        *((text, "") for text in ("Kirjuta lugu merest", "ზღვაზე დაწერე მოთხრობა", "5000", "Tea")),
    ],
)
def test_the_language_of_a_request(request_: str, name: str) -> None:
    told = language_of(request_)
    assert (told.name if told else "") == name


@pytest.mark.parametrize(
    ("request_", "traditional"),
    [
        ("寫一部小說，講一個守燈塔的人", True),
        ("請寫一篇關於茶的歷史文章，不少於3000字", True),
        ("写一部小说，讲一个守灯塔的人", False),
        ("请写一篇介绍“臺灣”旅游的文章", False),
        ("中文", False),
        ("Write a story", False),
    ],
)
def test_traditional_is_told_by_characters_of_one_script_alone(request_: str, traditional: bool) -> None:
    assert is_traditional(request_) is traditional


def test_the_pairs_of_characters_are_pairs() -> None:
    assert len(TRADITIONAL) == len(SIMPLIFIED) == len(set(TRADITIONAL))
    assert not set(TRADITIONAL) & set(SIMPLIFIED)


@given(st.text())
def test_one_spelling_keeps_the_places(text: str) -> None:
    assert len(simplified(text)) == len(text)


def sent(model: FakeModel) -> str:
    return "\n".join(message.content for request in model.requests for message in request.messages)


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        ("Escribe un ensayo de 600 palabras sobre el mar", "Write in Spanish, unless"),
        ("바다에 대한 600자 소설을 써 주세요", "Write in Korean, unless"),
        ("Write a 600-word story", "Write in English, unless"),
        ("Kirjuta lugu merest", "Write in the language of the request, unless"),
    ],
)
async def test_english_prompts_name_the_language_to_answer_in(request_: str, told: str) -> None:
    model = fake()
    await session(model, settings(request_)).run()
    assert all(told in request.messages[0].content for request in model.requests)


async def test_a_request_in_traditional_chinese_gets_prompts_in_its_script() -> None:
    request = "寫一篇1200字的散文，關於燈塔"
    model = fake()
    run = session(model, settings(request))
    result = await run.run()
    assert run.prompts.name == "zh-Hant"
    prompts = "\n".join(
        message.content for asked in model.requests for message in asked.messages if message.role in ("system", "user")
    )
    assert "一律使用繁體中文" in prompts
    assert not set(run.prompts.render("system") + run.prompts.render("middle")) & set("绝写这节总结")
    assert abs(count_words(result.text) / 1200 - 1) < 0.1


async def test_the_script_can_be_chosen() -> None:
    model = fake()
    await session(model, settings("Write about the sea", words=300, language="zh-Hant")).run()
    assert "一律使用繁體中文" in sent(model)


async def test_a_model_of_one_language_refuses_another() -> None:
    config = {"model": "fake:", "card": "smollm2"}
    for request, name in (
        ("Escribe un cuento sobre el mar para los niños", "Spanish"),
        ("바다에 대한 소설을 써 주세요", "Korean"),
    ):
        run = session(FakeModel(ModelConfig(model="fake"), ""), settings(request, words=200, writer=config))
        with pytest.raises(InputError, match=f"writes English alone, and the request is in {name}"):
            await run.run()


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        ("Write a novel with chapters of 3,000 words", "each part"),
        ("Kirjoita 5000 sanaa merestä", "'5000 sanaa' was not taken"),
        ("Write a story set in 1945", ""),
        ("Write 300 words about tea", ""),
    ],
)
async def test_a_length_that_was_not_understood_is_said_once(request_: str, told: str) -> None:
    heard = list[Event]()
    run = session(fake(), settings(request_), Options(on_event=heard.append))
    await run.run(plan_only=True)
    await run.run(plan_only=True)
    said = [event.message for event in heard if isinstance(event, Warned)]
    assert (len(said) == 1 and told in said[0]) if told else not said


async def test_nothing_is_doubted_where_an_option_names_the_length() -> None:
    heard = list[Event]()
    chosen = settings("Kirjoita 5000 sanaa merestä", words=300)
    await session(fake(), chosen, Options(on_event=heard.append)).run(plan_only=True)
    assert not [event for event in heard if isinstance(event, Warned)]


@pytest.mark.parametrize("ratio", [0.5, 0.7, 1.0, 1.3, 1.8])
@pytest.mark.parametrize(
    "request_", ["Write a 200-word story about tea", "Écris un conte de 200 mots sur le thé", "寫一篇200字的散文"]
)
async def test_short_texts_keep_their_length(ratio: float, request_: str) -> None:
    result = await session(fake(ratio), settings(request_)).run()
    assert abs(count_words(result.text) / 200 - 1) <= 0.1
