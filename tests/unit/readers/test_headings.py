"""Lines that are headings of books, in many languages and forms, and lines that only look like some."""

import time

import pytest

from longwriter.readers.headings import counted, dropped, heading_of

CHAPTERS = """
CHAPTER 1 | Chapter One = 1 | Chapter the First. = 1 | CHAPTER IV. THE SEA = 4 THE SEA | LETTER II | Chapter #3
ADVENTURE I. A SCANDAL = 1 A SCANDAL | SCENE II. | Chapter Twenty-One = 21 | CHAPTER XLII = 42 | Ch. 3
Chap. III. = 3 | Chapter No. 4 | * CHAPTER I * = 1 | **Chapter 2** | Chapter 3 The Storm = 3 The Storm
Part One, Chapter Two = 2 | BOOK I. CHAPTER II. The storm = 2 The storm | Chapter 12: “The End” = 12 “The End”
Chapter Last = None | Erstes Kapitel = 1 | Kapitel 3 | Einundzwanzigstes Kapitel = 21 | Kapitel einundzwanzig = 21
4. Kapitel | Siebentes Kapitel: Die Reise = 7 Die Reise | KAPITEL DREI = 3 | Kapitel 3. Die Fahrt = 3 Die Fahrt
CAPÍTULO PRIMERO = 1 | CAPITULO SEGUNDO = 2 | Capítulo IV = 4 | Capítulo vigésimo primero = 21 | Capítulo dos = 2
Chapitre premier = 1 | CHAPITRE Ier = 1 | Chapitre vingt et un = 21 | CHAPITRE XII – La Mer = 12 La Mer
Capitolo primo = 1 | CAPITOLO III = 3 | Capítulo Décimo = 10 | CAPÍTULO UM = 1 | Hoofdstuk een = 1
Eerste hoofdstuk = 1 | HOOFDSTUK XII = 12 | Hoofdstuk tweeëntwintig = 22 | Kapitel ett = 1 | Första kapitlet = 1
Andra kapitlet = 2 | Første kapitel = 1 | Kapittel tre = 3 | Ensimmäinen luku = 1 | 1. luku | Luku 2
Első fejezet = 1 | II. fejezet = 2 | Capitolul al doilea = 2 | Rozdział pierwszy = 1 | ROZDZIAŁ III = 3
Rozdział 2. Burza = 2 Burza | Kapitola první = 1 | 3. kapitola | Birinci Bölüm = 1 | BİRİNCİ BÖLÜM = 1 | 1. Bölüm
Bölüm 3: Deniz = 3 Deniz | ON İKİNCİ BÖLÜM = 12 | Глава I = 1 | Глава III = 3 | ГЛАВА ПЕРВАЯ = 1
Глава двадцать первая = 21 | Глава 2. Буря = 2 Буря | Глава № 5 | 1 глава | Розділ перший = 1 | РОЗДІЛ ІІ = 2
Розділ третій = 3 | 第貳章 = 2 | 第參章 風 = 3 風
Κεφάλαιο 1 | ΚΕΦΑΛΑΙΟ ΠΡΩΤΟ = 1 | Κεφάλαιο Α' = 1 | Chương 3 | Chương một: Biển = 1 Biển | Hồi thứ nhất = 1
CHƯƠNG MƯỜI HAI = 12 | Bab 1 | BAB I = 1 | Bab Satu = 1 | الفصل الأول = 1 | الفصل 3: البحر = 3 البحر
الفصل الثاني عشر = 12 | الفصل ٤ = 4 | فصل اول = 1 | פרק א' = 1 | פרק ראשון = 1 | פרק י"ב = 12 | פרק 3 | अध्याय 1
अध्याय १२ = 12 | पहला अध्याय = 1 | अध्याय एक: समुद्र = 1 समुद्र | บทที่ ๑ = 1 | บทที่ 2 ทะเล = 2 ทะเล | 第一章 = 1
第十二回 风雪 = 12 风雪 | 第3章：海 = 3 海 | 第1话 雾 = 1 雾 | 【第一章】雾 = 1 雾 | 第二百三十章 归来 = 230 归来
第１２章 海 = 12 海 | 正文 第三章 云涌 = 3 云涌 | 第一卷 风起 第三章 云涌 = 3 云涌 | 第一章长江 = 1 长江
第廿一章 = 21 | 第一回甄士隐梦幻识通灵　贾雨村风尘怀闺秀 = 1 甄士隐梦幻识通灵　贾雨村风尘怀闺秀 | 第三章 = 3
その三 = 3 | 第3話「帰郷」 = 3 「帰郷」 | 第十二話　帰還 = 12 帰還 | １章　はじまり = 1 はじまり | 제1장 안개 = 1 안개
제3장 | 3화 | 제 3 장 폭풍 = 3 폭풍 | 제삼장 = 3 | 12장. 폭풍 = 12 폭풍
"""
PARTS = """
Part Two: Of Ships = 2 Of Ships | Book Twenty-One = 21 | BOOK THE SECOND = 2 | THE THIRD BOOK = 3 | The First Part = 1
ACT I = 1 | Première partie = 1 | Primera parte = 1 | Zweiter Teil = 2 | Parte prima = 1 | Część druga = 2
ЧАСТЬ ВТОРАЯ = 2 | 2-я часть = 2 | Первая часть = 1 | Bagian Pertama = 1 | الباب الثاني = 2 | 第五卷 = 5
卷三 风起 = 3 风起 | 第二部 = 2 | 第一部　雪 = 1 雪 | 제1부 = 1
"""
NAMED = """
Prologue | PREFACE. | Epilogue: Ten Years Later | Preface to the Second Edition | Translator's Note | Interlude II
Appendix A | Vorwort | Prólogo | AVANT-PROPOS | Пролог | ПРЕДИСЛОВИЕ | От автора | Wstęp | Voorwoord | Förord | Önsöz
Lời nói đầu | Kata Pengantar | مقدمة | הקדמה | प्रस्तावना | Πρόλογος | 番外 | 番外一：雪夜 | 番外篇之三 | 楔子 | 尾声
序 | 后记 | プロローグ | あとがき | 프롤로그 | 에필로그
"""
MATTER = """
Contents=contents | TABLE OF CONTENTS=contents | Inhaltsverzeichnis=contents | 目录=contents | 目　錄=contents
Índice=contents | 차례=contents | Notes=notes | Footnotes:=notes | Transcriber's Note: spelling=notes | INDEX=index
Bibliographie=index | Also by the Author=advertisement | Books by Ann Teller=advertisement | 奥付=licence page
ОГЛАВЛЕНИЕ=contents
"""
NONE = """
第二部电影开始放映 | Part of him wished to go. | Chapter and verse he knew it. | 第一章写得很长。 | 第三章的内容很多
Chapter one was the longest of all. | Part I played in this was small | Letter by letter he read it. | 第一章讲的是海
Introduction to the sea is given here. | Book nine rooms at once! | 1984. It was a bright cold day. | 1984.
第一次见面 | Первая часть пути была трудной | Глава семьи сидел молча | Kapitel für Kapitel las er. | In 1984 he left.
Del 1 al 5 de mayo | Parte di lui | Tom went home. | 3. he said so | 2. Mix the flour. | 第一，他走了
第三天，他来了。 | El primer libro que leyó | The first book was long | Mr. Brown | 제3장은 길었다. | 3장을 읽었다
الفصل الأول من الكتاب | 1. 5 kg | Part One, of which he spoke | 第二集团军 | 卷一支烟 | 三十年前 | 一个人 | Chapter
Book | Introduction. This book is about the sea. It is long.
"One." | "Index!" | Index! | "The first letter I wrote was long," he said. | The first letter I wrote was long | — Один.
— Глава первая, сказал он. | “Two!” | «Un» | Contents,
"""


