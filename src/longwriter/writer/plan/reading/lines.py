"""Plan lines: sections from lists, headings and "Paragraph 3 - Main Point" lines, in any language of `planwords`.

1. A marked line (heading, "Paragraph 3 -", "第二章", "1.", "-") is a node, nested by its kind and indentation; so is a
   line without a mark that has a count, after one that has its own.
2. Sections are of the deepest kind most of whose lines have word counts; without counts, of the deepest kind that is no
   bullet. Nodes below that join their parent's point; of the others, leaves are sections and the rest chapters. A line
   whose count is not that of the lines below it is no chapter but a section of its own.
3. Prose before the first node, or after a blank line, is no part of the plan, except under a heading.

Nothing here raises. Counts are as read; missing ones are None.
"""

import re
from dataclasses import dataclass, field
from itertools import islice, pairwise, takewhile

from longwriter.text import count_words
from longwriter.writer.plan.reading.counts import count_at_end, count_in_brackets, is_count, words_in
from longwriter.writer.plan.reading.draft import Draft, clean, joined, one_line
from longwriter.writer.plan.reading.words import names, pattern, plain

LONGEST_LINE = 4000
"""Characters; the rest of a longer line is no plan."""
LONGEST_BODY = 150
"""Words per section without any count; above it the reply is a text with headings, not a plan."""

_FIELD = re.compile(
    r"(?:^|(?<=[-–—|;；,，。.*、])|(?<=[-–—|;；,，。.*、]\s)|(?<=\D\s)(?=[^\W\d_]+\s[^\W\d_]))\s*"
    rf"(?:(?P<words>{pattern('words')})|(?P<title>{pattern('title')})|(?P<point>{pattern('point')}))\s*\**\s*[:：]",
    re.I,
)
_ORDINAL = rf"(?:\d{{1,4}}|[零〇一二两兩三四五六七八九十百]{{1,6}}|[ivxl]{{1,7}}\b|{pattern('ordinal')})"
_AFTER = r"(?:[\s*_]*(?:[:：.．、,，)）|]|[-–—]+)[\s*_]*)?\s*"
_PARAGRAPH = re.compile(
    rf"(?:{pattern('section')}\s*[#(（]?\s*{_ORDINAL}\s*[)）]?"
    rf"|第\s*{_ORDINAL}\s*(?:自然段|段落|段|小节|小節|节|節|部分|步|項|场|場)"
    rf"|제?\s*\d{{1,4}}\s*(?:절|단락|문단|부분|항)(?![^\W\d_]))(?P<after>{_AFTER})",
    re.I,
)
_CHAPTER = re.compile(
    rf"(?:{pattern('chapter')}\s+{_ORDINAL}|第\s*{_ORDINAL}\s*(?:章|卷|巻|篇|幕|回|部|話|话)"
    rf"|제?\s*\d{{1,4}}\s*(?:장|부|편|권)(?![^\W\d_]))(?P<after>{_AFTER})",
    re.I,
)
_NUMBERED = re.compile(
    r"(?:[(（](?P<a>\d{1,4}|[一二三四五六七八九十]{1,3})[)）]|(?P<b>\d{1,3}(?:\.\d{1,3}){0,4}|\d{4}(?=\s*[.．)、）]))\s*(?:[.．)、）:：]|[-–—](?=\s)|(?<=\.\d)(?=\s))"
    r"|(?P<c>[一二三四五六七八九十]{1,4})[、.．]|(?P<d>[IVXL]{1,6}|[A-Za-z])[.)](?=\s)(?!\s[A-Z]\.)|\d\ufe0f?\u20e3|[①-⑳])\s*"
)
_EMPTY_LINE = re.compile(rf"```\w*\s*$|{pattern('parts')}\s*:\s*$", re.I)
"""A fence, or a key of YAML with its list below."""
_QUOTED = re.compile(r"^\s*>+ ?(?=\s*[\d#|*+•-])")
_HEADING = re.compile(r"(#{1,6})\s*(?=\S)")
_BULLET = re.compile(r"(?:[-*+–·](?=\s)|[•●▪◦‣⁃・◆◇■□○→➤►✓✔])\s*(?:\[[ xX]?\]\s*)?")
_BOLD_LINE = re.compile(r"\*\*[^*]{1,80}(?<![:：*])\*\*")
_TOTAL_NAME = rf"{pattern('total')}(?:\s*{pattern('words', 'unit')}){{0,2}}"
_TOTAL = re.compile(
    rf"\W*{_TOTAL_NAME}\s*(?:[(（][^()（）]{{0,40}}[)）])?[\s*_]*(?:[:：=≈~–-]|is\b|of\b|(?=\d))(?P<rest>.*)", re.I
)
TOTAL_CELL = re.compile(rf"\W*{_TOTAL_NAME}\W*", re.I)
_FAREWELL = re.compile(
    r"\W*(?:let me know|feel free|this (?:plan|outline)|i hope|would you like|shall i|please (?:let|note)|note:|希望|如需"
    r"|如果(?:您|你)|以上(?:是|为)|请(?:告诉|问))",
    re.I,
)
_REFUSAL = re.compile(
    r"\W*(?:i['’]?m\s+(?:very\s+)?sorry|sorry|i\s+can(?:not|['’]?t)|as an ai|很?抱歉|对不起|我(?:无法|不能))", re.I
)
_PLAN_TITLE = re.compile(
    rf"(?:(?:book|plan|document|overall)\s+)?(?:{pattern('title')}|书名|書名|总标题|總標題)\s*[:：]\s*(?P<title>.+)",
    re.I,
)
_NO_TITLE = re.compile(
    rf"(?:the\s+)?(?:(?:writing|detailed|document|book|article|essay|section)\s+)*{pattern('outline')}\W*", re.I
)
_SPLIT = re.compile(r"\s*[:：]\s+|：|\s+[-–—]+\s+|——|\s*:\s*(?=[^\x00-\x7f])")
_PART_NAMES = names("section") | names("chapter") | names("title")


