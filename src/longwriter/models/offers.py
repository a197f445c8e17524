"""Which models can be used from here: files that were pulled, servers of this machine, providers with a key.

Servers are asked for their list, at this machine alone and for half a second; providers are not asked. No key is read
further than whether there is one. `providers.toml` holds the addresses.
"""

import http.client
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from longwriter.errors import LongWriterError
from longwriter.models.base import ModelConfig
from longwriter.models.local.gguf_file import read_header
from longwriter.models.local.library import known, pulled
from longwriter.models.servers.providers import PROVIDERS, read_table, route
from longwriter.types import Record

TIMEOUT_S = 0.5
MOST_READ = 4_000_000
"""Bytes of an answer: whatever listens there may be no model server."""


class LocalFile(Record):
    """A pulled model."""

    name: str
    """As in `gguf:NAME`."""
    path: str
    size: int
    """Bytes."""
    licence: str
    fault: str = ""
    """Why it cannot be used."""


class LocalServer(Record):
    """A server of this machine that answers."""

    prefix: str
    name: str
    base_url: str
    models: tuple[str, ...]


class KeyedProvider(Record):
    """A provider whose key is in the environment."""

    prefix: str
    """Models are named `PREFIX/NAME`."""
    name: str
    base_url: str
    key_env: str


def files() -> list[LocalFile]:
    """What was pulled, by name."""
    return [_file(name, path) for name, path in pulled().items()]


def _file(name: str, path: Path) -> LocalFile:
    licence = known()[name].licence if name in known() else ""
    try:
        header = read_header(path)
    except LongWriterError as error:
        return LocalFile(name=name, path=str(path), size=path.stat().st_size, licence=licence, fault=str(error))
    licence = licence or header.text("general.license")
    return LocalFile(name=name, path=str(path), size=header.size, licence=licence)


def servers() -> list[LocalServer]:
    """Those that answer now, in the order of the file."""
    listed = [(p, route(ModelConfig(model=f"{p.prefix}/any")).url) for p in read_table(PROVIDERS)["server"]]
    with ThreadPoolExecutor(len(listed)) as threads:
        found = list(threads.map(lambda entry: models_at(entry[1]), listed))
    return [
        LocalServer(prefix=p.prefix, name=p.name, base_url=url, models=models)
        for (p, url), models in zip(listed, found, strict=True)
        if models is not None
    ]


def models_at(base_url: str) -> tuple[str, ...] | None:
    """Names of the models that a server without a key lists; None where none answers as one."""
    at = urlsplit(base_url)
    line = http.client.HTTPConnection(at.hostname or "", at.port, timeout=TIMEOUT_S)
    try:
        line.request("GET", f"{at.path}/models")
        answer = line.getresponse()
        listing = json.loads(answer.read(MOST_READ)) if answer.status == 200 else {}
        return tuple(str(entry["id"]) for entry in listing["data"])
    except (
        OSError,
        http.client.HTTPException,
        ValueError,
        KeyError,
        TypeError,
        RecursionError,
    ):  # nobody, or somebody else
        return None
    finally:
        line.close()


def providers() -> list[KeyedProvider]:
    """Those with a key in the environment, in the order of the file."""
    found = []
    for p in read_table(PROVIDERS)["provider"]:
        for name in [n for n in p.key_env if os.environ.get(n, "").strip()][:1]:
            found.append(KeyedProvider(prefix=p.prefix, name=p.name, base_url=p.base_url, key_env=name))
    return found
