"""What libraries write around books and into them: Project Gutenberg's small print, Aozora Bunko, Wikisource, sites."""

import pytest
from tests.helpers.books import CHINESE, ENGLISH, FOOTER, HEADER, ONE, TWO

from longwriter.readers import gutenberg, libraries
from longwriter.readers.plain import read_plain

SMALL_PRINT = """***START**THE SMALL PRINT!**FOR PUBLIC DOMAIN ETEXTS**START***
Why is this "Small Print!" statement here? You know: lawyers.

*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.10/04/01*END*
"""


@pytest.mark.parametrize("after", ["", "\n\nEnd of file\n"])
@pytest.mark.parametrize("long", [1, 60])
def test_small_print_behind_a_book_goes(after: str, long: int) -> None:
    """At any length: in a book of over 60,000 characters too."""
    body = f"CHAPTER I.\n\n{ONE}\n\nCHAPTER II.\n\n" + f"{TWO}\n\n" * 3 * long
    head = "This header should be the first thing seen.\n\nTitle: The Harbour\n\nAuthor: A. Writer\n\n"
    stripped = gutenberg.strip(head + body + SMALL_PRINT + after, "x")
    assert stripped.book is not None
    assert (stripped.book.title, stripped.book.author) == ("The Harbour", ("A. Writer",))
    chapters = read_plain(stripped.body, "x")
    assert [c.title for c in chapters] == ["CHAPTER I.", "CHAPTER II."]
    assert chapters[1].text == "\n\n".join(ENGLISH[::-1] * 3 * long)


def test_small_print_before_a_book_goes_as_ever() -> None:
    stripped = gutenberg.strip(f"Title: The Harbour\n\n{SMALL_PRINT}\n\nCHAPTER I.\n\n{ONE}\n\n{TWO}", "x")
    assert [(c.title, c.text) for c in read_plain(stripped.body, "x")] == [
        ("CHAPTER I.", "\n\n".join(ENGLISH + ENGLISH[::-1]))
    ]


@pytest.mark.parametrize(
    "line",
    ["Fin de Project Gutenberg's Le Port, par Ann Teller", "Ende dieses Projekt Gutenberg Etextes Der Hafen",
     "------------------------- FIN DU FICHIER port --------------------------", "FIN DEL PROYECTO GUTENBERG EBOOK"],
)  # fmt: skip
def test_ends_in_other_languages(line: str) -> None:
    stripped = gutenberg.strip(HEADER + f"CHAPITRE I\n\n{ONE}\n\n{line}\n\nterms" + FOOTER, "x")
    assert read_plain(stripped.body, "x")[-1].text == "\n\n".join(ENGLISH)


AOZORA = """港の灯
副題
海野　灯

-------------------------------------------------------
【テキスト中に現れる記号について】

《》：ルビ
（例）海《うみ》

｜：ルビの付く文字列の始まりを特定する記号
（例）古い｜灯台守《とうだいもり》

［＃］：入力者注
-------------------------------------------------------

［＃５字下げ］一［＃「一」は中見出し］

　海《うみ》は静かだった。古い｜灯台守《とうだいもり》が※［＃「口＋世」、U+546D、12-3］と言った。
「来たよ」［＃「来たよ」に傍点］
　※［＃「魚＋師のつくり」、第4水準2-93-37］と※［＃「丸印」］。

［＃５字下げ］［＃中見出し］灯台［＃中見出し終わり］

　次の日は雨だった。

底本：「海野灯全集」灯書房
　　　1950（昭和25）年発行
入力：だれか
青空文庫作成ファイル：
このファイルは、インターネットの図書館、青空文庫（http://www.aozora.gr.jp/）で作られました。
"""


def test_aozora_bunko() -> None:
    stripped, marked = libraries.strip(AOZORA, "f")
    assert stripped.book is not None
    assert (stripped.book.title, stripped.book.author, stripped.book.language) == ("港の灯", ("海野　灯",), "ja")
    assert stripped.book.rights == libraries.PUBLIC_DOMAIN_JAPAN
    assert [(c.title, c.text) for c in read_plain(stripped.body, "f", marked)] == [
        ("一", "海は静かだった。古い灯台守が呭と言った。\n\n「来たよ」\n\n魳と〓。"),
        ("灯台", "次の日は雨だった。"),
    ]


def test_wikisource() -> None:
    notice = "About this digital edition\n\nThis e-book comes from the online library Wikisource."
    stripped, _ = libraries.strip(f"CHAPTER I\n\n{ONE}\n\n{notice}\n", "f")
    assert [c.text for c in read_plain(stripped.body, "f")] == ["\n\n".join(ENGLISH)]
    stripped, _ = libraries.strip(f"Exported from Wikisource on July 1, 2024\n\nCHAPTER I\n\n{ONE}\n\n{TWO}", "f")
    assert "Wikisource" not in stripped.body


def test_sites_of_chinese_novels() -> None:
    body = "\n".join(f"　　{p}" for p in CHINESE * 40)
    text = (
        "=================\n《长江》\n书名：长江\n作者：张三\n"
        "本书由某某书屋整理制作，更多精彩小说请访问 www.example.com\n=================\n"
        f"内容简介：\n第一章 长江\n{body}\n第二章 三峡\n{body}\n（全书完）\n声明：本书来自网络，版权归原作者所有。\n"
    )
    stripped, marked = libraries.strip(text, "f")
    assert stripped.book is not None
    assert (stripped.book.title, stripped.book.author, stripped.book.rights) == ("长江", ("张三",), "")
    kept = [c for c in read_plain(stripped.body, "f", marked) if not c.drop]
    assert [(c.title, c.text) for c in kept] == [
        ("第一章 长江", "\n\n".join(CHINESE * 40)),
        ("第二章 三峡", "\n\n".join(CHINESE * 40)),
    ]


@pytest.mark.parametrize(
    "text", [ONE, "\n".join(CHINESE), "作者写了一本书。\n\n他把网站叫做家。", "《长江》是一本书。"]
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert libraries.strip(text, "f") == (gutenberg.Stripped(text, None), frozenset())
