"""The forms in which a text leaves: one table, which the page's buttons follow."""

import re
from collections.abc import Callable
from html import escape
from pathlib import Path
from string import Template
from typing import NamedTuple
from urllib.parse import quote

from longwriter.characters import whole
from longwriter.errors import InputError
from longwriter.language import direction
from longwriter.report.look import shared_style
from longwriter.serve.page.findings import bodies
from longwriter.serve.page.markdown import render
from longwriter.writer.session import Session
from longwriter.writer.stored import stored

TEMPLATE = Path(__file__).parent / "export.html"


class ExportFormat(NamedTuple):
    """One form of a text."""

    ending: str
    media: str
    made: Callable[[Path], str]
    """From a run's folder. Raises InputError where it has no outline yet."""


def _session(folder: Path) -> Session:
    session = stored(folder)
    if session is None or not session.manuscript.planned:
        raise InputError(f"{folder.name} has no text yet")
    return session


def markdown(folder: Path) -> str:
    """The text as it is in draft.md."""
    return _session(folder).document.text()


def page(folder: Path) -> str:
    """One HTML file without script, request or font of its own, which opens offline and prints well."""
    session = _session(folder)
    plan, chapter, out, contents = session.manuscript.plan, "", list[str](), list[str]()
    for part in bodies(session.document):
        section = plan.sections[part.section]
        level = 3 if section.chapter else 2
        if section.chapter and section.chapter != chapter:
            out.append(f'<h2 id="c{part.section}" dir="auto">{_shown(section.chapter)}</h2>')
            contents.append(
                f'<li class="chapter"><a href="#c{part.section}" dir="auto">{_shown(section.chapter)}</a></li>'
            )
        chapter = section.chapter
        out.append(f'<h{level} id="s{part.section}" dir="auto">{_shown(section.title)}</h{level}>')
        out.append(render(part.text, part.section).html)
        contents.append(f'<li><a href="#s{part.section}" dir="auto">{_shown(section.title)}</a></li>')
    text = session.document.text()
    return Template(TEMPLATE.read_text("utf-8").replace("/*shared*/", shared_style())).substitute(
        language=session.prompts.name if session.prompts.name != "zh" else "zh-Hans",
        direction=direction(text),
        title=_shown(plan.title or folder.name),
        contents="".join(contents),
        text="\n".join(out),
    )


def _shown(text: str) -> str:
    return escape(whole(text))


FORMATS: dict[str, ExportFormat] = {
    "md": ExportFormat("md", "text/markdown; charset=utf-8", markdown),
    "html": ExportFormat("html", "text/html; charset=utf-8", page),
}


def disposition(name: str, form: ExportFormat) -> str:
    """The header that makes a browser keep the answer as a file, by RFC 6266."""
    plain = re.sub(r"[^\w.-]", "_", name, flags=re.ASCII)
    return f"attachment; filename=\"{plain}.{form.ending}\"; filename*=UTF-8''{quote(name)}.{form.ending}"
