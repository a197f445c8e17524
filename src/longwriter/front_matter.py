"""What Markdown says of itself: before a text, YAML between `---` or TOML between `+++`; behind a heading, `{#id .class}`."""

import re
import tomllib
from datetime import date

_BREAK = r"[ \t]*(?:\r\n|\r|\n)"
_BLOCK = re.compile(rf"\A\ufeff?(---|\+\+\+){_BREAK}(.*?)(?<=[\r\n])(?:\1|\.\.\.)(?:{_BREAK}|[ \t]*\Z)", re.DOTALL)
_ENTRY = re.compile(r"([A-Za-z_][\w-]*)[ \t]*:(?:[ \t]+(.*)|[ \t]*)")
_KNOWN = {
    "title", "author", "authors", "date", "lang", "language", "description", "subjects", "keywords", "tags", "rights",
    "licence", "license", "publisher",
}  # fmt: skip
"""A block without any of these is text: a scene between two rules, a play's first lines."""
_PLAIN = str | int | float | date
MOST = 20_000
"""Characters of the longest block."""
_ATTRIBUTES = re.compile(
    r"(?<=[^\s\\])(?:[ \t]|(?=\{))\{:?[ \t]*(?:-|(?:\.|#([^\s{}]{1,300}))[^{}\n]{0,300})\}[ \t]*\Z"
)


def front_matter(text: str) -> tuple[dict[str, list[str]], int]:
    """Its fields by their names in lower case, each with its values, and how many characters it takes; {} and 0 for none."""
    found = _BLOCK.match(text[:MOST])
    if found is None:
        return {}, 0
    fields = fields_of(found[1], found[2])
    return (fields, found.end()) if _KNOWN & fields.keys() else ({}, 0)


def without_attributes(heading: str) -> tuple[str, str]:
    """A heading without the attributes that Pandoc and kramdown know behind it, and the id among them, "" for none."""
    found = _ATTRIBUTES.search(heading, max(heading.rfind("{") - 2, 0)) if heading.rstrip().endswith("}") else None
    return (heading[: found.start()].rstrip(), found[1] or "") if found else (heading, "")


def fields_of(fence: str, block: str) -> dict[str, list[str]]:
    """The fields of a block between such lines, `---` or `+++`, as `front_matter` gives them; {} for what is none.

    Of YAML: `key: value`, `key: [a, b]`, and a key with a list or a text below it; the rest of it is passed over.
    """
    lines = re.split(r"\r\n|\r|\n", block)
    return _toml("\n".join(lines)) if fence == "+++" else _yaml(lines)


def _toml(block: str) -> dict[str, list[str]]:
    try:
        tree = tomllib.loads(block)
    except (ValueError, RecursionError):
        return {}
    listed = {key.lower(): value if isinstance(value, list) else [value] for key, value in tree.items()}
    return {key: [str(v) for v in values if isinstance(v, _PLAIN)] for key, values in listed.items()}


def _yaml(lines: list[str]) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    key = ""
    for line in lines:
        if match := _ENTRY.fullmatch(line.rstrip()):
            key, value = match[1].lower(), (match[2] or "").strip()
            listed = re.fullmatch(r"\[(.*)\]", value)
            values = listed[1].split(",") if listed else [] if re.fullmatch(r"[>|][+-]?", value) else [value]
            out[key] = [bare for v in values if (bare := _bare(v))]
        elif key and line.strip().startswith("- "):
            out[key].append(_bare(line.strip()[2:].removeprefix("name:")))
        elif key and line.startswith((" ", "\t")) and line.strip() and not _ENTRY.fullmatch(line.strip()):
            out[key] = [" ".join((*out[key], line.strip()))]
        elif line.strip() and not line.startswith((" ", "\t", "#", "-")):
            return {}
    return out


def _bare(value: str) -> str:
    value = value.strip()
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value