def listed(table: str) -> list[str]:
    return [entry.strip() for line in table.strip().splitlines() for entry in line.split(" | ")]


def forms(table: str) -> list[tuple[str, int | None, str]]:
    """Line, number and rest; a number that is not given stands in the line."""
    out = []
    for form in listed(table):
        line, _, said = form.partition(" = ")
        number, _, rest = said.partition(" ")
        digits = "".join(c for c in line if c.isdigit())
        out.append((line, None if number == "None" else int(number or digits or len(line.split()[1].strip("."))), rest))
    return out


@pytest.mark.parametrize(("kind", "table"), [("chapter", CHAPTERS), ("part", PARTS)])
def test_numbered_headings_of_many_languages(kind: str, table: str) -> None:
    found = {line: heading_of(line) for line, _, _ in forms(table)}
    told = {line: heading and (heading.kind, heading.number, heading.rest) for line, heading in found.items()}
    assert told == {line: (kind, number, rest) for line, number, rest in forms(table)}


def test_the_rest_of_a_heading_stands_where_it_says() -> None:
    for line, _, rest in forms(CHAPTERS):
        heading = heading_of(line)
        assert heading is not None
        assert line[heading.at : heading.at + len(heading.rest)] == rest
    assert heading_of("  *  Chapter 3:  A   Storm  * ").title == "Chapter 3: A Storm"  # type: ignore[union-attr]


