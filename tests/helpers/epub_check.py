"""What must hold of every EPUB of ours, without Java: epubcheck's rules as far as our files can break them, and our own.

`problems` lists what is wrong with a file; [] is a good one.
"""

import io
import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

OPF, DC, NCX = (
    "{http://www.idpf.org/2007/opf}",
    "{http://purl.org/dc/elements/1.1/}",
    "{http://www.daisy.org/z3986/2005/ncx/}",
)
HTML, EPUB, XML = (
    "{http://www.w3.org/1999/xhtml}",
    "{http://www.idpf.org/2007/ops}",
    "{http://www.w3.org/XML/1998/namespace}",
)
CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
MEDIA = {
    "xhtml": "application/xhtml+xml", "ncx": "application/x-dtbncx+xml", "css": "text/css", "svg": "image/svg+xml",
    "png": "image/png", "jpg": "image/jpeg", "gif": "image/gif",
}  # fmt: skip
PHRASING = {"a", "br", "code", "del", "em", "img", "strong", "sup"}
FLOW = PHRASING | {
    "aside", "blockquote", "div", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "nav", "ol", "p", "pre", "section",
    "table", "ul",
}  # fmt: skip
CHILDREN = {
    "html": {"head", "body"}, "head": {"title", "link"}, "title": set(), "link": set(), "body": FLOW,
    "section": FLOW, "aside": FLOW, "nav": {"h1", "ol"}, "blockquote": FLOW, "div": FLOW, "figure": {"img"}, "ul": {"li"},
    "ol": {"li"}, "li": FLOW,
    "table": {"thead", "tbody"}, "thead": {"tr"}, "tbody": {"tr"}, "tr": {"th", "td"}, "th": PHRASING, "td": PHRASING,
    "p": PHRASING, "pre": {"code"}, "hr": set(), "br": set(), "img": set(),
} | {name: PHRASING for name in ("a", "code", "del", "em", "strong", "sup", "h1", "h2", "h3", "h4", "h5", "h6")}  # fmt: skip
TEXTLESS = {
    "html",
    "head",
    "body",
    "nav",
    "figure",
    "ul",
    "ol",
    "table",
    "thead",
    "tbody",
    "tr",
    "section",
    "blockquote",
}
COMMON = {"id", "class", "lang", f"{XML}lang", "dir", f"{EPUB}type", "role", "aria-label", "aria-labelledby"}
OWN = {
    "a": {"href"}, "img": {"src", "alt", "width", "height"}, "ol": {"start"}, "th": {"scope"}, "nav": {"hidden"},
    "link": {"rel", "type", "href"},
}  # fmt: skip
HEADINGS = {"h1", "h2"}


@dataclass(frozen=True)
class Page:
    """An XHTML file, read."""

    name: str
    root: ET.Element
    ids: dict[str, ET.Element]


def problems(data: bytes) -> list[str]:
    """What is wrong with an EPUB."""
    try:
        return list(_problems(data))
    except (zipfile.BadZipFile, ET.ParseError, KeyError, UnicodeDecodeError) as error:
        return [f"{type(error).__name__}: {error}"]


def _problems(data: bytes) -> Iterator[str]:
    archive = zipfile.ZipFile(io.BytesIO(data))
    yield from _container(archive)
    files = {name: archive.read(name) for name in archive.namelist()}
    found = ET.fromstring(files["META-INF/container.xml"]).findall(f".//{CONTAINER}rootfile")
    path = found[0].attrib["full-path"]
    folder = posixpath.dirname(path)
    package = ET.fromstring(files[path])
    manifest = {item.attrib["id"]: item for item in package.iter(f"{OPF}item")}
    yield from _manifest(
        package, {name for name in files if name not in ("mimetype", path) and "META-INF/" not in name}, folder
    )
    yield from _metadata(package)
    pages = dict[str, Page]()
    for item in manifest.values():
        if item.attrib["media-type"] == MEDIA["xhtml"]:
            name = item.attrib["href"]
            root = ET.fromstring(files[f"{folder}/{name}"])
            pages[name] = Page(name, root, {e.attrib["id"]: e for e in root.iter() if "id" in e.attrib})
            yield from _page(pages[name])
        yield from _requests(item.attrib["href"], files[f"{folder}/{item.attrib['href']}"])
    spine = [manifest[ref.attrib["idref"]].attrib["href"] for ref in package.iter(f"{OPF}itemref")]
    for name, count in Counter(spine).items():
        if count > 1 or name not in pages:
            yield f"{name} is in the spine {count} times, or no page"
    hrefs = {item.attrib["href"]: item for item in manifest.values()}
    for page in pages.values():
        yield from _links(page, pages, set(spine), hrefs)
    nav = [i.attrib["href"] for i in manifest.values() if "nav" in i.attrib.get("properties", "").split()]
    toc = manifest[package.find(f"{OPF}spine").attrib["toc"]].attrib["href"]  # type: ignore[union-attr]
    yield from _contents(pages[nav[0]], ET.fromstring(files[f"{folder}/{toc}"]), package, spine, pages)


