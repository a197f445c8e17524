"""Plans in other languages: counts, labels, headers and keys of `planwords.toml`."""

import json
import tomllib
from pathlib import Path

import pytest

from longwriter.writer.plan.parse import parse_plan
from longwriter.writer.plan.reading import words as planwords
from longwriter.writer.plan.reading.counts import count_in_brackets, without_count, words_in

TABLE = tomllib.loads((Path(planwords.__file__).parent / "planwords.toml").read_text("utf-8"))
FULL = [name for name, entry in TABLE.items() if "title" in entry]


def rows(reply: str) -> list[tuple[str, str, int]]:
    return [(s.title, s.point, s.words) for s in parse_plan(reply).sections]


def test_the_languages_that_must_be_there_are_whole() -> None:
    for name in ("en", "zh", "ja", "ko", "es", "fr", "de", "pt", "ru", "it", "ar", "vi", "id", "hi"):
        assert {"unit", "about", "title", "point", "words", "section", "chapter", "parts", "outline", "total"} <= set(
            TABLE[name]
        )


@pytest.mark.parametrize("language", TABLE)
def test_every_unit_is_read_and_leaves_the_title(language: str) -> None:
    entry = TABLE[language]
    for unit in entry["unit"]:
        about = entry.get("about", [""])[0]
        for count in (f"450 {unit}", f"450{unit}", f"{about} 450 {unit}", f"400-500 {unit}", f"４５０ {unit}"):
            text = f"1. Aa Bb ({count}): pp\n2. Cc Dd （{unit}: 800）\n3. Ee\n"
            assert rows(text) == [("Aa Bb", "pp", 450), ("Cc Dd", "", 800), ("Ee", "", 625)], count


@pytest.mark.parametrize("language", FULL)
def test_every_name_works_as_key_label_and_header(language: str) -> None:
    entry = TABLE[language]
    titles, points, words = (dict.fromkeys(entry[kind]) for kind in ("title", "point", "words"))
    expected = [("Aa", "pp", 450), ("Cc", "qq", 800)]
    for title, point, count in [
        *((title, entry["point"][0], entry["words"][0]) for title in titles),
        *((entry["title"][0], point, entry["words"][0]) for point in points),
        *((entry["title"][0], entry["point"][0], count) for count in words),
    ]:
        items = [{title: "Aa", point: "pp", count: 450}, {title: "Cc", point: "qq", count: f"800 {entry['unit'][0]}"}]
        assert rows(json.dumps({entry["parts"][0].upper(): items})) == expected, (title, point, count)
        table = f"| {count} | # | {point} | {title} |\n|--|--|--|--|\n| 450 | 1 | pp | Aa |\n| 800 | 2 | qq | Cc |"
        assert rows(table) == expected, table
        labels = f"1. **{title}**: Aa\n- {point.title()}: pp\n- {count}: 450\n\n2. {title}：Cc\n**{point}:** qq\n{count}: 800"
        assert rows(labels) == expected, labels


@pytest.mark.parametrize("language", FULL)
def test_chapters_in_a_language_hold_their_sections(language: str) -> None:
    title, parts, words = (TABLE[language][kind][0] for kind in ("title", "parts", "words"))
    chapters = [
        {title: name, parts: [{title: f"{name}1", words: 450}, {title: f"{name}2", words: 800}]}
        for name in ("Aa", "Bb")
    ]
    plan = parse_plan(json.dumps({title: "Sea", parts: chapters}))
    assert plan.title == "Sea"
    assert [(s.title, s.words, s.chapter) for s in plan.sections] == [
        ("Aa1", 450, "Aa"), ("Aa2", 800, "Aa"), ("Bb1", 450, "Bb"), ("Bb2", 800, "Bb"),
    ]  # fmt: skip


def test_chapters_under_names_that_no_language_knows_hold_their_sections() -> None:
    section = '{"izenburua": "Lainoa", "hitzak": 450}, {"izenburua": "Ekaitza", "hitzak": 800}'
    plan = parse_plan(f'{{"title": "Sea", "zatiak": [{{"title": "Aa", "zatiak": [{section}]}}]}}')
    assert [(s.title, s.words, s.chapter) for s in plan.sections] == [("Lainoa", 450, "Aa"), ("Ekaitza", 800, "Aa")]


def test_people_beside_a_section_are_no_sections() -> None:
    people = '"people": [{"name": "Tom", "born": 1914}]'
    reply = f'[{{"title": "Fog", "point": "x", {people}}}, {{"title": "Storm", "words": 600, {people}}}]'
    assert [s.title for s in parse_plan(reply).sections] == ["Fog", "Storm"]


