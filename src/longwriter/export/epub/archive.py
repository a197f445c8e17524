"""The container of an EPUB: a ZIP file whose bytes depend on nothing but what is in it."""

import io
import zipfile
from collections.abc import Mapping

MEDIA_TYPE = "application/epub+zip"
_CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="{package}" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
_STORED = (".png", ".jpg", ".gif")
"""What is packed by itself."""


def archive(package: str, files: Mapping[str, bytes]) -> bytes:
    """The file. `files`: by path, in this order; `package`: the path of the package document among them.

    The media type comes first, as letters (https://www.w3.org/TR/epub-33/, 4.2); all dates are the first that ZIP knows.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        _put(made, "mimetype", MEDIA_TYPE.encode(), zipfile.ZIP_STORED)
        _put(made, "META-INF/container.xml", _CONTAINER.format(package=package).encode(), zipfile.ZIP_DEFLATED)
        for path, data in files.items():
            _put(made, path, data, zipfile.ZIP_STORED if path.endswith(_STORED) else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _put(made: zipfile.ZipFile, path: str, data: bytes, how: int) -> None:
    entry = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = how
    entry.create_system = 3  # the same on every system
    entry.external_attr = 0o644 << 16
    made.writestr(entry, data)