def _requests(name: str, data: bytes) -> Iterator[str]:
    """What a style sheet or a drawing takes from elsewhere, or runs."""
    if name.endswith(".css") and re.search(r"url\(|@import", data.decode()):
        yield f"{name} refers to something"
    if name.endswith(".svg"):
        for element in ET.fromstring(data).iter():
            tag = element.tag.partition("}")[2]
            if tag not in ("svg", "g", "rect", "text") or any(
                "href" in a or a.startswith("on") for a in element.attrib
            ):
                yield f"{name} has <{tag}> with {sorted(element.attrib)}"


def _container(archive: zipfile.ZipFile) -> Iterator[str]:
    first = archive.infolist()[0]
    if (first.filename, first.compress_type, first.extra) != ("mimetype", zipfile.ZIP_STORED, b""):
        yield "the media type is not the first entry, stored"
    if archive.read("mimetype") != b"application/epub+zip":
        yield "the media type is another"
    for name, count in Counter(archive.namelist()).items():
        if count > 1 or not re.fullmatch(r"[A-Za-z0-9./-]+", name) or ".." in name:
            yield f"the name {name!r} stands {count} times, or holds more than letters"
    yield from (f"{i.filename} has a date" for i in archive.infolist() if i.date_time != (1980, 1, 1, 0, 0, 0))
    if archive.testzip():
        yield "a checksum is wrong"


def _manifest(package: ET.Element, files: set[str], folder: str) -> Iterator[str]:
    items = list(package.iter(f"{OPF}item"))
    listed = [f"{folder}/{item.attrib['href']}" for item in items]
    if sorted(listed) != sorted(files):
        yield f"manifest and files differ: {sorted(set(listed) ^ files)}"
    ids = [e.attrib["id"] for e in package.iter() if "id" in e.attrib]
    yield from (
        f"the id {i} of the package stands twice or is no name"
        for i, n in Counter(ids).items()
        if n > 1 or not _name(i)
    )
    for item in items:
        if item.attrib["media-type"] != MEDIA.get(item.attrib["href"].rpartition(".")[2]):
            yield f"{item.attrib['href']} is {item.attrib['media-type']}"
    told = Counter(p for item in items for p in item.attrib.get("properties", "").split())
    if told["nav"] != 1 or told["cover-image"] > 1 or set(told) - {"nav", "cover-image"}:
        yield f"properties {dict(told)}"


def _name(id_: str) -> bool:
    return re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*", id_) is not None


def _metadata(package: ET.Element) -> Iterator[str]:
    for name in ("identifier", "title", "language"):
        values = [e.text for e in package.iter(f"{DC}{name}")]
        if len(values) != 1 or not (values[0] or "").strip():
            yield f"dc:{name} is {values}"
    identifier = package.find(f".//{DC}identifier")
    if identifier is None or identifier.attrib["id"] != package.attrib["unique-identifier"]:
        yield "the unique identifier is not there"
    modified = [e.text or "" for e in package.iter(f"{OPF}meta") if e.attrib.get("property") == "dcterms:modified"]
    if len(modified) != 1 or not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", modified[0]):
        yield f"modified {modified}"
    told = {e.attrib.get("property") for e in package.iter(f"{OPF}meta")}
    for name in (
        "accessMode",
        "accessModeSufficient",
        "accessibilityFeature",
        "accessibilityHazard",
        "accessibilitySummary",
    ):
        if f"schema:{name}" not in told:
            yield f"schema:{name} is missing"


def _page(page: Page) -> Iterator[str]:
    root = page.root
    if (
        root.tag != f"{HTML}html"
        or not root.attrib.get("lang")
        or root.attrib.get("lang") != root.attrib.get(f"{XML}lang")
    ):
        yield f"{page.name}: no page with a language"
    if root.attrib.get("dir") not in ("ltr", "rtl"):
        yield f"{page.name}: no direction"
    if not (root.findtext(f"{HTML}head/{HTML}title") or "").strip():
        yield f"{page.name}: no title"
    ids = Counter(e.attrib["id"] for e in root.iter() if "id" in e.attrib)
    yield from (
        f"{page.name}: the id {i} stands {n} times, or is no name" for i, n in ids.items() if n > 1 or not _name(i)
    )
    yield from (f"{page.name}: {told}" for told in _elements(root, inside=frozenset()))


