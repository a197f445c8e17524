"""The sources of a text as its readers see them: numbers in the text, notes or a list behind it, and files of references.

A text holds `[s12]` for the chunk of a source; here all chunks of a source have its number, in the order of the text.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from longwriter.characters import whole
from longwriter.errors import InputError
from longwriter.export.labels import AUTHORS, Labels

MARK = re.compile(r"\[(s[1-9]\d{0,5})\]")
"""A citation as texts hold it."""
MARKED = re.compile(rf"[ \t]?{MARK.pattern}")
"""One with the blank before it."""
CODE = re.compile(r"^(```|~~~)[^\n]*\n(?:.*?\n)??\1[ \t]*$|(?<!`)`[^`\n]{1,300}`(?!`)", re.MULTILINE | re.DOTALL)
"""Code of Markdown, in which no mark is one."""
_MARKS = re.compile(rf"(?P<blank>[ \t]?){MARK.pattern}(?:[ \t]?{MARK.pattern}){{0,60}}")
_SIGN = re.compile(r"([\\`*_{}\[\]()<>#+!|~$&^\"':=-])")
_TEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"} | {
    c: f"\\{c}" for c in "{}&%$#_"
}


@dataclass(frozen=True)
class Reference:
    """A source."""

    ids: tuple[str, ...]
    """Of its chunks, as marks name them."""
    title: str
    address: str
    """Of the web, or the name of a file."""
    accessed: str = ""
    """YYYY-MM-DD."""
    author: tuple[str, ...] = ()

    @property
    def online(self) -> bool:
        """Whether readers can follow its address."""
        return re.fullmatch(r"https?://[^\s<>]+", self.address) is not None


def cited(text: str, references: Sequence[Reference]) -> list[Reference]:
    """The sources that a text names, in the order in which it first does."""
    by_id = {name: reference for reference in references for name in reference.ids}
    found = (by_id.get(mark[1]) for mark in MARK.finditer(CODE.sub("", text)))
    return list(dict.fromkeys(reference for reference in found if reference is not None))


def numbered(text: str, references: Sequence[Reference], style: str, labels: Labels) -> str:
    """Markdown with numbers in the place of its marks, and the sources behind it. `style`: "notes" or "list".

    Marks of sources that there are not stay as they are.
    """
    named = cited(text, references)
    if not named:
        return text
    number = {name: at for at, reference in enumerate(named, 1) for name in reference.ids}

    def shown(match: re.Match[str]) -> str:
        names = MARK.findall(match[0])
        numbers = list(dict.fromkeys(number[name] for name in names if name in number))
        unknown = "".join(f"[{name}]" for name in names if name not in number)
        if style == "list":
            listed = f"\\[{', '.join(map(str, numbers))}\\]" if numbers else ""
            return f"{match['blank']}{listed}{unknown}"
        blank = match["blank"] if unknown else ""  # a note's sign stands close
        return blank + "".join(f"[^source-{n}]" for n in numbers) + unknown

    out, at = list[str](), 0
    for code in CODE.finditer(text):
        out += [_MARKS.sub(shown, text[at : code.start()]), code[0]]
        at = code.end()
    body = "".join((*out, _MARKS.sub(shown, text[at:]))).rstrip()
    lines = [_line(reference, labels) for reference in named]
    if style == "list":
        listing = "\n".join(f"{n}. {line}" for n, line in enumerate(lines, 1))
        return f"{body}\n\n## {labels.references}\n\n{listing}\n"
    return body + "\n\n" + "\n".join(f"[^source-{n}]: {line}" for n, line in enumerate(lines, 1)) + "\n"


def _line(reference: Reference, labels: Labels) -> str:
    """A source in one line of Markdown; nothing that it is called can be more than words."""
    authors = _words(AUTHORS.join(reference.author))
    where = f"<{reference.address}>" if reference.online else _words(reference.address)
    title = _words(reference.title) or where
    parts = [authors, f"*{title}*" if title != where else "", where]
    accessed = f" ({labels.accessed} {reference.accessed})" if reference.accessed else ""
    return ". ".join(filter(None, parts)) + accessed


def _words(said: str) -> str:
    return _SIGN.sub(r"\\\1", " ".join(whole(said).split()))


def bibtex(references: Sequence[Reference]) -> bytes:
    """The sources as BibTeX."""
    return "\n".join(_entry(n, reference) for n, reference in enumerate(references, 1)).encode("utf-8", "replace")


def _entry(number: int, reference: Reference) -> str:
    fields = {
        "title": f"{{{_tex(reference.title)}}}",
        "author": " and ".join(f"{{{_tex(name)}}}" for name in reference.author),
        "url": _tex_address(reference.address) if reference.online else "",
        "howpublished": "" if reference.online else _tex(reference.address),
        "urldate": reference.accessed,
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@misc{{source{number},\n{lines}}}\n"


def _tex(said: str) -> str:
    return "".join(_TEX.get(c, c) for c in " ".join(whole(said).split()))


def _tex_address(address: str) -> str:
    """An address as it stands, but for what would end its field."""
    return address.replace("\\", "%5C").replace("{", "%7B").replace("}", "%7D")


def csl_json(references: Sequence[Reference]) -> bytes:
    """The sources as CSL-JSON, which reference managers read."""
    rows = []
    for number, reference in enumerate(references, 1):
        row: dict[str, object] = {"id": f"source{number}", "type": "webpage" if reference.online else "document"}
        row["title"] = reference.title
        if reference.author:
            row["author"] = [{"literal": name} for name in reference.author]
        row["URL" if reference.online else "source"] = reference.address
        if reference.accessed:
            row["accessed"] = {"date-parts": [[int(part) for part in reference.accessed.split("-")]]}
        rows.append(row)
    return (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def reference_file(text: str, references: Sequence[Reference], form: str) -> bytes:
    """The sources that a text cites, as `bib` or `json`. Raises InputError where it cites none."""
    if why := uncited(text, references):
        raise InputError(f"there are no references to put into .{form}: {why}")
    named = cited(text, references)
    return bibtex(named) if form == "bib" else csl_json(named)


def uncited(text: str, references: Sequence[Reference]) -> str:
    """Why there is nothing to put into a file of references; "" where there is."""
    if not references:
        return "the text has no sources (write --sources PATH gives it some)"
    return "" if cited(text, references) else "the text cites none of its sources"
