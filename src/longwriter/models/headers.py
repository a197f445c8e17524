"""Headers of a user's own, which may hold secrets: never written to a file of ours, never shown.

A value is the header's text, or `env:VARIABLE`. Only the second may be saved with a run; of the first, settings hold
`WITHHELD`, and a command that goes on with the run has to be given it again.
"""

import os
import re
from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import AfterValidator, PlainSerializer

from longwriter.errors import SetupError

WITHHELD = "***"
FROM_ENV = "env:"
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
OURS = ("content-length", "transfer-encoding", "host", "connection")
"""A request is malformed where these do not fit it."""
LEAST_SECRET = 4
"""Characters; what is shorter stands in messages by chance."""


def _checked(headers: dict[str, str]) -> dict[str, str]:
    """Raises ValueError, which names the header and never its value."""
    for name, value in headers.items():
        if not NAME.fullmatch(name):
            raise ValueError("a header looks like NAME:VALUE, and its name holds letters, digits and hyphens")
        if name.lower() in OURS:
            raise ValueError(f"the header {name} belongs to the request itself")
        if not value.strip():
            raise ValueError(f"the header {name} is empty")
        if not (value.isascii() and value.isprintable()):
            raise ValueError(f"the header {name} holds characters that no header has")
    return headers


def _to_save(headers: dict[str, str]) -> dict[str, str]:
    return {name: value if value.startswith(FROM_ENV) else WITHHELD for name, value in headers.items()}


Headers = Annotated[
    dict[str, str],
    AfterValidator(_checked),
    PlainSerializer(_to_save, when_used="json"),
]


def revealed(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers as they are sent. Raises SetupError for what is not there."""
    out = {}
    for name, value in headers.items():
        if value == WITHHELD:
            raise SetupError(
                f"the header {name} was given as a value, which is not kept: give it again (--header NAME:VALUE), or as "
                f"env:VARIABLE"
            )
        if value.startswith(FROM_ENV):
            variable = value.removeprefix(FROM_ENV).strip()
            value = os.environ.get(variable, "").strip()
            if not value:
                raise SetupError(f"the header {name} is to be read from {variable}, which is not set")
            if not (value.isascii() and value.isprintable()):
                raise SetupError(f"{variable} holds characters that no header has; was it pasted whole and alone?")
        out[name] = value.strip()
    return out


def secrets(values: Iterable[str]) -> list[str]:
    """What must not be shown of header values, the longest first: each whole, and its words, as of "Bearer KEY"."""
    found = {part for value in values for part in (value, *value.split()) if len(part) >= LEAST_SECRET}
    return sorted(found - {"Bearer", "Basic"}, key=len, reverse=True)
