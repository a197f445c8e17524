"""One page of the web, fetched within bounds: its size, its time, its redirects, its kind, and where it leads.

Nothing of this machine is shown: no cookies, no proxy, no password; what is asked is named by `AGENT`.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urljoin
from urllib.robotparser import RobotFileParser

import httpx2

from longwriter.errors import InputError
from longwriter.readers.html import of_texts
from longwriter.writer.sources.addresses import WebPlace, looked_up, web_place

AGENT = "longwriter (+https://github.com/longwriter/longwriter)"
MOST_BYTES = 8 * 2**20
MOST_S = 30.0
"""For a page with all its redirects."""
MOST_REDIRECTS = 5
ROBOTS_BYTES = 500 * 2**10
PAUSE_S = 1.0
"""Between two pages of one host."""
ENDINGS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "application/epub+zip": ".epub",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
"""What can be read, and the ending of a file that holds it."""


class FetchedPage(NamedTuple):
    """A page."""

    address: str
    """Where the redirects ended."""
    ending: str
    """One of `ENDINGS`."""
    data: bytes


class Fetcher:
    """Fetches the pages of one run: those of a host one after the other, as its robots.txt allows."""

    def __init__(self, *, private: bool = False) -> None:
        """`private`: addresses of this machine and its network are asked, too."""
        self._private = private
        self._turns: dict[str, asyncio.Lock] = {}
        self._robots: dict[str, RobotFileParser] = {}

    async def page(self, address: str) -> FetchedPage:
        """Raises InputError naming the address and what is wrong with it."""
        try:
            async with asyncio.timeout(MOST_S):
                place = web_place(address)
                async with self._turns.setdefault(place.host, asyncio.Lock()):
                    return await self._followed(address)
        except TimeoutError:
            raise InputError(f"{address}: took longer than {MOST_S:.0f} seconds") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError) as error:
            raise InputError(f"{address}: cannot be fetched: {str(error) or type(error).__name__}") from error

    async def _followed(self, address: str) -> FetchedPage:
        asked = address
        for _ in range(MOST_REDIRECTS + 1):
            place = web_place(address)
            if not await self._allowed(place):
                raise InputError(f"{address}: its robots.txt does not allow it to be fetched")
            status, headers, data = await self._get(place, address, MOST_BYTES)
            if status in (301, 302, 303, 307, 308) and "location" in headers:
                address = redirected(address, headers["location"])
                continue
            if status != 200:
                raise InputError(f"{address}: the server answered {status}")
            await asyncio.sleep(0 if self._private else PAUSE_S)
            return _read(address, headers, data)
        raise InputError(f"{asked}: more than {MOST_REDIRECTS} redirects")

    async def _allowed(self, place: WebPlace) -> bool:
        """As its robots.txt has it; where there is none, it is allowed; one that fails allows nothing (RFC 9309, 2.3.1)."""
        if place.origin not in self._robots:
            address = f"{place.origin}/robots.txt"
            for _ in range(MOST_REDIRECTS + 1):
                status, headers, data = await self._get(web_place(address), address, ROBOTS_BYTES)
                if status not in (301, 302, 303, 307, 308) or "location" not in headers:
                    break
                address = redirected(address, headers["location"])
            self._robots[place.origin] = robots_rules(status, data)
        return self._robots[place.origin].can_fetch("longwriter", f"{place.origin}{place.target}")

    async def _get(self, place: WebPlace, address: str, most: int) -> tuple[int, Mapping[str, str], bytes]:
        """One answer: status, headers by their names in lowercase, and body."""
        found = await looked_up(place, private=self._private)
        host = f"[{found}]" if ":" in found else found
        headers = {"Host": place.named, "User-Agent": AGENT, "Accept": f"{', '.join(ENDINGS)}, */*;q=0.1",
                   "Accept-Encoding": "identity", "Connection": "close"}  # fmt: skip
        url = f"{place.scheme}://{host}:{place.port}{place.target}"
        timeout = httpx2.Timeout(MOST_S)
        async with (
            httpx2.AsyncClient(trust_env=False, timeout=timeout, follow_redirects=False) as client,
            client.stream("GET", url, headers=headers, extensions={"sni_hostname": place.host}) as answer,
        ):
            told = {key.lower(): value for key, value in answer.headers.items()}
            if told.get("content-encoding", "identity") != "identity":
                raise InputError(f"{address}: is packed ({told['content-encoding']!r:.40}), which was not asked for")
            data = bytearray()
            async for piece in answer.aiter_raw():
                data += piece
                if len(data) > most:
                    raise InputError(f"{address}: is larger than {most >> 20 or 1} MB")
            return answer.status_code, told, bytes(data)


def redirected(address: str, location: str) -> str:
    """Where a redirect of an address leads. Raises InputError."""
    try:
        return urljoin(address, location)
    except ValueError:
        raise InputError(f"{address}: leads to {location!r:.200}, which is no address of the web") from None


def robots_rules(status: int, data: bytes) -> RobotFileParser:
    """The rules of an answer to /robots.txt."""
    lines = data.decode("utf-8", "replace").splitlines() if status == 200 else []
    rules = RobotFileParser()
    try:
        rules.parse(lines if status < 500 else ["User-agent: *", "Disallow: /"])
    except ValueError:  # Python's parser stops at a line such as "Disallow: //["; RFC 9309 passes over it
        rules = RobotFileParser()
        rules.parse(list(filter(_is_rule, lines)))
    return rules


def _is_rule(line: str) -> bool:
    """Whether Python's parser takes a line."""
    try:
        RobotFileParser().parse(["User-agent: *", line])
    except ValueError:
        return False
    return True


def _read(address: str, headers: Mapping[str, str], data: bytes) -> FetchedPage:
    """Raises InputError for a kind that cannot be read."""
    media, _, more = headers.get("content-type", "").partition(";")
    ending = ENDINGS.get(media.strip().lower())
    if ending is None:
        kinds = "HTML, plain text, Markdown, EPUB, PDF and Word"
        raise InputError(f"{address}: is {media.strip() or 'of no kind'!r:.80}; {kinds} can be read")
    charset = of_texts(more.lower().partition("charset=")[2].partition(";")[0].strip(" \"'"))
    if charset not in ("", "utf-8", "utf8") and ending in (".html", ".txt", ".md"):
        with suppress(LookupError, UnicodeError):  # it says what it is not; the readers find out
            data = data.decode(charset).encode()
    return FetchedPage(address, ending, data)
