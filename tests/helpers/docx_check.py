"""Whether a Word document is one: what its schema and Word's own limits ask for. Source: ISO/IEC 29500-1, annex A.

`faults(data)` is empty for a file that Word opens without mending it, as far as the elements that longwriter writes go.
"""

import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import pairwise
from posixpath import dirname, join, normpath
from typing import NamedTuple

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore widowControl numPr pBdr shd tabs suppressAutoHyphens bidi spacing ind"
    " contextualSpacing jc outlineLvl sectPr",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike noProof color sz szCs shd vertAlign rtl cs em lang",
    "sectPr": "headerReference footerReference type pgSz pgMar pgNumType cols titlePg bidi docGrid",
    "tblPr": "tblStyle bidiVisual tblW jc tblInd tblBorders shd tblLayout tblCellMar tblLook",
    "tcPr": "tcW gridSpan vMerge tcBorders shd vAlign",
    "trPr": "cantSplit tblHeader",
    "numPr": "ilvl numId",
    "tbl": "tblPr tblGrid tr+",
    "tr": "trPr tc+",
    "tblGrid": "gridCol+",
    "style": "name basedOn next link uiPriority qFormat pPr rPr tblPr trPr tcPr tblStylePr+",
    "styles": "docDefaults latentStyles style+",
    "docDefaults": "rPrDefault pPrDefault",
    "numbering": "abstractNum+ num+",
    "abstractNum": "nsid multiLevelType tmpl lvl+",
    "lvl": "start numFmt lvlText lvlJc pPr rPr",
    "num": "abstractNumId lvlOverride+",
    "lvlOverride": "startOverride lvl",
    "settings": "zoom defaultTabStop autoHyphenation characterSpacingControl footnotePr endnotePr compat themeFontLang",
    "compat": "doNotExpandShiftReturn compatSetting+",
    "sdt": "sdtPr sdtContent",
    "docPartObj": "docPartGallery docPartUnique",
    "tblBorders": "top bottom insideH insideV",
    "tblCellMar": "top left bottom right",
    "tblStylePr": "pPr rPr tblPr trPr tcPr",
    "footnotes": "footnote+",
    "tabs": "tab+",
    "body": "p|tbl|sdt sectPr",
    "sdtContent": "p|tbl",
    "tc": "tcPr p|tbl",
    "footnote": "p|tbl",
    "p": "pPr r|hyperlink|bookmarkStart|bookmarkEnd",
    "hyperlink": "r|bookmarkStart|bookmarkEnd",
    "r": "rPr t|tab|br|fldChar|instrText|footnoteReference|footnoteRef|separator|continuationSeparator|drawing",
    "hdr": "p",
    "ftr": "p",
    "inline": "extent docPr cNvGraphicFramePr graphic",
    "pic": "nvPicPr blipFill spPr",
}
"""Children in their order: each once, `+` often, `a|b` often in any order."""
WORDS = {"t", "instrText"}
"""Elements that hold text."""
MOST_COLUMNS, MOST_TWIPS = 63, 31_680


class Parts(NamedTuple):
    """A document's parts."""

    files: dict[str, bytes]
    trees: dict[str, etree._Element]

    def relations(self, name: str) -> dict[str, tuple[str, str]]:
        """Id -> kind and target of what a part refers to."""
        place = f"{dirname(name)}/_rels/{name.rpartition('/')[2]}.rels".lstrip("/")
        if place not in self.trees:
            return {}
        out = {}
        for found in self.trees[place].iter(f"{RELATIONS}Relationship"):
            target = found.get("Target")
            if found.get("TargetMode") != "External":
                target = normpath(join(dirname(name), target)) if target[0] != "/" else target[1:]
            out[found.get("Id")] = (found.get("Type").rpartition("/")[2], target)
        return out


