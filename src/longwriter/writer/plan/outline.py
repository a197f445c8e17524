"""The plan as a Markdown file that a person reads and edits.

    # Title

    > the instruction, line by line

    ## Chapter title

    1. **Section title** (450 words): point

    <!-- total: 450 words -->

`to_markdown` writes it (Chinese: `（450字）`) and `from_markdown` reads it back exactly, but for whitespace and line breaks
inside titles and points, which become single spaces (a `Plan` holds no others). Numbers before sections and the total
are for the reader's eye only. An indented line goes on with the point above it; a bare `##` ends a chapter. A file in
which no line is such a section is read like a model's outline (`parse`), in any language and form that it knows.
"""

import re

from longwriter.errors import InputError, PlanError
from longwriter.types import Plan, Section

_SECTION = re.compile(
    r"(?:\d+[.)]|[-*+])[ \t]+\*\*(?P<title>(?:[^*\\]|\\.)+)\*\*[ \t]*"
    r"[（(][ \t]*(?P<words>\d[\d,]{0,30})[ \t]*(?:words?|字)[ \t]*[)）][ \t]*(?:[:：][ \t]*(?P<point>.*))?",
    re.S,
)
_COMMENT = re.compile(r"<!--.*-->\s*")
MOST = 1_000_000
"""Words of a section in a person's outline; more is no count."""
_EXPECTED = "`1. **Section title** (450 words): point`"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def to_markdown(plan: Plan, instruction: str, language: str) -> str:
    """The file's text. Chinese counts for `language` "zh" and "zh-Hant", else English ones. A blank title becomes "-"."""
    chinese = language.startswith("zh")
    out = [f"# {_one_line(plan.title)}", ""] if plan.title.strip() else []
    if instruction:
        lines = re.sub(r"\r\n?", "\n", instruction).split("\n")
        out += [*(f"> {line}".rstrip(" ") if not line else f"> {line}" for line in lines), ""]
    chapter = ""
    for number, section in enumerate(plan.sections, 1):
        if _one_line(section.chapter) != chapter:
            chapter = _one_line(section.chapter)
            out += ["", f"## {chapter}".rstrip(), ""] if number > 1 else [f"## {chapter}", ""]
        title = re.sub(r"([\\*])", r"\\\1", _one_line(section.title) or "-")
        count = f"（{section.words}字）" if chinese else f" ({section.words} words)"
        point = _one_line(section.point)
        colon = ("：" if chinese else ": ") if point else ""
        out.append(f"{number}. **{title}**{count}{colon}{point}")
    label = "合計" if language == "zh-Hant" else "合计"
    total = f"{label}：{plan.words:,}字" if chinese else f"total: {plan.words:,} words"
    return "\n".join([*out, "", f"<!-- {total} -->", ""])


def from_markdown(text: str, source: str) -> tuple[Plan, str]:
    """The plan and the instruction ("" if none is quoted) in a file; `source` names it in messages.

    `InputError` names `source:line` and what was expected there.
    """
    lines = re.sub(r"\r\n?", "\n", text.removeprefix("\ufeff")).split("\n")
    if not any(_SECTION.fullmatch(line) for line in lines):
        return _own_outline(lines, source)
    title, chapter, quoted, sections = "", "", list[str](), list[Section]()
    for number, line in enumerate(lines, 1):
        where = f"{source}:{number}"
        if not line.strip() or _COMMENT.fullmatch(line):
            continue
        if match := _SECTION.fullmatch(line):
            sections.append(_section(match, chapter, where))
        elif line.startswith(">"):
            quoted.append(line[1:].removeprefix(" "))
        elif line == "##" or line.startswith("## "):
            chapter = _one_line(line[2:])
        elif line.startswith("# ") and not title and not sections:
            title = _one_line(line[2:])
        elif line[:1] in " \t" and sections:
            point = f"{sections[-1].point} {_one_line(line)}".strip()
            sections[-1] = Section.model_validate(sections[-1].model_dump() | {"point": point})
        else:
            raise InputError(
                f"{where}: expected {_EXPECTED}, `## Chapter` or `> instruction`, got {line.strip()[:60]!r}"
            )
    return Plan(title=title, sections=tuple(sections)), "\n".join(quoted)


def _section(match: re.Match[str], chapter: str, where: str) -> Section:
    title = _one_line(re.sub(r"\\(.)", r"\1", match["title"], flags=re.S))
    words = int(match["words"].replace(",", ""))
    if not title or not words:
        raise InputError(f"{where}: expected {_EXPECTED} with a title and more than 0 words")
    return Section(title=title, point=_one_line(match["point"] or ""), words=words, chapter=chapter)


def _own_outline(lines: list[str], source: str) -> tuple[Plan, str]:
    """A file in a person's own form; its quote block is the instruction."""
    from longwriter.writer.plan.parse import parse_plan  # noqa: PLC0415 - as in planner.py

    quoted = [line[1:].removeprefix(" ") for line in lines if line.startswith(">")]
    body = "\n".join(line for line in lines if not line.startswith(">") and not _COMMENT.fullmatch(line))
    try:
        return parse_plan(body, MOST), "\n".join(quoted)
    except PlanError as error:
        first = next((number for number, line in enumerate(lines, 1) if line.strip()), 1)
        raise InputError(f"{source}:{first}: no section found ({error}); expected lines such as {_EXPECTED}") from None