@pytest.mark.parametrize("language", FULL)
def test_every_name_of_a_part_takes_a_number(language: str) -> None:
    entry = TABLE[language]
    for name in [*entry["section"], *entry["chapter"]]:
        text = f"{name} 1: Aa (450 {entry['unit'][0]})\npp\n\n{name} 2 - Cc (800 {entry['unit'][0]})\nqq"
        assert rows(text) == [("Aa", "pp", 450), ("Cc", "qq", 800)], name


@pytest.mark.parametrize("language", FULL)
def test_totals_and_headings_are_no_sections(language: str) -> None:
    entry = TABLE[language]
    unit = entry["unit"][0]
    for total in entry["total"]:
        text = f"# {entry['outline'][0].title()}\n\n1. Aa (450 {unit})\n2. Cc (800 {unit})\n\n**{total}: 1250 {unit}**"
        assert rows(text) == [("Aa", "", 450), ("Cc", "", 800)], total
        assert parse_plan(text).title == ""


PLANS = {
    "es": "Sección 1: La niebla\nPunto principal: Tomás halla la carta\nPalabras: 400\n\n"
    "Sección 2: La tormenta\nPunto principal: Tomás zarpa\nPalabras: 1.200",
    "es ordinals": "Capítulo primero: La niebla (400 palabras)\nTomás halla la carta\n\n"
    "Capítulo segundo: La tormenta (entre 1.100 y 1.300 palabras)\nTomás zarpa",
    "es table": "| Palabras | Sección | Punto principal |\n|---|---|---|\n| 400 | La niebla | Tomás halla la carta |\n"
    "| 1.200 | La tormenta | Tomás zarpa |\n| 1.600 | Total | |",
    "es unaccented": '{"titulo": "Mar", "secciones": ['
    '{"titulo": "La niebla", "punto": "Tomás halla la carta", "palabras": 400},'
    '{"titulo": "La tormenta", "punto": "Tomás zarpa", "palabras": "1.200 palabras"}]}',
    "unknown keys": '{"izenburua": "Mar", "zatiak": ['
    '{"izenburua": "La niebla", "azalpena": "Tomás halla la carta", "hitzak": 400},'
    '{"izenburua": "La tormenta", "azalpena": "Tomás zarpa", "hitzak": 1200}]}',
    "unknown header": "| zk | atala | gaia | hitzak |\n|---|---|---|---|\n| 1 | La niebla | Tomás halla la carta | 400 |\n"
    "| 2 | La tormenta | Tomás zarpa | 1200 |",
    "no header": "| La niebla | Tomás halla la carta | 400 |\n|---|---|---|\n| La tormenta | Tomás zarpa | 1 200 |",
    "no bars at the sides": "Título | Punto | Palabras\n--- | --- | ---\nLa niebla | Tomás halla la carta | 400\n"
    "La tormenta | Tomás zarpa | 1200",
    "no marks": "La niebla (400 palabras): Tomás halla la carta\nLa tormenta (1'200 palabras): Tomás zarpa",
    "records": "Título: Mar\n\nTítulo: La niebla\nPunto principal: Tomás halla la carta\nPalabras: 400\n\n"
    "Título: La tormenta\nPunto principal: Tomás zarpa\nPalabras: 1,2 mil",
    "counts first": "1. (400 palabras) La niebla: Tomás halla la carta\n2. [1,2k palabras] La tormenta: Tomás zarpa",
}


@pytest.mark.parametrize("name", PLANS)
def test_one_plan_in_many_forms(name: str) -> None:
    assert rows(PLANS[name]) == [("La niebla", "Tomás halla la carta", 400), ("La tormenta", "Tomás zarpa", 1200)]


OTHERS = {
    "de": "**Abschnitt 1: A**\n- Hauptpunkt: p\n- Wortzahl: ca. 400 Wörter\n\n"
    "**Abschnitt 2: B**\n- Hauptpunkt: q\n- Umfang: 500-700",
    "fr": "Paragraphe 1 : A - Idée principale : p - Nombre de mots : 400 mots\n"
    "Paragraphe 2 : B - Idée principale : q - Nombre de mots : 600 mots",
    "ja": "第1章：A（４００文字）\np\n\n第2章：B（約600文字程度）\nq",
    "ja bullets": "・A（400字）：p\n・B（600字前後）：q",
    "hant": "第一章 A\n主要內容：p\n字數：400字\n\n第二章 B\n主要內容：q\n字數：六百字",
    "ko": "1장: A (400자)\n- 요점: p\n\n2장: B (약 600자 내외)\n- 요점: q",
    "ru": "Глава 1. A (400 слов)\nГлавная мысль: p\n\nГлава 2. B (от 500 до 700 слов)\nГлавная мысль: q",
    "ar": "الفصل الأول: A (٤٠٠ كلمة)\nالفكرة الرئيسية: p\n\nالفصل الثاني: B (حوالي 600 كلمة)\nالفكرة الرئيسية: q",
    "hi": "अध्याय 1: A (४०० शब्द)\nमुख्य बिंदु: p\n\nअध्याय 2: B (लगभग 600 शब्द)\nमुख्य बिंदु: q",
    "vi": "Chương 1: A (400 từ)\nÝ chính: p\n\nChương 2: B (khoảng 600 từ)\nÝ chính: q",
    "id": "1. A (sekitar 400 kata): p\n2. B (600 kata): q",
    "label in the number": "1. Kapitel: A (400 Wörter) - p\n2. Kapitel: B (600 Wörter) - q",
    "keycaps": "1️⃣ A (400 words): p\n2️⃣ B (600 words): q",
    "boxes": "- [ ] A (400 words): p\n- [x] B (600 words): q",
    "quoted": "> 1. A (400 words): p\n> 2. B (600 words): q",
    "yaml": "```yaml\ntitle: Sea\nsections:\n  - title: A\n    point: p\n    words: 400\n"
    "  - title: B\n    point: q\n    words: 600\n```",
    "unseen signs": "\ufeff1. A (400 words): p\n\u200b2. B (600 words): q",
}