@pytest.mark.parametrize("line", listed(NAMED))
def test_named_parts_of_books(line: str) -> None:
    heading = heading_of(line)
    assert heading is not None
    assert heading.kind == "named"


@pytest.mark.parametrize("said", listed(MATTER))
def test_contents_and_the_like(said: str) -> None:
    line, _, reason = said.partition("=")
    heading = heading_of(line)
    assert heading is not None
    assert (heading.kind, dropped(line)) == ("matter", reason)


@pytest.mark.parametrize(
    ("line", "kind", "number", "rest"),
    [("IV.", "number", 4, ""), ("12", "number", 12, ""), ("一、", "number", 1, ""), ("（二）", "number", 2, ""),
     ("三", "number", 3, ""), ("Twenty-One", "number", 21, ""), ("--- III ---", "number", 3, ""),
     ("1. The Black Bird", "item", 1, "The Black Bird"), ("IV – The Storm", "item", 4, "The Storm"),
     ("2) Who Goes There?", "item", 2, "Who Goes There?"), ("一、雾", "item", 1, "雾"), ("三　夜", "item", 3, "夜"),
     ("001 雾", "item", 1, "雾"), ("THE STORM", "capitals", None, "THE STORM")],
)  # fmt: skip
def test_headings_that_the_text_must_bear_out(line: str, kind: str, number: int | None, rest: str) -> None:
    heading = heading_of(line)
    assert heading is not None
    assert (heading.kind, heading.number, heading.rest) == (kind, number, rest)


@pytest.mark.parametrize("line", ["", "   ", "Chapter 1\nIt was", *listed(NONE)])
def test_lines_that_are_no_headings(line: str) -> None:
    assert heading_of(line) is None


def test_numbers_that_count_up() -> None:
    assert counted([1, 2, 3]) == [0, 1, 2]
    assert counted([7, 1, 2, 1900, 3, None, 4]) == [1, 2, 4, 6]
    assert counted([1, 2, 1, 2, 3]) == [0, 1, 2, 3, 4]  # in every part anew
    assert counted([1, 2, 4]) == []
    assert counted([2, 3, 4]) == []


def test_any_line_takes_little_time() -> None:
    lines = [
        "第" * 159,
        "(" * 160,
        "1. " + "A " * 78,
        "第一章" * 50,
        " " * 200_000 + "x",
        "x" * 10**6,
        "one " * 24,
        "卷一 第" * 20,
    ]
    began = time.monotonic()
    for line in lines:
        heading_of(line)
    assert time.monotonic() - began < 0.5
