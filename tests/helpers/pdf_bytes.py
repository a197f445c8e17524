"""PDFs written by hand: pages of lines, and files that no reader should trust."""

import zlib
from collections.abc import Sequence

HEAD = b"%PDF-1.4\n"


def pdf(pages: Sequence[Sequence[str]], *, title: str = "", author: str = "") -> bytes:
    """A file with a line of text under the other on each page, in Helvetica."""
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for i, lines in enumerate(pages):
        shown = "".join(f"({_escaped(line)}) Tj 0 -14 Td\n" for line in lines)
        content = f"BT /F1 11 Tf 50 800 Td\n{shown}ET".encode("cp1252")
        font = "<< /Font << /F1 3 0 R >> >>"
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources {font} /Contents {5 + 2 * i} 0 R >>".encode(),
            stream(content),
        ]
    objects.append(f"<< /Title ({_escaped(title)}) /Author ({_escaped(author)}) >>".encode())
    return assembled(objects)


def bomb() -> bytes:
    """A page whose text unpacks to 200 MB."""
    packed = zlib.compress(b"(a) Tj " * 30_000_000, 9)
    return assembled([
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
    ])  # fmt: skip


def ring() -> bytes:
    """A tree of pages that holds itself."""
    return assembled(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 1 /Parent 2 0 R /Kids [2 0 R 2 0 R] >>"]
    )


def stream(content: bytes) -> bytes:
    """An object that holds bytes as they are."""
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


def assembled(objects: Sequence[bytes]) -> bytes:
    """The file of objects numbered from 1; the first is its catalog, the last what it says of itself."""
    out, places = bytearray(HEAD), list[int]()
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, len(objects), table,
    )  # fmt: skip
    return bytes(out)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
