"""Lengths in many languages: units, forms of numbers, each, pieces, and what only looks like a length."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.helpers.places import ROOT

from longwriter.length.doubts import doubts
from longwriter.length.languages import languages
from longwriter.length.target import read_target, reading

DOC = ROOT / "docs" / "lengths.md"
ROWS = re.findall(r"^\| ([^|\n]*?) ?\| ([^|\n]+) \| ([\d, a-z]+) \|$", DOC.read_text("utf-8"), re.M)


def as_read(request: str) -> str:
    """The length as the document words it."""
    found = read_target(request)
    if found is None:
        return "none"
    if found.high is None:
        return f"at least {found.low:,}"
    if found.high < 1.04 * found.aim or found.low > 0.96 * found.aim:
        return f"{found.aim:,}"
    if found.aim == round(0.9 * found.high):
        return f"at most {found.high:,}"
    if (found.low, found.high) != (round(0.95 * found.aim), round(1.05 * found.aim)):
        return f"{found.low:,} to {found.high:,}"
    return f"{found.aim:,}"


@pytest.mark.parametrize(("name", "request_", "wanted"), ROWS, ids=[row[1][:40] for row in ROWS])
def test_the_documents_tables_are_what_the_code_reads(name: str, request_: str, wanted: str) -> None:
    assert as_read(request_) == wanted


def test_the_document_has_every_language() -> None:
    assert {languages()[code].name for code in UNITS} <= {name for name, _, _ in ROWS}


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Escribe cinco mil palabras", "5,000"),
        ("mil quinientas palabras", "1,500"),
        ("un texto de entre 1.000 y 2.000 palabras", "1,000 to 2,000"),
        ("no más de 500 palabras", "at most 500"),
        ("10 capítulos, cada uno de 1.500 palabras", "15,000"),
        ("diez capítulos, 2000 palabras por capítulo", "20,000"),
        ("10 capítulos, 20000 palabras en total", "20,000"),
        ("12 chapitres de 2 500 mots chacun", "30,000"),
        ("12 chapitres de 2\u202f500 mots chacun", "30,000"),
        ("Rédige deux mille cinq cents mots", "2,500"),
        ("sans dépasser 800 mots", "at most 800"),
        ("20 Kapitel, pro Kapitel mindestens 2.500 Wörter", "at least 50,000"),
        ("20 Kapitel zu je 3000 Wörtern", "60,000"),
        ("zwischen 1000 und 2000 Wörtern", "1,000 to 2,000"),
        ("maximal 1’500 Wörter", "at most 1,500"),
        ("Ein 20-seitiger Bericht", "10,000"),
        ("Escreva 3 mil palavras", "3,000"),
        ("5 capítulos, cada capítulo com 2.000 palavras", "10,000"),
        ("almeno 3.000 parole", "at least 3,000"),
        ("duemila parole", "2,000"),
        ("3.000 parole per capitolo, 10 capitoli", "30,000"),
        ("не менее 3 000 слов", "at least 3,000"),
        ("30 глав, 3000 слов на главу", "90,000"),
        ("от 2000 до 3000 слов", "2,000 to 3,000"),
        ("максимум 800 слов", "at most 800"),
        ("2000 kelimeden az olmayan bir hikaye", "at least 2,000"),
        ("5 bin kelime", "5,000"),
        ("mỗi chương 3000 từ, 10 chương", "30,000"),
        ("không quá 800 từ", "at most 800"),
        ("10 bab, setiap bab 3000 kata", "30,000"),
        ("lima ribu kata", "5,000"),
        ("خمسة آلاف كلمة", "5,000"),
        ("10 فصول، كل فصل ٣٠٠٠ كلمة", "30,000"),
        ("10 अध्याय, प्रत्येक अध्याय 3000 शब्द", "30,000"),
        ("डेढ़ हज़ार शब्द", "1,500"),
        ("5 हजार शब्दों में", "5,000"),
        ("2000文字で桜についてのエッセイを書いて", "2,000"),
        ("全30話、1話あたり3000文字以上", "at least 90,000"),
        ("20章、章ごとに3000字", "60,000"),
        ("4000字以内で", "at most 4,000"),
        ("5000字の記事を500字で要約して", "500"),
        ("총 30장, 각 장은 3000자 이상", "at least 90,000"),
        ("총 30화, 화당 5000자", "150,000"),
        ("1만 5천자", "15,000"),
        ("5천 자 이내로 요약해 줘", "at most 5,000"),
        ("5000자 기사를 500자로 요약해 줘", "500"),
        ("不少於８０００字", "at least 8,000"),
        ("每章節不少於三千字，共二十章", "at least 60,000"),
        ("二十頁的報告", "16,000"),
        ("一篇兩萬字的文章", "20,000"),
        ("写一本100章的小说，单章字数2000", "200,000"),
        ("20章，章均3000字", "60,000"),
        ("单章字数不低于2000字，总共10章", "at least 20,000"),
        ("全书30万字，100章，每章3000字", "300,000"),
        ("讲一个守灯塔的人，一部30万字的小说", "300,000"),
        ("一話3000字で全10話", "30,000"),
        ("毎章3000字、計20章", "60,000"),
        ("10 บท บทละ 3000 คำ", "30,000"),
        ("۱۰ فصل، هر فصل ۳۰۰۰ کلمه", "30,000"),
        ("10 hoofdstukken van 2.000 woorden", "20,000"),
        ("Write 10 posts of 280 characters each", "467"),
        ("写30章小说，3000字一章", "90,000"),
        ("30章×3000字", "90,000"),
        ("20 chapters x 3000 words", "60,000"),
        ("Write 12 chapters of at least 2,000 words", "at least 24,000"),
        ("Word count per chapter: 2000. 10 chapters", "20,000"),
        ("Write 2 500-word essays", "1,000"),
        ("Write a 5,000- to 7,000-word story", "5,000 to 7,000"),
        ("Write 2000 characters about tea", "333"),
        ("Write 800 characters in Chinese about tea", "800"),
        ("Resume este informe de 20 páginas en 500 palabras", "500"),
        ("Fasse diesen 5000-Wörter-Artikel in 300 Wörtern zusammen", "300"),
        ("Сократи эту статью до 500 слов", "at most 500"),
        ("このレポートを500字以内で要約して", "at most 500"),
    ],
)
def test_forms_by_language(said: str, wanted: str) -> None:
    assert as_read(said) == wanted
    assert not doubts(said)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Einleitung 500 Wörter, Hauptteil 3000 Wörter, Fazit 500 Wörter", "4,000"),
        ("introducción: 500 palabras; marco teórico: 1.500 palabras; conclusión: 500 palabras", "2,500"),
        ("введение 500 слов, основная часть 2000 слов, заключение 500 слов", "3,000"),
        ("緒論500字，正文800字，結論200字", "1,500"),
        ("序論500字、本論2000字、結論500字のレポートを書いて", "3,000"),
        ("서론 500자, 본론 2000자, 결론 500자", "3,000"),
        ("Kapitel 1: 3000 Wörter; Kapitel 2: 2500 Wörter", "5,500"),
        ("Write a guide: history 500 words, culture 700 words, food 300 words", "1,500"),
        ("Introduction: 500 words, 5 chapters of 1000 words each, conclusion 500 words", "6,000"),
        ("a 5000-word thesis: introduction 500 words, body 3000 words, conclusion 2500 words", "5,000"),
        (
            "Ensayo de 2000 palabras: introducción 300 palabras, desarrollo 1400 palabras, conclusión 300 palabras",
            "2,000",
        ),
        ("subject 300 words, verb 200 words, object 300 words, in total 5000 words", "5,000"),
    ],
)
def test_named_pieces_are_added_up_unless_a_whole_is_named(said: str, wanted: str) -> None:
    assert as_read(said) == wanted


@pytest.mark.parametrize(
    "said",
    [
        *(
            "chapters of 3,000 words",
            "Write a story; each chapter should have 3000 words",
            "每章3000字的小说",
            "单章3000字",
        ),
        *(
            "3000 Wörter pro Kapitel",
            "capítulos de 3.000 palabras",
            "chaque chapitre 3000 mots",
            "各章3000字の小説を書いて",
        ),
        *("각 장은 3000자", "каждая глава по 3000 слов", "ogni capitolo 3000 parole", "mỗi chương 3000 từ"),
    ],
)
def test_the_length_of_each_of_unnamed_parts_is_no_length_of_the_whole_and_is_said(said: str) -> None:
    assert read_target(said) is None
    assert reading(said).loose
    assert "each part" in doubts(said)[0]


@pytest.mark.parametrize(
    ("said", "quoted"),
    [
        ("Kirjoita 5000 sanaa merestä", "5000 sanaa"),
        ("Írj egy 3000 szavas esszét a teáról", "3000 szavas"),
        ("একটি ৫০০০ শব্দের প্রবন্ধ লিখুন", "৫০০০ শব্দের"),
        ("an essay on tea, about 3000 please", "3000 please"),
        ("Schreibe einen Aufsatz über Tee, etwa 3000 bitte", "3000 bitte"),
        ("Write 5000 tokens about tea", "5000 tokens"),
        ("Write 3000 wrods on tea", "3000 wrods"),
        ("Write an essay of at least 2000", "2000"),
        ("Escribe un ensayo sobre el mar, mínimo 3000", "3000"),
        ("An essay on tea, 3000", "3000"),
        ("a story, 5k please", "5k please"),
    ],
)
def test_a_number_that_may_be_a_length_is_said(said: str, quoted: str) -> None:
    assert read_target(said) is None
    assert doubts(said)[0].startswith(f"{quoted!r} was not taken")


@pytest.mark.parametrize(
    "said",
    [
        *("a story set in 1945", "Fahrenheit 451: write a review", "20,000 leagues under the sea, a retelling"),
        *(
            "Write about the year 2000",
            "an essay about 1984",
            "top 100 lists",
            "a story about a $5000 prize",
            "RFC 2000",
        ),
        *(
            "Write a poem about 300 Spartans",
            "a history of prices, from 500 to 900 euros",
            "I need an essay about 1500.",
        ),
        *("a history of the French Revolution, 1789", "a story about a man who wrote 1000 letters", "a woman aged 100"),
        *(
            "A guide to hiking 500 km",
            "Die Geschichte von 1500 Soldaten",
            "a novel with 300 characters",
            "小说发生在2000年",
        ),
        *(
            "500 Wörter pro Minute",
            "500 palabras por minuto",
            "J'ai écrit 3000 mots, continue",
            "Résume cet article de 3000 mots",
        ),
        *("How many words are in a 300-page book?", "Is 500 words enough for a blog post?", "the 500-word rule"),
        *("a child with a vocabulary of 5000 words", "Write like a poet who knows 3000 words"),
        *("explain what 'in 500 words' means", 'Write a story titled "A Thousand Words"', "解释“三千字”的意思"),
        *(
            "Une histoire de 1000 soldats en 1950",
            "Resume este informe de 20 páginas",
            "Write a report on the Fiat 500",
        ),
    ],
)
def test_what_only_looks_like_a_length(said: str) -> None:
    assert read_target(said) is None
    assert not doubts(said)


UNITS = {
    "es": "palabras",
    "fr": "mots",
    "de": "Wörter",
    "pt": "palavras",
    "it": "parole",
    "nl": "woorden",
    "ru": "слов",
    "uk": "слів",
    "pl": "słów",
    "cs": "slov",
    "sv": "ord",
    "el": "λέξεις",
    "tr": "kelime",
    "vi": "từ",
    "id": "kata",
    "ar": "كلمة",
    "fa": "کلمه",
    "he": "מילים",
    "hi": "शब्द",
    "th": "คำ",
    "ja": "文字",
    "ko": "자",
    "en": "words",
    "zh": "字",
}
DIGITS = ["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "０１２３４５６７８９", "๐๑๒๓๔๕๖๗๘๙", "০১২৩৪৫৬৭৮৯"]
PARTED = [",", "\u00a0", "\u202f", "\u2009", "'", "’"]


def test_every_language_has_its_unit_here() -> None:
    assert set(UNITS) == {code for code, language in languages().items() if language.reads} | {"en", "zh"}


@pytest.mark.parametrize("code", UNITS)
@given(number=st.integers(20, 1_000_000), digits=st.sampled_from(DIGITS), mark=st.sampled_from(PARTED))
def test_a_number_in_any_digits_and_parted_in_any_way_reads_back(
    code: str, number: int, digits: str, mark: str
) -> None:
    other = str.maketrans(DIGITS[0], digits)
    for written in (str(number), f"{number:,}".replace(",", mark)):
        found = read_target(f"{written.translate(other)} {UNITS[code]}")
        assert found is not None
        assert found.aim == number


@pytest.mark.parametrize("code", ["es", "de", "pt", "it", "nl", "id", "tr", "el", "vi"])
@given(number=st.integers(1000, 1_000_000))
def test_points_part_thousands(code: str, number: int) -> None:
    found = read_target(f"{number:,} {UNITS[code]}".replace(",", "."))
    assert found is not None
    assert found.aim == number


@pytest.mark.parametrize("code", UNITS)
@given(tenths=st.integers(1, 999))
def test_thousands_in_k_with_either_decimal_mark(code: str, tenths: int) -> None:
    for mark in ".,":
        written = f"{tenths // 10}{mark}{tenths % 10}k {UNITS[code]}"
        found = read_target(written)
        assert found is not None
        assert found.aim == tenths * 100


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    [
        "500 palabras ",
        "je Kapitel 300 Wörter, ",
        "3000자 각 장 ",
        "1 000 ",
        "mil ",
        "第1章：3000字、",
        "about 3000 please ",
    ],
)
def test_a_long_request_is_read_and_doubted_in_bounded_time(unit: str) -> None:
    begin = time.process_time()
    doubts(unit * (100_000 // len(unit)))
    assert time.process_time() - begin < 8


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from([*UNITS.values(), "5.000", "mil", "je", "cada", "-", "각", "章", "de"])).map(" ".join)
)
def test_any_text_is_read_or_doubted_without_fault(said: str) -> None:
    found = read_target(said)
    assert found is None or 0 < found.low <= found.aim
    assert len(doubts(said)) <= 1
