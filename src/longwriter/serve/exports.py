"""How an exported text is answered: which forms there are here, and the file's name in a browser."""

import re
from urllib.parse import quote

from longwriter.export.formats import FORMATS, available


def offered() -> list[str]:
    """The forms whose packages are installed, by their endings."""
    return [form for form in FORMATS if available(form)]


def disposition(name: str, ending: str) -> str:
    """The header that makes a browser keep the answer as a file, by RFC 6266."""
    plain = re.sub(r"[^\w.-]", "_", name, flags=re.ASCII)
    return f"attachment; filename=\"{plain}.{ending}\"; filename*=UTF-8''{quote(name)}.{ending}"