def parts_of(data: bytes) -> Parts:
    """Raises for a file that is no zip, or a part that is no XML."""
    with zipfile.ZipFile(BytesIO(data)) as file:
        files = {name: file.read(name) for name in file.namelist()}
    return Parts(files, {n: etree.fromstring(b) for n, b in files.items() if n.endswith((".xml", ".rels"))})


def faults(data: bytes) -> list[str]:
    """What is wrong with a document."""
    parts = parts_of(data)
    return [*_packed(parts), *_ordered(parts), *_referred(parts), *_limits(parts)]


def _packed(parts: Parts) -> Iterator[str]:
    """Content types, and what is reached from where."""
    types = parts.trees["[Content_Types].xml"]
    endings = {e.get("Extension") for e in types.iter(f"{TYPES}Default")}
    named = {e.get("PartName").lstrip("/") for e in types.iter(f"{TYPES}Override")}
    yield from (f"a type for {name}, which is not there" for name in named - parts.files.keys())
    reached, ahead = {"[Content_Types].xml"}, [""]
    while ahead:
        name = ahead.pop()
        place = f"{dirname(name)}/_rels/{name.rpartition('/')[2]}.rels".lstrip("/")
        reached |= {name, place} & parts.files.keys()
        for kind, target in parts.relations(name).values():
            if kind == "hyperlink":
                if not re.fullmatch(
                    r"[a-zA-Z][\w+.-]*:[!$&'()*+,;=:@/?\w.~%-]*(#[!$&'()*+,;=:@/?\w.~%-]*)?", target, re.A
                ):
                    yield f"{target!r} is no address"
            elif target not in parts.files:
                yield f"{name} refers to {target}, which is not there"
            elif target not in reached:
                ahead.append(target)
    yield from (f"nothing refers to {name}" for name in parts.files.keys() - reached)
    for name in parts.files.keys() - named - {"[Content_Types].xml"}:
        if name.rpartition(".")[2] not in endings:
            yield f"{name} has no type"


def _ordered(parts: Parts) -> Iterator[str]:
    """Children in their order, and text only where text may be."""
    for part, tree in parts.trees.items():
        for element in tree.iter():
            name = etree.QName(element).localname
            if element.tag.startswith(W) and name not in WORDS and (element.text or "").strip():
                yield f"{part}: text in {name}: {element.text!r}"
            if (element.tail or "").strip():
                yield f"{part}: text after {name}: {element.tail!r}"
            if (name in ORDER and part != "word/settings.xml" and element.tag.startswith(W)) or name in (
                "inline",
                "pic",
                "settings",
            ):
                yield from (f"{part}: {fault}" for fault in _children(name, element))


def _children(name: str, element: etree._Element) -> Iterator[str]:
    rest = [etree.QName(child).localname for child in element]
    found, pattern = "".join(f"{child} " for child in rest), ""
    for item in ORDER[name].split():
        one = f"(?:{item.rstrip('+')}) "
        pattern += f"(?:{one})*" if "|" in item or item[-1] == "+" or item.endswith("Reference") else f"(?:{one})?"
    if not re.fullmatch(pattern, found):
        yield f"{name} holds {found[:200]}"
    if name in ("tc", "footnote", "body") and "p" not in rest:
        yield f"{name} without a paragraph"
    if name in ("tc", "footnote") and rest and rest[-1] != "p":
        yield f"{name} does not end in a paragraph"
    if any(one == two == "tbl" for one, two in pairwise(rest)):
        yield "two tables side by side are one"


def _values(trees: Iterable[etree._Element], tag: str, attribute: str) -> list[str]:
    return [e.get(attribute) for tree in trees for e in tree.iter(W + tag)]


