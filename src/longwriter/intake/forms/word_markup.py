"""A part of a Word file -> the same text in elements that mammoth reads.

mammoth leaves out, with what is in them: fields of one element (numbers of captions), ruby, runs of another direction, and
text boxes that only the newer of two drawings has, as LibreOffice writes them.
"""

import re
from xml.etree import ElementTree

_LEFT_OUT = re.compile(rb":(?:fldSimple|dir|bdo|ruby|cr|txbxContent|AlternateContent)[\s/>]")
_WRAPPERS = frozenset(["fldSimple", "dir", "bdo", "ruby", "rubyBase"])


def readable(part: bytes) -> bytes:
    """The part as it is where it has none of these. Raises ElementTree.ParseError."""
    if not _LEFT_OUT.search(part):
        return part
    root = ElementTree.fromstring(part)
    for element in list(root.iter()):
        space, _, name = element.tag.rpartition("}")
        if name == "ruby":
            _reading_behind(element, space + "}")
        if name in _WRAPPERS:
            element.tag = space + "}smartTag"
        elif name == "cr":
            element.tag = space + "}br"
        elif name == "AlternateContent":
            _with_boxes(element)
    made: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=True)
    return made


def _reading_behind(ruby: ElementTree.Element, w: str) -> None:
    """The reading stands in brackets behind its letters, as in drafts of other forms."""
    for reading in ruby.findall(f"{w}rt"):
        ruby.remove(reading)
        for place, bracket in ((0, "（"), (len(reading) + 1, "）")):
            run = ElementTree.Element(f"{w}r")
            ElementTree.SubElement(run, f"{w}t").text = bracket
            reading.insert(place, run)
        reading.tag = f"{w}smartTag"
        ruby.append(reading)


def _with_boxes(alternatives: ElementTree.Element) -> None:
    """Of two drawings mammoth takes the older: it gets the text of the newer where it has none."""
    older, newer = alternatives.find("{*}Fallback"), alternatives.find("{*}Choice")
    if older is None:
        older = ElementTree.SubElement(alternatives, alternatives.tag.replace("AlternateContent", "Fallback"))
    if newer is not None and older.find(".//{*}txbxContent") is None:
        for box in newer.iterfind(".//{*}txbxContent"):
            ElementTree.SubElement(older, box.tag.replace("txbxContent", "pict")).append(box)
