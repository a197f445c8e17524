"""How the server serves: where it listens, how much it may do at a time and spend, and what new runs start from."""

import ipaddress
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from longwriter.errors import InputError
from longwriter.types import Record

PORT = 8765
LEAST_TOKEN = 16
"""Characters of a token: shorter ones can be guessed."""


class ServeSettings(Record):
    """The settings of one server."""

    host: str = "127.0.0.1"
    port: int = Field(default=PORT, ge=0, le=65_535)
    """0: any that is free."""
    names: tuple[str, ...] = ()
    """Names beside the machine's own under which clients may ask for it, such as that of a reverse proxy."""
    token_env: str | None = None
    """Environment variable that holds the token."""
    keys: Path | None = None
    """File of the clients' keys; None: clients need none, or the token."""
    max_runs: int = Field(default=2, ge=1, le=256)
    """Runs that are written at a time; others wait."""
    queue: int = Field(default=100, ge=0)
    """Runs that may wait."""
    max_cost_per_run: float | None = Field(default=None, gt=0)
    """In US dollars, as all costs."""
    max_cost_per_day: float | None = Field(default=None, gt=0)
    """All runs together; a day begins at midnight UTC."""
    long_from: int = Field(default=1500, ge=1)
    """Words from which a request to a model's plain name becomes a run."""
    on_disconnect: Literal["finish", "cancel"] = "finish"
    """What becomes of a run whose client left: its section is finished and it stops, or it stops at once."""
    progress: Literal["reasoning", "content", "none"] = "reasoning"
    """Where a stream tells how far it is."""
    dedupe_h: float = Field(default=24.0, ge=0)
    """Hours in which the same request again joins the run of the first."""
    read_only: bool = False
    """Nothing can be changed."""
    write: dict[str, Any] = Field(default_factory=dict)
    """Options of `longwriter.write` that every new run starts from."""

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def checked_token(settings: ServeSettings, token: str | None) -> str:
    """The token, "" for none. Raises InputError for one that is too short, and where others can reach the server without one.

    `token`: what the environment variable holds, None where it is not set.
    """
    token = (token or "").strip()
    if settings.token_env and not token:
        raise InputError(f"--token-env: the environment variable {settings.token_env} is not set, or empty")
    if token and (len(token) < LEAST_TOKEN or not token.isascii() or not token.isprintable() or " " in token):
        raise InputError(
            f"{settings.token_env}: a token has {LEAST_TOKEN} or more letters, digits and signs, without spaces; "
            'make one: python -c "import secrets; print(secrets.token_urlsafe())"'
        )
    if not token and not settings.loopback:
        raise InputError(
            f"--host {settings.host}: others can reach that address, so a token is needed: --token-env NAME, the "
            "environment variable that holds it"
        )
    return token