def _has_label(text: str) -> bool:
    return (":" in text or "：" in text) and _FIELD.search(text) is not None


def _read_line(rest: str) -> Draft:
    """Title, point and count of one line whose marker is gone."""
    if found := count_in_brackets(rest):
        before, after = rest[: found.start] + found.kept, rest[found.end :]
        if not re.search(r"\w", before):
            draft = _read_text(after)
        elif re.search(r"\w", after):
            draft = _read_text(before) if _has_label(before) else Draft(clean(_unlabelled(before)))
            draft.merge(_read_text(after) if _has_label(after) else Draft(point=clean(after)))
        else:
            draft = _read_text(before)
        draft.words = found.words
        return draft
    if not _has_label(rest) and (found := count_at_end(rest)):
        draft = _read_text(rest[: found.start])
        draft.words = found.words
        return draft
    return _read_text(rest)


def _read_text(text: str) -> Draft:
    """Title and point of a line whose count is gone, or what its labels say."""
    if fields := list(_FIELD.finditer(text)) if ":" in text or "：" in text else []:
        head = text[: fields[0].start()]
        draft = _read_title(head) if head.strip(" *-–—:：|(（") else Draft()
        for this, after in zip(fields, [*fields[1:], None], strict=True):
            _set_field(draft, str(this.lastgroup), text[this.end() : after.start() if after else len(text)])
        return draft
    return _read_title(text)


def _read_title(text: str) -> Draft:
    text = _unlabelled(text)
    bold = re.match(r"\*\*(.+?)\*\*|__(?![a-z_]+__)(.+?)__", text)
    if bold and clean(bold[1] or bold[2]):
        return Draft(clean(bold[1] or bold[2]), clean(text[bold.end() :]))
    pieces = _SPLIT.split(text, maxsplit=1)
    if len(pieces) == 2 and clean(pieces[0]):
        return Draft(clean(pieces[0]), clean(pieces[1]))
    return Draft(clean(text))


def _unlabelled(text: str) -> str:
    """The text without a bare "Kapitel:" before it."""
    label, colon, rest = text[:40].partition(":" if ":" in text[:40] else "：")
    if colon and clean(rest) and plain(label) in _PART_NAMES:
        return text[len(label) + 1 :].lstrip()
    return text


