"""Plan lines: sections from lists, headings, "Paragraph 3 - Main Point" lines and tables. `parse` calls it.

1. A marked line (heading, "Paragraph 3 -", "第二章", "1.", "-") is a node, nested by its kind and indentation.
2. Sections are of the deepest kind most of whose lines have word counts; without counts, of the deepest kind that is no
   bullet. Nodes below that join their parent's point; of the others, leaves are sections and the rest chapters.
3. Prose before the first node, or after a blank line, is no part of the plan, except under a heading.

Nothing here raises. Counts are as read; missing ones are None.
"""

import re
from dataclasses import dataclass, field
from itertools import pairwise

from longwriter.text import count_words
from longwriter.writer.numerals import chinese_number, english_number

NONSENSE = 1_000_000
"""Words; no section's budget is so large, so the number means something else."""
LONGEST_LINE = 4000
"""Characters; the rest of a longer line is no plan."""
LONGEST_BODY = 150
"""Words a section without any count; above it the reply is a text with headings, not a plan."""

_NUMBER = r"(?:\d[\d,]*(?:\.\d+)?\s?(?:[kK](?![a-z])|[万千百])?|[零〇一二两三四五六七八九十百千万]{1,8})"
_ABOUT = (
    r"(?:(?:about|around|approx(?:imately|\.)?|roughly|circa|ca\.|~|≈|target|words?|word count|length|字数|约|大约|共)"
    r"\s*[:：]?\s*)"
)
_UNIT = r"(?:words?\b|wds\b|w\b|个?汉?字|词)"
_RANGE = rf"{_NUMBER}(?:\s*(?:-|–|—|~|～|to|到|至)\s*{_NUMBER})?\+?"
_COUNT = re.compile(rf"{_ABOUT}{{0,2}}(?P<n>{_RANGE})\s*-?{_UNIT}?(?:\s*(?:左右|以上|以内|each|total))?", re.I)
_IN_BRACKETS = re.compile(
    rf"\s*[(（\[【]\s*(?:{_ABOUT}{{0,2}}{_RANGE}\s*-?{_UNIT}\s*(?:左右|以上|以内)?|(?!1\d{{3}}|20\d\d)\d{{2,5}})\s*[)）\]】]"
    rf"|\s[-–—]+\s*{_ABOUT}{{0,2}}{_RANGE}\s*-?{_UNIT}(?=\s*[:：])",
    re.I,
)
"""In brackets, where a number alone is a count unless it may be a year; or between a dash and a colon."""
_AT_END = re.compile(
    rf"(?:\s*[-–—,，;；|:：.。]|\s)\s*{_ABOUT}{{0,2}}(?P<n>(?<![\d-]){_RANGE})\s*-?{_UNIT}(?:左右|以上|以内)?\s*[.。]?$",
    re.I,
)
_COUNT_LINE = re.compile(
    rf"[(（\[【]?\s*{_ABOUT}{{0,2}}{_RANGE}\s*-?{_UNIT}\s*(?:左右|以上|以内)?\s*[)）\]】]?[.*_。]*", re.I
)
_FIELDS = {
    "title": r"(?:section\s+|chapter\s+)?(?:title|heading)|标题|题目",
    "point": r"(?:main|key)\s+(?:points?|ideas?)|points?|summary|description|content|focus|(?:主要|内容|写作)?要点|主要内容"
    r"|内容(?:概要|提要)?|主旨|概述",
    "words": r"(?:target\s+|estimated\s+|approximate\s+)?(?:word\s*-?\s*counts?|words|length)|(?:预计|目标)?字数(?:要求)?|篇幅",
}
_FIELD = re.compile(
    r"(?:^|(?<=[-–—|;；,，。.(（*\s])(?<!\d\s))\s*(?:"
    + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _FIELDS.items())
    + r")\s*\**\s*[:：]",
    re.I,
)
_ORDINAL = (
    r"(?:\d{1,4}|[零〇一二两三四五六七八九十百]{1,6}|[ivxl]{1,7}\b"
    r"|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b)"
)
_AFTER = r"(?:[\s*_]*(?:[:：.．、,，)）|]|[-–—]+)[\s*_]*)?\s*"
_PARAGRAPH = re.compile(
    rf"(?:(?:paragraph|section|para|step|scene|subsection|段落|小节|部分|步骤)\s*[#(（]?\s*{_ORDINAL}\s*[)）]?"
    rf"|第\s*{_ORDINAL}\s*(?:自然段|段落|段|小节|节|部分|步))(?P<after>{_AFTER})",
    re.I,
)
_CHAPTER = re.compile(
    rf"(?:(?:chapter|part|act|book|volume)\s+{_ORDINAL}|第\s*{_ORDINAL}\s*(?:章|卷|篇|幕|回|部))(?P<after>{_AFTER})",
    re.I,
)
_NUMBERED = re.compile(
    r"(?:[(（](?P<a>\d{1,4}|[一二三四五六七八九十]{1,3})[)）]|(?P<b>\d{1,4}(?:\.\d{1,3}){0,4})\s*(?:[.．)、）:：]|[-–—](?=\s)|(?<=\.\d)(?=\s))"
    r"|(?P<c>[一二三四五六七八九十]{1,4})[、.．]|(?P<d>[IVXL]{1,6}|[A-Za-z])[.)](?=\s))\s*"
)
_HEADING = re.compile(r"(#{1,6})\s*(?=\S)")
_BULLET = re.compile(r"[-*+•●▪◦–]\s+")
_TOTAL = re.compile(r"\W*(?:(?:grand\s+)?total|sum\b|overall|总字数|总计|合计|共计|全文)", re.I)
_FAREWELL = re.compile(
    r"\W*(?:let me know|feel free|this (?:plan|outline)|i hope|would you like|shall i|please (?:let|note)|note:|希望|如需"
    r"|如果(?:您|你)|以上(?:是|为)|请(?:告诉|问))",
    re.I,
)
_REFUSAL = re.compile(
    r"\W*(?:i['’]?m\s+(?:very\s+)?sorry|sorry|i\s+can(?:not|['’]?t)|as an ai|很?抱歉|对不起|我(?:无法|不能))", re.I
)
_PLAN_TITLE = re.compile(
    r"(?:book\s+|plan\s+|document\s+|overall\s+)?title\s*[:：]\s*(.+)|(?:书名|总?标题|题目)\s*[:：]\s*(.+)", re.I
)
_NO_TITLE = re.compile(
    r"(?:the\s+)?(?:(?:writing|detailed|document|book|article|essay|section)\s+)*(?:outline|plan|table of contents|contents"
    r"|sections|structure)|(?:写作|文章)?(?:大纲|计划|提纲|目录|规划)",
    re.I,
)
_SPLIT = re.compile(r"\s*[:：]\s+|：|\s+[-–—]+\s+|——|\s*:\s*(?=[^\x00-\x7f])")