def _elements(element: ET.Element, inside: frozenset[str]) -> Iterator[str]:
    tag = element.tag.removeprefix(HTML)
    extra = set(element.attrib) - COMMON - OWN.get(tag, set())
    if extra:
        yield f"<{tag}> has {extra}"
    if tag == "a" and "a" in inside:
        yield "a link in a link"
    if tag == "img" and "alt" not in element.attrib:
        yield "a picture without words"
    if tag in TEXTLESS and any((text or "").strip() for text in (element.text, *(child.tail for child in element))):
        yield f"<{tag}> holds text"
    if tag in ("ol", "ul", "tr", "thead", "tbody") and not len(element):
        yield f"<{tag}> is empty"
    if tag in ("h1", "h2", "h3", "h4", "h5", "h6") and not _spoken(element):
        yield f"<{tag}> says nothing"
    for child in element:
        name = child.tag.removeprefix(HTML)
        if name not in CHILDREN.get(tag, set()):
            yield f"<{name}> in <{tag}>"
        yield from _elements(child, inside | {tag})


def _spoken(element: ET.Element) -> str:
    """What a reader shows of an element, pictures included."""
    alts = "".join(image.attrib.get("alt", "") or "picture" for image in element.iter(f"{HTML}img"))
    return ("".join(element.itertext()) + alts).strip()


def _links(page: Page, pages: dict[str, Page], spine: set[str], manifest: dict[str, ET.Element]) -> Iterator[str]:
    for element in page.root.iter():
        if (source := element.attrib.get("src")) and not manifest[source].attrib["media-type"].startswith("image/"):
            yield f"{page.name}: {source} is no picture"
        address = element.attrib.get("href")
        if address is None or element.tag == f"{HTML}link":
            continue
        if re.match(r"https?://[^\s/]|mailto:[^\s]", address, re.IGNORECASE):
            continue
        file, _, fragment = address.partition("#")
        there = pages.get(file or page.name)
        if there is None or there.name not in spine:
            yield f"{page.name}: {address} leads to no page"
        elif fragment and fragment not in there.ids:
            yield f"{page.name}: {address} leads to no place"
        elif element.attrib.get(f"{EPUB}type") == "noteref":
            if there.ids[fragment].attrib.get(f"{EPUB}type") != "footnote":
                yield f"{page.name}: {address} is no note"
        elif (
            element.attrib.get("role") == "doc-backlink"
            and fragment
            and there.ids[fragment].get(f"{EPUB}type") != "noteref"
        ):
            yield f"{page.name}: {address} leads back to no mark"


def _contents(
    nav: Page, ncx: ET.Element, package: ET.Element, spine: list[str], pages: dict[str, Page]
) -> Iterator[str]:
    toc = next(e for e in nav.root.iter(f"{HTML}nav") if e.attrib[f"{EPUB}type"] == "toc")
    links = [(e.attrib["href"], "".join(e.itertext())) for e in toc.iter(f"{HTML}a")]
    points = [
        (e.find(f"{NCX}content").attrib["src"], e.findtext(f"{NCX}navLabel/{NCX}text"))  # type: ignore[union-attr]
        for e in ncx.iter(f"{NCX}navPoint")
    ]
    if links != points:
        yield "the contents differ from those for old readers"
    yield from (f"{address} has no name in the contents" for address, name in links if not name.strip())
    uid = {e.attrib["content"] for e in ncx.iter(f"{NCX}meta") if e.attrib["name"] == "dtb:uid"}
    if uid != {package.findtext(f".//{DC}identifier")}:
        yield f"the contents for old readers are of another book: {uid}"
    addresses = [address for address, _ in links]
    places = {f"{name}#{id_}": (spine.index(name), n) for name in spine for n, id_ in enumerate(pages[name].ids)}
    if [places[a] for a in addresses] != sorted({places[a] for a in addresses}):
        yield "the contents are not in the order of the text"
    for name in spine:
        for element in pages[name].root.findall(f"{HTML}body/{HTML}section/*"):
            told = element.tag.removeprefix(HTML) in HEADINGS and element.attrib.get("class") != "title"
            if told and "".join(element.itertext()).strip() and f"{name}#{element.attrib['id']}" not in addresses:
                yield f"{name}#{element.attrib['id']} is not in the contents"