def _set_field(draft: Draft, name: str, value: str) -> None:
    words = words_in(value.strip(" -–—:：|*")) if name == "words" else None
    if words or (name == "words" and not re.search(r"[^\W\d_]", value)):
        draft.words = words
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
    kind: str = ""
    """What a chapter is called: "Part", "卷"."""


_HEADINGS, _BOLD, _CHAPTERS, _PARAGRAPHS, _NUMBERS, _BULLETS = 1, 6, 7, 8, 9, 30


def _node(line: str) -> _Node | None:
    """The line as a node, None if it has no marker."""
    rest = line.strip()
    indent = min(4, (len(line) - len(line.lstrip())) // 2)
    depth = None
    if match := _HEADING.match(rest):
        depth, rest = _HEADINGS + len(match[1]) - 1, rest[match.end() :].rstrip("# ")
    elif match := _BULLET.match(rest):
        depth, rest = _BULLETS + indent, rest[match.end() :]
    bold = re.match(r"(?:\*\*|__)+(?=\W*\w)", rest)
    body = rest[bold.end() :] if bold else rest
    for pattern_, kind in ((_PARAGRAPH, _PARAGRAPHS), (_CHAPTER, _CHAPTERS)):
        match = pattern_.match(body)
        if match and (match["after"] or body[match.end() :].lstrip(" *_")[:1] in ("", "(", "（", "《")):
            depth = depth if depth is not None and depth < _CHAPTERS else kind
            called = plain(re.sub(_ORDINAL, "", match[0], flags=re.I)) if depth == _CHAPTERS else ""
            return _Node(depth, _labelled(body, match, bold), kind=called)
    if match := _NUMBERED.match(body):
        dots = (match["b"] or "").count(".")
        levels = dots + 2 * indent + (1 if match["d"] and match["d"].islower() else 0)
        return _Node(
            depth if depth is not None and depth < _CHAPTERS else _NUMBERS + levels, _labelled(body, match, bold)
        )
    if depth is None:
        return _Node(_BOLD, _read_line(rest)) if _BOLD_LINE.fullmatch(rest) else None
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
    bare = rest.strip("*_ ")
    draft = Draft(words=words_in(bare)) if is_count(bare) and not bare.isdigit() else _read_line(rest)
    if not draft.title and not draft.point:
        draft.label = clean(match[0]).strip(".。)）、")
    elif re.fullmatch(r"[(（].*[)）]", draft.title):  # "Section nine (North)"
        draft.title = one_line(f"{match[0]} {draft.title}")
    return draft


def _unmarked(line: str, nodes: list[_Node]) -> _Node | None:
    """A line without a mark that names a section all the same: it has its count, and so had the one before."""
    end = count_at_end(line)
    if not count_in_brackets(line) and not (end and line[end.start :].lstrip()[0] in "-–—"):
        return None
    before = next((node for node in reversed(nodes) if node.draft.words), None)
    follows = before and (nodes[-1] is before or nodes[-1].depth > before.depth)
    if line.rstrip()[-1:] in ":：" or (nodes and not follows):
        return None
    draft = _read_line(line.strip())
    return _Node(before.depth if before else _NUMBERS, draft) if draft.title else None


def _nodes(lines: list[str]) -> tuple[str, list[_Node], int]:
    """Plan title, nodes in order, and the words of prose outside them."""
    title, nodes, outside, blank = "", list[_Node](), 0, True
    bares = [re.sub(r"^[\s>*_+•-]+", "", line) for line in lines]
    records = sum((match := _FIELD.match(bare)) is not None and match.lastgroup == "title" for bare in bares) > 1
    for line, bare in zip(lines, bares, strict=True):
        if not bare.strip() or _EMPTY_LINE.match(bare):
            blank = blank or not bare.strip()
            continue
        known = _FIELD.match(bare) if ":" in bare or "：" in bare else None
        node = None if known else _node(line)
        total = _TOTAL.match(bare)
        if total and is_count(re.split(r"[.。]\s", total["rest"])[0]):
            pass
        elif not nodes and not records and (found := _PLAN_TITLE.match(bare)):
            title = clean(found["title"])
        elif known and records and known.lastgroup == "title" and (not nodes or nodes[-1].draft.title):
            nodes.append(_Node(_NUMBERS, _read_line(bare)))
        elif nodes and known:
            nodes[-1].draft.merge(_read_line(bare))
        elif section := (node if node else None if known else _unmarked(line, nodes)):
            if section.draft.title or section.draft.point or section.draft.label:
                nodes.append(section)
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
    if records and len(nodes) > 1 and not (nodes[0].draft.point or nodes[0].draft.words or nodes[0].body):
        title = nodes.pop(0).draft.title
    return title, nodes, outside


def _add(node: _Node, text: str) -> None:
    """A line of prose under a node, which may be or end in its count."""
    if not node.draft.words:
        bare = text.strip().strip("*_")
        if is_count(bare) and (words := words_in(bare.strip(" ()（）[]【】"))):
            node.draft.words = words
            return
        found = count_in_brackets(text)
        if found and not re.search(r"\w", text[found.end :]):
            node.draft.words, text = found.words, text[: found.start] + found.kept
    node.body.append(clean(text))


def _deepest(nodes: list[_Node]) -> int:
    """The depth of sections: the deepest kind most of whose lines have counts, else the deepest that is no bullet."""
    by_depth: dict[int, list[bool]] = {}
    for node in nodes:
        by_depth.setdefault(node.depth, []).append(node.draft.words is not None)
    counted = [depth for depth, known in by_depth.items() if 2 * sum(known) >= len(known)]
    if counted and (sum(map(sum, by_depth.values())) > 1 or len(nodes) == 1):
        return max(counted)
    marked = [depth for depth in by_depth if depth < _BULLETS]
    only_title = len(marked) == 1 and by_depth[marked[0]] == [False]
    return max(by_depth) if not marked or only_title else max(marked)


def _kept(nodes: list[_Node]) -> list[_Node]:
    """The nodes that are sections or chapters; those below have joined their parent."""
    kinds = [node.kind for node in nodes if node.kind]
    if len(set(kinds)) == 2 and kinds[0] == min(
        set(kinds), key=kinds.count
    ):  # "Part 1" before "Chapter 1", "Chapter 2"
        for node in nodes:
            node.depth -= node.kind == kinds[0]
    deepest = _deepest(nodes)
    kept: list[_Node] = []
    for node in nodes:
        if node.depth <= deepest:
            kept.append(node)
        elif kept:
            kept[-1].body.append(": ".join(filter(None, (node.draft.title, node.draft.point))))
            kept[-1].body.extend(node.body)
    for this, after in pairwise(kept):
        this.inner = after.depth > this.depth
    for place, node in enumerate(kept):
        node.inner = node.inner and not _stands_alone(kept, place)
    return kept


def _stands_alone(kept: list[_Node], place: int) -> bool:
    """Whether a counted line is a section beside the deeper ones that follow it: its count is not what they add up to."""
    depth, own = kept[place].depth, kept[place].draft.words
    below = takewhile(lambda node: node.depth > depth, islice(kept, place + 1, None))
    counts = [node.draft.words or 0 for node in below]
    total = sum(counts)
    if not own or not total:
        return False
    return not (0.9 * total <= own <= 1.1 * total and (len(counts) > 1 or own == total))


def from_lines(reply: str) -> tuple[str, list[Draft]]:
    """Plan title and sections; no sections if the reply is no plan in lines."""
    title, nodes, outside = _nodes([_QUOTED.sub("", line[:LONGEST_LINE]) for line in reply.splitlines()])
    if not nodes:
        return "", []
    kept = _kept(nodes)
    counted = any(node.draft.words for node in kept)
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
        node.draft.point = joined([node.draft.point, *node.body])
        titles = (chapter.draft.title or chapter.draft.label for chapter in chapters)
        node.draft.path = tuple(name for name in titles if name and not _NO_TITLE.fullmatch(name))
        drafts.append(node.draft)
    prose = outside + sum(count_words(draft.point) for draft in drafts)
    if not counted and (len(drafts) < 2 or _REFUSAL.match(reply) or prose > LONGEST_BODY * len(drafts)):
        return "", []
    return "" if _NO_TITLE.fullmatch(title) else title, drafts