def one_line(text: str) -> str:
    """One line with single blanks."""
    return " ".join(text.split())


def clean(text: str) -> str:
    """A title or point without the separators and emphasis around it."""
    text = re.sub(r"\*\*|__|`", "", one_line(text))
    return text.strip(" \t-–—:：|;；,，*•").strip()


def words_in(text: str) -> int | None:
    """The count in "about 400 words", "约四百字", "300-500" (its middle) or "1.2k"; None if missing or nonsense."""
    text = text.strip().strip("*_ ")[:80]
    match = _COUNT.search(text)
    spelled = re.match(r"(?:about\s+)?([a-z\s-]+?)\s+words?\b", text, re.I)
    if spelled and (number := english_number(spelled[1])):
        values = [number]
    elif not match or text.startswith("-"):
        return None
    else:
        pieces = re.split(r"\s*(?:-|–|—|~|～|to|到|至)\s*", match["n"].rstrip("+"), flags=re.I)
        values = [chinese_number(piece) or 0 for piece in pieces]
    mean = sum(values) / len(values)
    return round(mean) if 1 <= mean < NONSENSE else None


@dataclass
class Draft:
    """A section as far as it could be read."""

    title: str = ""
    point: str = ""
    words: int | None = None
    chapter: str = ""
    label: str = ""
    """"Paragraph 3", in a line that says nothing else."""


def _read_line(rest: str) -> Draft:
    """Title, point and count of one line whose marker is gone."""
    fields = list(_FIELD.finditer(rest))
    if fields:
        draft = _read_line(rest[: fields[0].start()]) if rest[: fields[0].start()].strip(" *-–—:：|") else Draft()
        for this, after in zip(fields, [*fields[1:], None], strict=True):
            value = rest[this.end() : after.start() if after else len(rest)]
            _set_field(draft, str(this.lastgroup), value)
        return draft
    words, split_at = None, None
    if match := _IN_BRACKETS.search(rest):
        if match.end() < len(rest.rstrip(" *.。:：")):
            split_at = match.start()
    else:
        match = _AT_END.search(rest)
    if match and (words := words_in(match[0].strip(" ()（）[]【】-–—,，;；|:：."))) is not None:
        rest = rest[: match.start()] + rest[match.end() :] if split_at is None else rest
    if split_at is not None and match:
        return Draft(clean(rest[:split_at]), clean(rest[match.end() :]), words)
    bold = re.match(r"(?:\*\*|__)(.+?)(?:\*\*|__)", rest)
    if bold and clean(bold[1]):
        return Draft(clean(bold[1]), clean(rest[bold.end() :]), words)
    pieces = _SPLIT.split(rest, maxsplit=1)
    if len(pieces) == 2 and clean(pieces[0]):
        return Draft(clean(pieces[0]), clean(pieces[1]), words)
    return Draft(clean(rest), "", words)