@pytest.mark.parametrize("name", OTHERS)
def test_plans_of_many_languages(name: str) -> None:
    assert rows(OTHERS[name]) == [("A", "p", 400), ("B", "q", 600)]


def test_a_point_alone_names_its_section() -> None:
    text = "第1節\n主要內容：少年發現信件\n字數：400字\n\n第2節\n主要內容：少年出海\n字數：600字"
    assert rows(text) == [("少年發現信件", "少年發現信件", 400), ("少年出海", "少年出海", 600)]
    table = "| Section | Main point | Words |\n|---|---|---|\n| 1 | He finds a letter | 400 |\n| 2 | He sails | 600 |"
    assert [title for title, _, _ in rows(table)] == ["He finds a letter", "He sails"]


@pytest.mark.parametrize(
    ("volume", "chapter"), [("第{}卷", "第{}章"), ("Part {}:", "Chapter {}:"), ("Teil {}:", "Kapitel {}:")]
)
def test_chapters_of_volumes_are_sections(volume: str, chapter: str) -> None:
    lines = [
        f"{volume.format(1)} X",
        *(f"{chapter.format(n)} T{n} (400 words)" for n in (1, 2)),
        f"{volume.format(2)} Y",
    ]
    plan = parse_plan("\n".join([*lines, f"{chapter.format(3)} T3 (400 words)"]))
    assert [(s.chapter, s.title) for s in plan.sections] == [("X", "T1"), ("X", "T2"), ("Y", "T3")]


def test_tables_under_headings_are_chapters() -> None:
    head = "| Section | Point | Words |\n|---|---|---|\n"
    plan = parse_plan(f"## One\n{head}| A | p | 400 |\n\n## Two\n{head}| Total eclipse | q | 600 |\n| Total | | 600 |")
    assert [(s.chapter, s.title, s.words) for s in plan.sections] == [("One", "A", 400), ("Two", "Total eclipse", 600)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1.200 palabras", 1200),
        ("1 200 mots", 1200),
        ("1\u202f200 mots", 1200),
        ("1'200 Wörter", 1200),
        ("1,5k words", 1500),
        ("2 mil palabras", 2000),
        ("2 тыс. слов", 2000),
        ("1.2万字", 12_000),
        ("1万5千字", 15_000),
        ("３萬字", 30_000),
        ("10만 자", 100_000),
        ("٤٠٠ كلمة", 400),
        ("४०० शब्द", 400),
        ("400 à 600 mots", 500),
        ("entre 400 y 600 palabras", 500),
        ("400字～600字", 500),
        ("400 words to 600 words", 500),
        ("2 pages (400 words)", 400),
        ("2-3k words", 2500),
        ("9" * 30 + " words", None),
    ],
)
def test_numbers(text: str, words: int | None) -> None:
    assert words_in(text) == words


@pytest.mark.parametrize(
    ("title", "left"),
    [
        ("Fog (400 palabras)", "Fog"),
        ("Fog (1914–1918, 400 words)", "Fog (1914–1918)"),
        ("Fog (Objectif : environ 400 mots)", "Fog"),
        ("Fog [~1500]", "Fog"),
        ("Fog (1945)", "Fog (1945)"),
        ("Fog (ca. 1850)", "Fog (ca. 1850)"),
        ("Fog (from 1914 to 1918)", "Fog (from 1914 to 1918)"),
        ("Fog (3)", "Fog (3)"),
        ("(400 words)", "(400 words)"),
    ],
)
def test_a_count_leaves_a_title_and_a_year_stays(title: str, left: str) -> None:
    assert without_count(title)[0] == left
    assert bool(count_in_brackets(title)) == (title != left or title == "(400 words)")
