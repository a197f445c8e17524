"""The process that reads a PDF for `pdf`: a file that takes all memory or all time takes them from it alone.

It is run by its path, so that it imports pypdf and nothing of this package. What it prints is a JSON line of what the file
says of itself, then one with the text of each page. A file that pypdf cannot read ends it with its own error.
"""

import json
import sys
from itertools import islice
from typing import TextIO

MOST_MEMORY = 2 << 30
"""Bytes of addresses, where the system can limit them."""


def limit_memory() -> None:
    """Bound what this process may take. Windows has no such limit, and macOS does not hold it."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - not on Windows

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        most = MOST_MEMORY if hard == resource.RLIM_INFINITY else min(MOST_MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def print_pages(path: str, most_pages: int, most_characters: int, out: TextIO) -> None:
    """Print what a file holds, up to a page more than may be, and to the page that has too many characters."""
    from pypdf import PasswordType, PdfReader  # noqa: PLC0415 - an extra
    from pypdf.errors import DependencyError  # noqa: PLC0415 - as above

    reader = PdfReader(path)
    if reader.is_encrypted:
        try:
            opened = reader.decrypt("") != PasswordType.NOT_DECRYPTED
        except DependencyError:  # its cipher needs the package cryptography
            opened = False
        if not opened:
            print(json.dumps({"encrypted": True}), file=out)
            return
    about = reader.metadata
    title, author = (about.title or "", about.author or "") if about else ("", "")
    print(json.dumps({"title": str(title), "author": str(author), "pages": len(reader.pages)}), file=out)
    characters = 0
    for page in islice(reader.pages, most_pages + 1):
        text = page.extract_text()
        characters += len(text)
        print(json.dumps(text), file=out)
        if characters > most_characters:
            return


if __name__ == "__main__":
    limit_memory()
    print_pages(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.stdout)