def _set_field(draft: Draft, name: str, value: str) -> None:
    if name == "words":
        draft.words = words_in(value.strip(" -–—:：|*"))
    elif name == "title":
        draft.title = clean(value)
    else:
        draft.point = one_line(f"{draft.point} {clean(value)}").strip()


@dataclass
class _Node:
    depth: int
    """Kind and indentation; a node belongs to the nearest one before it with a smaller depth."""
    draft: Draft
    body: list[str] = field(default_factory=list)
    inner: bool = False
    """Has nodes below it."""


_HEADINGS, _CHAPTERS, _PARAGRAPHS, _NUMBERS, _BULLETS = 1, 7, 8, 9, 30


def _node(line: str) -> _Node | None:
    """The line as a node, None if it has no marker."""
    rest = line.strip()
    indent = min(4, (len(line) - len(line.lstrip())) // 2)
    depth = None
    if match := _HEADING.match(rest):
        depth, rest = _HEADINGS + len(match[1]) - 1, rest[match.end() :].rstrip("# ")
    elif match := _BULLET.match(rest):
        depth, rest = _BULLETS + indent, rest[match.end() :]
    bold = re.match(r"(?:\*\*|__)+", rest)
    body = rest[bold.end() :] if bold else rest
    for pattern, kind in ((_PARAGRAPH, _PARAGRAPHS), (_CHAPTER, _CHAPTERS)):
        match = pattern.match(body)
        if match and (match["after"] or body[match.end() :].lstrip(" *_")[:1] in ("", "(", "（", "《")):
            return _Node(depth if depth is not None and depth < _CHAPTERS else kind, _labelled(body, match, bold))
    if match := _NUMBERED.match(body):
        dots = (match["b"] or "").count(".")
        levels = dots + 2 * indent + (1 if match["d"] and match["d"].islower() else 0)
        return _Node(
            depth if depth is not None and depth < _CHAPTERS else _NUMBERS + levels, _labelled(body, match, bold)
        )
    if depth is None:
        return None
    return _Node(depth, _read_line(rest))


def read_item(text: str) -> Draft:
    """One line of a list, with or without a marker."""
    line = one_line(text)
    node = _node(line)
    return node.draft if node else _read_line(line)


def _labelled(body: str, match: re.Match[str], bold: re.Match[str] | None) -> Draft:
    """The draft of what follows a label; bold that began before the label goes on after it."""
    rest = body[match.end() :].lstrip()
    if bold and not rest.startswith("**") and "**" in rest:
        rest = f"**{rest}"
    rest = re.sub(r"^\*\*\s*[:：.\-–—]*\s*(?=[^*]*$)", "", rest)
    draft = _read_line(rest)
    if not draft.title and not draft.point:
        draft.label = clean(match[0]).strip(".。)）、")
    return draft


def _nodes(lines: list[str]) -> tuple[str, list[_Node], int]:
    """Plan title, nodes in order, and the words of prose outside them."""
    title, nodes, outside, blank = "", list[_Node](), 0, True
    for line in lines:
        bare = re.sub(r"^[\s>*_+•-]+", "", line)
        if not bare.strip():
            blank = True
            continue
        known = _FIELD.match(bare)
        node = None if known else _node(line)
        if _TOTAL.match(bare) and words_in(bare.rpartition(":")[2].rpartition("：")[2]):
            pass
        elif found := (None if nodes else _PLAN_TITLE.match(bare)):
            title = clean(found[1] or found[2])
        elif nodes and known:
            _merge(nodes[-1].draft, _read_line(bare))
        elif node and (node.draft.title or node.draft.point or node.draft.label):
            nodes.append(node)
        elif (
            nodes
            and not node
            and not _FAREWELL.match(bare)
            and (not blank or line[:1].isspace() or nodes[-1].depth < _CHAPTERS)
        ):
            _add(nodes[-1], bare)
        else:
            outside += count_words(bare)
        blank = False
    return title, nodes, outside


def _add(node: _Node, text: str) -> None:
    """A line of prose under a node, which may be or end in its count."""
    count = re.search(rf"(?:{_IN_BRACKETS.pattern}|^{_COUNT_LINE.pattern})[.*_。]*$", text, re.I)
    if count and not node.draft.words and (words := words_in(count[0].strip(" ()（）[]【】*_."))):
        node.draft.words, text = words, text[: count.start()]
    node.body.append(clean(text))


def _merge(draft: Draft, more: Draft) -> None:
    draft.title = more.title or draft.title
    draft.point = one_line(f"{draft.point} {more.point}").strip()
    draft.words = more.words or draft.words


def _deepest(nodes: list[_Node]) -> int:
    """The depth of sections: the deepest kind most of whose lines have counts, else the deepest that is no bullet."""
    by_depth: dict[int, list[bool]] = {}
    for node in nodes:
        by_depth.setdefault(node.depth, []).append(node.draft.words is not None)
    counted = [depth for depth, known in by_depth.items() if 2 * sum(known) >= len(known)]
    if counted and (sum(map(sum, by_depth.values())) > 1 or len(nodes) == 1):
        return max(counted)
    marked = [depth for depth in by_depth if depth < _BULLETS]
    only_title = len(marked) == 1 and len(by_depth[marked[0]]) == 1
    return max(by_depth) if not marked or only_title else max(marked)


def _joined(pieces: list[str]) -> str:
    """Pieces in one line, with a semicolon after each that ends without a mark."""
    written = [piece for piece in pieces if piece]
    ended = [piece if piece[-1] in ".!?;:。！？；：" else f"{piece};" for piece in written[:-1]]
    return " ".join(ended + written[-1:])


def from_lines(reply: str) -> tuple[str, list[Draft]]:
    """Plan title and sections; no sections if the reply is no plan in lines."""
    title, nodes, outside = _nodes([line[:LONGEST_LINE] for line in reply.splitlines()])
    if not nodes:
        return "", []
    deepest = _deepest(nodes)
    kept: list[_Node] = []
    for node in nodes:
        if node.depth <= deepest:
            kept.append(node)
        elif kept:
            kept[-1].body.append(": ".join(filter(None, (node.draft.title, node.draft.point))))
            kept[-1].body.extend(node.body)
    counted = any(node.draft.words for node in kept)
    for this, after in pairwise(kept):
        this.inner = after.depth > this.depth
    first = kept[0] if kept else None
    if first and first.inner and first.depth == _HEADINGS and sum(n.depth == _HEADINGS for n in kept) == 1:
        title = title or first.draft.title
        kept = kept[1:]
    drafts: list[Draft] = []
    chapters: list[_Node] = []
    for node in kept:
        chapters = [chapter for chapter in chapters if chapter.depth < node.depth]
        if node.inner:
            chapters.append(node)
            continue
        node.draft.point = _joined([node.draft.point, *node.body])
        names = [chapter.draft.title for chapter in chapters]
        node.draft.chapter = next((name for name in reversed(names) if not _NO_TITLE.fullmatch(name)), "")
        drafts.append(node.draft)
    prose = outside + sum(count_words(draft.point) for draft in drafts)
    if not counted and (len(drafts) < 2 or _REFUSAL.match(reply) or prose > LONGEST_BODY * len(drafts)):
        return "", []
    return "" if _NO_TITLE.fullmatch(title) else title, drafts


def _cells(line: str) -> list[str]:
    return [clean(cell.replace("\\|", "|")) for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


_COLUMNS = (
    ("words", re.compile(r"words?\b.*|.*word.?count.*|.*length.*|.*字数.*|篇幅", re.I)),
    ("point", re.compile(r".*(?:point|summary|description|content|focus|idea|要点|内容|概述|说明).*", re.I)),
    ("chapter", re.compile(r"chapter|part|章节?|篇章|所属章节?", re.I)),
    ("title", re.compile(r".*(?:title|section|heading|paragraph|name|标题|段落|小节|部分|名称).*", re.I)),
)


def _columns(header: list[str]) -> dict[str, int]:
    """Column of each field; a lone chapter column without a title column is the title's."""
    found: dict[str, int] = {}
    for place, cell in enumerate(header):
        for name, pattern in _COLUMNS:
            if name not in found and pattern.fullmatch(cell):
                found[name] = place
                break
    if "title" not in found and "chapter" in found:
        found["title"] = found.pop("chapter")
    return found


def from_table(reply: str) -> list[Draft]:
    """Sections of a Markdown table whose header names at least two columns; none if there is no such table."""
    rows = [_cells(line[:LONGEST_LINE]) for line in reply.splitlines() if line.lstrip().startswith("|")]
    columns = _columns(rows[0]) if rows else {}
    if len(columns) < 2 or not {"title", "point"} & columns.keys():
        return []
    drafts, chapter = list[Draft](), ""
    for row in rows[1:]:
        if all(not cell.strip("-: ") for cell in row) or any(_TOTAL.match(cell) for cell in row[:3]):
            continue
        cells = {name: row[place] for name, place in columns.items() if place < len(row)}
        chapter = cells.get("chapter") or chapter
        words = words_in(cells.get("words", ""))
        drafts.append(Draft(cells.get("title", ""), cells.get("point", ""), words, chapter))
    return drafts
