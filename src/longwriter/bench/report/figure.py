"""A picture as a figure of the page, as an SVG file that stands alone, and as PNG.

The page colours its pictures by its own style sheet, light or dark. A file has the light colours in itself; PNG is drawn
from that file by resvg, with the fonts of this machine.
"""

import re
import textwrap
from collections.abc import Sequence
from pathlib import Path

from longwriter.bench.report.canvas import Chart, ShownRun, mark, sign
from longwriter.bench.report.charts import all_charts
from longwriter.bench.report.labels import shortened
from longwriter.bench.report.tables import table
from longwriter.errors import InputError, SetupError
from longwriter.report.look import LIGHT
from longwriter.report.svg import WIDTH, safe
from longwriter.runs.folders import resolved, write_file

ZOOM = 3
"""Pixels of a PNG to a unit."""
FONTS = (
    'system-ui, "Noto Sans", "DejaVu Sans", "Liberation Sans", Arial, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif'
)
MARKS = """
text { font-size: 11px; fill: var(--soft); font-variant-numeric: tabular-nums; }
text.axis { font-size: 11.5px; }
.grid { stroke: var(--grid); fill: none; } .zone { fill: var(--zone); }
.even { stroke: var(--even); stroke-width: 1.2; fill: none; }
.c0 { color: var(--c0); } .c1 { color: var(--c1); } .c2 { color: var(--c2); } .c3 { color: var(--c3); }
.c4 { color: var(--c4); } .c5 { color: var(--c5); }
.mark { fill: currentColor; } .cloud .mark { fill-opacity: .55; }
.line { fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linejoin: round; }
.band { fill: currentColor; fill-opacity: .14; }
.whisker { fill: none; stroke: var(--ink); stroke-width: 1.2; } .own { fill: none; stroke: currentColor; stroke-width: 1.4; }
.bar { fill: currentColor; fill-opacity: .6; stroke: currentColor; }
.area { fill: currentColor; fill-opacity: .06; stroke: currentColor; stroke-width: 1.8; stroke-linejoin: round; }
.c1 .line, .c1 .area, .c1 .bar { stroke-dasharray: 6 3; } .c2 .line, .c2 .area, .c2 .bar { stroke-dasharray: 2 3; }
.c3 .line, .c3 .area, .c3 .bar { stroke-dasharray: 9 3 2 3; } .c4 .line, .c4 .area, .c4 .bar { stroke-dasharray: 12 4; }
.c5 .line, .c5 .area, .c5 .bar { stroke-dasharray: 1 2; }
"""
"""Style of every picture, in the page and in files."""


def figure(picture: Chart, several: bool) -> str:
    """A chart for the page, with its numbers as a table that can be opened. `several`: it needs a legend."""
    note = f"<p class=note>{safe(picture.note)}</p>" if picture.note else ""
    legend = "".join(f"<li class=c{n}>{sign(n)}<span>{safe(name)}</span></li>" for n, name in picture.systems)
    return (
        f"<figure><figcaption>{safe(picture.title)}</figcaption>"
        f"{f'<ul class=legend>{legend}</ul>' if several else ''}"
        f'<svg viewBox="0 0 {WIDTH} {picture.height:g}" role="img" aria-label="{safe(picture.told)}">{picture.body}</svg>'
        f"{note}<details><summary>Numbers<span class=hidden> of {safe(picture.title)}</span></summary>"
        f"{table(picture.title, picture.heads, [[safe(cell) for cell in row] for row in picture.rows])}</details></figure>\n"
    )


def alone(picture: Chart, subtitle: str = "", several: bool = False) -> str:
    """An SVG file with title, legend and colours of its own."""
    style = re.sub(r"var\(--(\w+)\)", lambda found: LIGHT[found[1]], MARKS)
    style += f"text {{ font-family: {FONTS}; }} .title {{ font-size: 14px; font-weight: 600; fill: {LIGHT['ink']}; }}"
    top = 38.0
    head = f'<text class="title" x="10" y="20">{safe(picture.title)}</text>'
    head += f'<text x="10" y="35">{safe(shortened(subtitle, 56))}</text>'
    for place, name in picture.systems if several else ():
        top += 15
        line = f'<path class="line" d="M10 {top - 4:g}H38"/>{mark(place, 24, top - 4, name)}'
        head += f'<g class="c{place}">{line}</g><text x="44" y="{top:g}">{safe(shortened(name, 50))}</text>'
    top += 6
    notes = textwrap.wrap(picture.note, 56)
    below = top + picture.height
    foot = "".join(f'<text x="10" y="{below + 12 + 14 * n:g}">{safe(part)}</text>' for n, part in enumerate(notes))
    height = below + 14 * len(notes) + 8
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" height="{height:g}" '
        f'role="img"><title>{safe(picture.title)}</title><desc>{safe(picture.told)}</desc><style>{safe(style)}</style>'
        f'<rect width="{WIDTH}" height="{height:g}" fill="{LIGHT["card"]}"/>{head}'
        f'<g transform="translate(0 {top:g})">{picture.body}</g>{foot}</svg>\n'
    )


def write_pictures(folder: Path, runs: Sequence[ShownRun]) -> list[Path]:
    """Each picture of these runs as SVG and as PNG. The SVGs are written even where PNG cannot be: SetupError then."""
    several, benchmark = len(runs) > 1, runs[0].scores.benchmark
    subtitle = benchmark if several else f"{benchmark}: {runs[0].name}"
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; --pictures wants a folder")
    if not resolved(folder).parent.is_dir():
        raise InputError(f"{folder.parent} does not exist; make it first")
    folder.mkdir(exist_ok=True)
    files = []
    for picture in all_charts(runs):
        files.append(folder / f"{picture.file}.svg")
        write_file(files[-1], alone(picture, subtitle, several))
    return files + [_png(file) for file in files]


def _png(file: Path) -> Path:
    try:
        from resvg_py import svg_to_bytes  # noqa: PLC0415 - an extra, and only now wanted
    except ImportError as error:
        raise SetupError(
            f"PNG needs resvg: pip install 'longwriter[report]'; the SVG files are in {file.parent}"
        ) from error
    text = file.read_text("utf-8")
    drawn = svg_to_bytes(svg_string=text, zoom=ZOOM)
    if drawn == svg_to_bytes(svg_string=re.sub(r"<text.*?</text>", "", text, flags=re.S), zoom=ZOOM):
        raise SetupError(
            f"this machine has no fonts, so PNG would have no words: install some, such as DejaVu; SVG is in {file.parent}"
        )
    png = file.with_suffix(".png")
    png.write_bytes(drawn)
    return png