def _referred(parts: Parts) -> Iterator[str]:
    """What is named is there, once."""
    trees = [parts.trees[f"word/{name}.xml"] for name in ("document", "footnotes")]
    styles = {(s.get(f"{W}type"), s.get(f"{W}styleId")) for s in parts.trees["word/styles.xml"].iter(f"{W}style")}
    ids = [id_ for _, id_ in styles]
    yield from (f"two styles {id_}" for id_, n in Counter(ids).items() if n > 1)
    for tag, kind in (("pStyle", "paragraph"), ("rStyle", "character"), ("tblStyle", "table")):
        yield from (
            f"no style {v}" for v in set(_values(parts.trees.values(), tag, f"{W}val")) if (kind, v) not in styles
        )
    for tag in ("basedOn", "next"):
        yield from (f"no style {v}" for v in set(_values(parts.trees.values(), tag, f"{W}val")) if v not in ids)
    numbering = [parts.trees["word/numbering.xml"]]
    known = _values(numbering, "num", f"{W}numId")
    yield from (f"no list {v}" for v in set(_values(trees, "numId", f"{W}val")) if v not in known)
    forms = _values(numbering, "abstractNum", f"{W}abstractNumId")
    yield from (f"no form of list {v}" for v in set(_values(numbering, "abstractNumId", f"{W}val")) if v not in forms)
    yield from _marked(trees)
    noted, wanted = _values(trees, "footnote", f"{W}id"), _values(trees, "footnoteReference", f"{W}id")
    separators = _values([parts.trees["word/settings.xml"]], "footnote", f"{W}id")
    if sorted(noted) != sorted(separators + wanted):
        yield f"notes {noted}, marks {wanted}"
    for name, tree in parts.trees.items():
        held = parts.relations(name)
        used = {v for e in tree.iter() for a, v in e.attrib.items() if a.startswith(R)}
        yield from (f"{name} has no relation {id_}" for id_ in used - held.keys())


def _marked(trees: list[etree._Element]) -> Iterator[str]:
    """Bookmarks, fields and pictures."""
    starts, ends = _values(trees, "bookmarkStart", f"{W}id"), _values(trees, "bookmarkEnd", f"{W}id")
    names = _values(trees, "bookmarkStart", f"{W}name")
    drawn = [e.get("id") for tree in trees for e in tree.iter("{*}docPr")]
    for values in (starts, names, drawn):
        yield from (f"{value} stands for two things" for value, n in Counter(values).items() if n > 1)
    if sorted(starts) != sorted(ends):
        yield "a bookmark without its end"
    codes = [code.text.split() for tree in trees for code in tree.iter(f"{W}instrText")]
    wanted = {c[1] for c in codes if c[0] in ("NOTEREF", "PAGEREF")} | set(_values(trees, "hyperlink", f"{W}anchor"))
    yield from (f"no bookmark {name}" for name in wanted - {None} - set(names))
    for tree in trees:
        depth = 0
        for kind in _values([tree], "fldChar", f"{W}fldCharType"):
            depth += {"begin": 1, "separate": 0, "end": -1}[kind]
            if depth < 0:
                yield "a field ends that has not begun"
        if depth:
            yield "a field does not end"


def _limits(parts: Parts) -> Iterator[str]:
    """What Word refuses though the schema allows it."""
    for table in parts.trees["word/document.xml"].iter(f"{W}tbl"):
        columns = len(table.findall(f"{W}tblGrid/{W}gridCol"))
        rows = {len(row.findall(f"{W}tc")) for row in table.findall(f"{W}tr")}
        if rows != {columns} or not 0 < columns <= MOST_COLUMNS:
            yield f"a table of {columns} columns whose rows have {rows} cells"
    for tree in parts.trees.values():
        for indent in tree.iter(f"{W}ind"):
            yield from (f"indent {v}" for v in indent.attrib.values() if abs(int(v)) > MOST_TWIPS)
        yield from (f"level {v}" for v in _values([tree], "ilvl", f"{W}val") if not 0 <= int(v) <= 8)
        yield from (
            f"bookmark {v}" for v in _values([tree], "bookmarkStart", f"{W}name") if not re.fullmatch(r"\w{1,40}", v)
        )
