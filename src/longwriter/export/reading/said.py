"""What a text's front matter says of the book, where nobody said it otherwise."""

import re
from collections.abc import Mapping

from longwriter.export.document import DATE, LANGUAGE, Metadata


def said_before(metadata: Metadata, fields: Mapping[str, list[str]]) -> Metadata:
    """`metadata`, and what `fields` of front matter say where that says nothing."""

    def one(*names: str) -> str:
        return next((", ".join(fields[name]) for name in names if fields.get(name)), "")

    date, language = one("date")[:10], one("language", "lang")
    return Metadata(
        metadata.title or one("title"),
        metadata.author or tuple(fields.get("author") or fields.get("authors") or ()),
        metadata.language or (language if re.fullmatch(LANGUAGE, language) else ""),
        metadata.date or (date if re.fullmatch(DATE, date) else ""),
        metadata.description or one("description"),
        metadata.subjects or tuple(fields.get("subjects") or fields.get("keywords") or fields.get("tags") or ()),
        metadata.rights or one("rights", "licence", "license"),
        metadata.identifier,
    )
