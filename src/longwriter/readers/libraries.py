"""Plain texts of libraries beside Project Gutenberg: Aozora Bunko, Wikisource, and sites of Chinese novels.

What a library wrote around a book or into it goes: notes on its marks, readings over characters, annotations, colophons,
names of sites.
"""

import re

from longwriter.readers.chapters import Book, name_of
from longwriter.readers.gutenberg import Stripped

PUBLIC_DOMAIN_JAPAN = "Public domain in Japan (Aozora Bunko)"
_ANNOTATION = r"［＃[^［］\n]{0,200}(?:［＃?[^［］\n]{0,200}］[^［］\n]{0,200})?］"
_GAIJI = re.compile(rf"※({_ANNOTATION})")
_CODE = re.compile(r"U\+([0-9A-Fa-f]{4,5})")
_KUTEN = re.compile(r"(\d)-(\d{1,2})-(\d{1,2})")
_RUBY = re.compile(r"《[^《》\n]{1,60}》|｜")
_HEADING = re.compile(r"［＃「([^「」\n]{1,80})」は(?:同行|窓)?(大|中|小)見出し］")
_HEADING_FROM = re.compile(r"［＃(?:同行|窓)?(大|中|小)見出し］([^［］\n]{1,80})［＃(?:同行|窓)?\1見出し終わり］")
_LEGEND = re.compile(r"\n-{20,}\n【テキスト中に現れる記号について】.{0,4000}?\n-{20,}\n", re.DOTALL)
_COLOPHON = re.compile(r"^底本：", re.MULTILINE)
_WIKISOURCE = re.compile(
    r"^(?:Exported from Wikisource on|Exporté de Wikisource|Exportado de Wikisource|Aus Wikisource exportiert|"
    r"About this digital edition|À propos de cette édition (?:électronique|numérique)|"
    r"Informazioni su questa edizione elettronica|"
    r"Sobre esta edición digital|Über diese digitale Edition|О данном электронном издании|この電子書籍について|关于此电子书)",
    re.MULTILINE | re.IGNORECASE,
)
_SITE = re.compile(
    r"(?:https?://|www\.)[\w./-]+|[\w-]+\.(?:com|net|org|cc|cn|la|info)\b|(?:TXT|txt|电子书|小说)(?:免费)?下载|"
    r"(?:本书|本文|本作品)(?:由|来自|来源|为).{0,40}(?:整理|上传|制作|收集|提供|下载|转载)|"
    r"更多(?:精彩|好看|免费)?.{0,12}(?:小说|电子书|好书).{0,30}|(?:请|欢迎).{0,12}(?:收藏|登[陆录]|访问|光临).{0,30}|"
    r"声明[:：].{0,60}(?:网络|版权|删除).{0,40}|手机(?:用户|阅读)请.{0,40}|(?:最新章节|最快更新).{0,30}"
)
_FIELD = re.compile(r"^[《【\s]*(书名|書名|小说名|作者|作\s*者|书籍名称)[》】\s]*[:：]\s*(.{1,60}?)\s*$", re.MULTILINE)
_ABOUT = re.compile(r"^[【\[\s]*(?:内容)?(?:简介|介绍|簡介)[】\]\s]*[:：]?.*$", re.MULTILINE)
_RULE = re.compile(r"^[=＝\-—*＊~～☆★◎■□_]{6,}$")
HEAD_LINES = 60
"""Lines at either end in which what a site wrote is looked for, and within which its own lines go."""
MOST_SITE_LINE = 120


def strip(text: str, file: str) -> tuple[Stripped, frozenset[str]]:
    """Of a text that is not Project Gutenberg's. `file`: a name for a book without a title.

    The lines that the file itself calls headings come with it. A text of no library that is known here stays as it is.
    """
    if "【テキスト中に現れる記号について】" in text or (
        _COLOPHON.search(text) and ("［＃" in text or "青空文庫" in text)
    ):
        return _aozora(text, file)
    if found := _WIKISOURCE.search(text):
        return Stripped(_without_wikisource(text, found.start()), None), frozenset()
    return _site(text, file), frozenset()


