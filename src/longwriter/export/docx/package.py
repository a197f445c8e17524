"""The parts of a Word document -> one zip file, the same bytes for the same parts. Source: ECMA-376, part 2."""

import re
import zipfile
from html import escape
from io import BytesIO
from urllib.parse import quote

from docx.opc.constants import CONTENT_TYPE as CT
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.package import Package as WordPackage

from longwriter.export.document import Metadata, Picture

WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
ROOT = f'xmlns:w="{WORDS}" xmlns:r="{RELATIONS}"'
"""Namespaces of every part's root."""
LONGEST_ADDRESS = 2_000
"""Characters: Word calls a file with a longer address of a link damaged."""
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_KEPT = "!$&'()*+,;=:@/?-._~%"
"""Characters of an address that stand for themselves; `#` once."""
_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")


class Relations:
    """What one part refers to outside itself, by id."""

    def __init__(self) -> None:
        self.links: dict[str, str] = {}
        """Address -> id."""
        self.pictures: dict[str, str] = {}
        """Name of a picture -> id."""

    def link(self, address: str) -> str:
        """The id of a web or mail address; "" for one that Word does not open."""
        place, hash_, fragment = address.partition("#")
        clean = quote(place, safe=_KEPT) + hash_ + quote(fragment, safe=_KEPT)
        if len(clean) > LONGEST_ADDRESS:
            return ""
        return self.links.setdefault(clean, f"link{len(self.links) + 1}")

    def picture(self, name: str) -> str:
        """The id of a picture."""
        return self.pictures.setdefault(name, f"picture{len(self.pictures) + 1}")


class WordFile:
    """The parts of one document."""

    def __init__(self, pictures: tuple[Picture, ...]) -> None:
        self._package = WordPackage()
        self._main: Part | None = None
        self._pictures = {
            p.name: Part(PackURI(f"/word/media/{p.name}"), p.media, p.data, self._package) for p in pictures
        }

    def main(self, content: str, relations: Relations) -> None:
        """Add the document itself: first, since all others but the properties belong to it."""
        self._main = self._part("/word/document.xml", CT.WML_DOCUMENT_MAIN, content, relations)
        self._package.relate_to(self._main, RT.OFFICE_DOCUMENT)

    def add(self, name: str, content: str, relations: Relations | None = None) -> None:
        """Add a part that is named after its kind: `styles`, `numbering`, `settings`, `footnotes`, `header`, `footer`.

        Its id is its name.
        """
        assert self._main is not None
        media, relation = getattr(CT, f"WML_{name.upper()}"), getattr(RT, name.upper())
        self._main.load_rel(relation, self._part(f"/word/{name}.xml", media, content, relations), name)

    def _part(self, name: str, media: str, content: str, relations: Relations | None) -> Part:
        part = Part(PackURI(name), media, (DECLARED + content).encode(), self._package)
        if relations:
            for address, id_ in relations.links.items():
                part.load_rel(RT.HYPERLINK, address, id_, is_external=True)
            for picture, id_ in relations.pictures.items():
                part.load_rel(RT.IMAGE, self._pictures[picture], id_)
        return part

    def file(self, metadata: Metadata) -> bytes:
        """The document."""
        properties = Part(PackURI("/docProps/core.xml"), CT.OPC_CORE_PROPERTIES, _properties(metadata), self._package)
        self._package.relate_to(properties, RT.CORE_PROPERTIES)
        dated, out = BytesIO(), BytesIO()
        self._package.save(dated)
        with zipfile.ZipFile(dated) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                new.writestr(zipfile.ZipInfo(name, _FIRST_DAY), old.read(name), zipfile.ZIP_DEFLATED)
        return out.getvalue()


def _properties(metadata: Metadata) -> bytes:
    """What the document says of itself. Source: ECMA-376, part 2, 11."""
    said = {
        "dc:title": metadata.title,
        "dc:creator": "; ".join(metadata.author),
        "cp:keywords": ", ".join(metadata.subjects),
        "dc:description": metadata.description,
        "dc:identifier": metadata.identifier,
        "dc:language": "" if metadata.language == "und" else metadata.language,
    }
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in said.items() if value)
    if _DAY.fullmatch(metadata.date):
        day = metadata.date + ("T00:00:00Z" if len(metadata.date) == 10 else "")
        inner += "".join(f'<dcterms:{n} xsi:type="dcterms:W3CDTF">{day}</dcterms:{n}>' for n in ("created", "modified"))
    return (
        f'{DECLARED}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{inner}</cp:coreProperties>'
    ).encode()
