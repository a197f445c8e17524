"""Which addresses of the web may be asked: none of this machine, nor of the network around it, also behind a name.

A name is looked up once, all that it stands for is checked, and the connection goes to what was checked: a name that stands
for something else a moment later leads nowhere.
"""

import asyncio
import ipaddress
import re
import socket
from typing import NamedTuple
from urllib.parse import urlsplit

from longwriter.errors import InputError

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NOT_PUBLIC = tuple(
    map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "fec0::/10", "3fff::/20"))
)
"""What `is_global` of some Pythons lets in: protocol assignments (Oracle's clouds have their metadata there), 6to4 relays, the
host of Azure's machines, site-local and documentation addresses of IPv6."""

_ODD_HOST = re.compile(r"[^\w.:-]")
"""No host has these, nor the zone of a network card."""


class WebPlace(NamedTuple):
    """Where an address leads."""

    scheme: str
    host: str
    port: int
    target: str
    """Path and query."""

    @property
    def origin(self) -> str:
        """Scheme, host and port, as a `Host` header has the last two."""
        return f"{self.scheme}://{self.named}"

    @property
    def named(self) -> str:
        """Host and port, where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"http": 80, "https": 443}[self.scheme] else f"{host}:{self.port}"


def is_address(text: str) -> bool:
    """Whether a person means an address of the web, and no file."""
    return text.strip().lower().startswith(("http://", "https://"))


def web_place(address: str) -> WebPlace:
    """Raises InputError for what is no address of http or https, and for one that holds a password."""
    try:
        parts = urlsplit(address.strip())
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii") if parts.hostname else ""
        if _ODD_HOST.search(host):
            raise ValueError(host)
        if ":" in host:
            ipaddress.IPv6Address(host)
    except ValueError:  # UnicodeError is one
        raise InputError(f"{address!r:.200}: is no address of the web") from None
    if parts.scheme not in ("http", "https") or not host:
        raise InputError(f"{address!r:.200}: only http:// and https:// are fetched")
    if parts.username is not None or parts.password is not None:
        raise InputError(f"{parts.scheme}://...@{host}: an address is saved with the run, so it may hold no password")
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    if any(ord(c) <= 32 or ord(c) == 127 or "\ud800" <= c <= "\udfff" for c in path):
        raise InputError(f"{address!r:.200}: is no address of the web")
    return WebPlace(parts.scheme, host, port or {"http": 80, "https": 443}[parts.scheme], path)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, whatever it is wrapped in."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is None and found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    if any(found.version == net.version and found in net for net in _NOT_PUBLIC):
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved


async def looked_up(place: WebPlace, *, private: bool) -> str:
    """The IP address to connect to. Raises InputError for a name that is not known, and for a place that is not public.

    `private`: such places may be asked, too, as tests on this machine do.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise InputError(f"{place.host}: the name is not known") from error
    addresses = [str(info[4][0]) for info in found]
    if not private and (bad := [a for a in addresses if not is_public(a)]):
        raise InputError(f"{place.host}: leads to {bad[0]}, which is not on the public internet")
    return addresses[0]