def _aozora(text: str, file: str) -> tuple[Stripped, frozenset[str]]:
    """Each line is a paragraph. The first lines are title and author."""
    colophon = _COLOPHON.search(text)
    head, _, rest = text[: colophon.start() if colophon else None].lstrip("\ufeff\n").partition("\n\n")
    names = [_bare(line) for line in head.split("\n") if line.strip()]
    known = 2 <= len(names) <= 5 and all(len(name) <= 60 for name in names)
    body = rest if known else f"{head}\n\n{rest}"
    body = _LEGEND.sub("\n", f"\n{body}", count=1)
    sized = [(m[2], m[1]) for m in _HEADING.finditer(body)] + [m.groups() for m in _HEADING_FROM.finditer(body)]
    levels = {size: [_bare(words) for own, words in sized if own == size] for size in "大中小"}
    marked = next((found for found in levels.values() if len(found) > 1), [])
    lines = [_bare(line) for line in body.split("\n")]
    title, author = (names[0], names[-1:]) if known else (file, [])
    book = Book(name_of(title, author, file), title, tuple(author), rights=PUBLIC_DOMAIN_JAPAN, language="ja")
    return Stripped("\n\n".join(line for line in lines if line.strip()), book), frozenset(marked)


def _bare(line: str) -> str:
    """A line without readings and annotations; characters that are described are given where their code is."""
    return re.sub(_ANNOTATION, "", _RUBY.sub("", _GAIJI.sub(_character, line))).strip(" \t\u3000")


def _character(note: re.Match[str]) -> str:
    """A character outside of Shift JIS by its code in Unicode or in JIS X 0213; 〓 where the note tells neither."""
    if code := _CODE.search(note[1]):
        return chr(int(code[1], 16))
    if kuten := _KUTEN.search(note[1]):
        plane, row, cell = map(int, kuten.groups())
        if 1 <= row <= 94 and 1 <= cell <= 94:
            try:
                return (b"\x8f" * (plane == 2) + bytes((row + 0xA0, cell + 0xA0))).decode("euc_jis_2004")
            except UnicodeDecodeError:
                return "〓"
    return "〓"


def _without_wikisource(text: str, at: int) -> str:
    """Without its notice, which stands as a paragraph at the beginning or as a page at the end."""
    if 2 * at > len(text):
        return text[:at].rstrip()
    end = text.find("\n\n", at)
    return text[:at] + text[end:] if end >= 0 else text[:at]


def _site(text: str, file: str) -> Stripped:
    """Without the lines that sites of Chinese novels put before and behind a book, if there are any."""
    lines = text.split("\n")
    ends = {*range(min(HEAD_LINES, len(lines))), *range(max(0, len(lines) - HEAD_LINES), len(lines))}
    said = {
        i for i in ends if len(lines[i]) <= MOST_SITE_LINE and re.search("[一-鿿]", lines[i]) and _SITE.search(lines[i])
    }
    head = "\n".join(lines[:HEAD_LINES])
    fields = {m[1].replace(" ", "")[-2:]: m[2].strip("《》") for m in _FIELD.finditer(head)}
    if not said and not fields:
        return Stripped(text, None)
    gone = said | {i for i in ends if _FIELD.match(lines[i]) or _RULE.match(lines[i].strip())}
    gone |= {i for i in ends if i < HEAD_LINES and _ABOUT.fullmatch(lines[i])}
    body = "\n".join("" if i in gone else line for i, line in enumerate(lines))
    title = next((fields[k] for k in ("书名", "書名", "说名", "名称") if k in fields), "")
    author = (fields["作者"],) if fields.get("作者") else ()
    book = Book(name_of(title, author, file), title or file, author) if fields else None
    return Stripped(body, book)
