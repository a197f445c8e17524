"""Who may ask: the host, the origin, the token and the size of every request, and the headers of every answer.

The rules, in order: 1. The host is one of ours, so that a page elsewhere cannot reach in by a name that leads here (DNS
rebinding). 2. No path with parts that lead elsewhere. 3. What changes something comes from no other site (Origin,
Sec-Fetch-Site), and under /api has a header that a page of another site cannot set without being asked first. 4. All but
pages, which hold no data, need the token or, for the API, a client's key. 5. Bodies are bounded. Pure ASGI: a stream is
passed on as it comes.
"""

import ipaddress
import json
import socket
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, quote, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from longwriter.serve.keys import ClientKeys, cookie_of, same

BODY = 8 * 1024 * 1024
"""Bytes of a request: a conversation that holds several books."""
LONGEST_PART = 1000
"""Characters of a part of a path: no run, model or answer is called longer, and no number has so many digits."""
COOKIE = "longwriter"
LOGIN = "/api/login"
PUBLIC = ("/", "/new", "/health", LOGIN)
PUBLIC_BELOW = ("/runs/", "/assets/")
KEYED = ("/v1/", "/mcp")
"""What a client's key opens."""
SAFE = ("GET", "HEAD", "OPTIONS")
CSP = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Refusal(Exception):  # noqa: N818 - it becomes an answer
    """A request that is refused."""

    def __init__(self, status: int, message: str, kind: str = "InputError") -> None:
        """`kind`: the error's type in the answer."""
        super().__init__(message)
        self.status, self.kind = status, kind


class TooLarge(Exception):  # noqa: N818 - as above
    """A body is longer than it may be."""


class Guard:
    """The middleware around all routes."""

    def __init__(
        self, app: ASGIApp, *, host: str, names: tuple[str, ...] = (), token: str = "", keys: ClientKeys | None = None
    ) -> None:
        """`host`: where the server listens. `token`: "" for none. `keys` None: clients need the token, if there is one."""
        self.app, self.token, self.keys = app, token, keys
        self.names = {"localhost", host.lower(), socket.gethostname().lower(), *(name.lower() for name in names)}
        self._cookie = cookie_of(token) if token else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        headers, sender = Headers(scope=scope), _Sender(send, scope["path"])
        try:
            self._check(scope, headers)
            length = headers.get("content-length", "0")
            if not length.isdecimal() or int(length) > BODY:
                raise TooLarge
            if (place := self._exchange(scope)) is not None:
                return await _answer(sender, 303, b"", [("location", place), ("set-cookie", self._set_cookie(scope))])
            if scope["path"] == LOGIN:
                scope["cookie"] = self._set_cookie(scope)
            await self.app(scope, _bounded(receive), sender)
        except Refusal as refusal:
            await _refuse(sender, refusal)
        except TooLarge:
            await _refuse(sender, Refusal(413, f"a request has {BODY // 2**20} MB at most"))

    def _check(self, scope: Scope, headers: Headers) -> None:
        self._check_host(headers.getlist("host"))
        _check_path(scope)
        path = scope["path"]
        if scope["method"] not in SAFE:
            self._check_origin(headers)
            if path.startswith("/api/") and headers.get("x-longwriter") != "1":
                raise Refusal(403, "a change needs the header x-longwriter: 1")
        if path in PUBLIC or path.startswith(PUBLIC_BELOW) or self._known(scope, headers):
            return
        raise Refusal(401, "a token is needed, or for the API a key: Authorization: Bearer ...", "Unauthorized")

    def _check_host(self, hosts: list[str]) -> None:
        """A number is no name that leads here by somebody else's will."""
        name = _name(hosts[0]) if len(hosts) == 1 else ""
        try:
            ipaddress.ip_address(name)
        except ValueError:
            if name not in self.names:
                shown = name if name.isprintable() else ""
                raise Refusal(
                    421, f"the host {shown!r} is none of this server's; longwriter serve --allow-host NAME adds it"
                ) from None

    def _check_origin(self, headers: Headers) -> None:
        """What a browser says of where a change comes from; other clients say nothing."""
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if site not in (None, "same-origin", "none"):
            raise Refusal(403, "another site cannot change anything here")
        if origin is not None and origin.partition("://")[2].lower() != headers.get("host", "").lower():
            raise Refusal(403, "another site cannot change anything here")

    def _known(self, scope: Scope, headers: Headers) -> bool:
        """Whether the request has what its path needs; the client whose key it has is noted in the scope's state."""
        scheme, _, given = headers.get("authorization", "").partition(" ")
        given = given.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")
        if self.token and given and same(given, self.token):
            return True
        if self.keys is not None and scope["path"].startswith(KEYED):
            client = self.keys.name_of(given) if given else None
            scope.setdefault("state", {})["client"] = client
            return client is not None
        if not self.token:
            return True
        cookie = cookie_in(headers)
        return bool(cookie) and same(cookie, self._cookie)

    def _exchange(self, scope: Scope) -> str | None:
        """Where to go with a cookie in place of a token in the address; None: there is none, or it is wrong."""
        if not self.token or scope["method"] != "GET" or b"token=" not in scope["query_string"]:
            return None
        asked = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if not any(key == "token" and same(value, self.token) for key, value in asked):
            return None
        rest = urlencode([(key, value) for key, value in asked if key != "token"])
        place = quote(scope["path"])
        return f"{place}?{rest}" if rest else place

    def _set_cookie(self, scope: Scope) -> str:
        """The header that gives a browser its cookie."""
        secure = "; Secure" if scope["scheme"] == "https" else ""
        return f"{COOKIE}={self._cookie}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000{secure}"


def cookie_in(headers: Headers) -> str:
    """Our cookie of a request, "" for none."""
    jar = SimpleCookie()
    try:
        jar.load(headers.get("cookie", ""))
    except CookieError:
        return ""
    return jar[COOKIE].value if COOKIE in jar else ""


def _name(host: str) -> str:
    """The name in a Host header, without its port."""
    name = host.rpartition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]
    return name.lower().rstrip(".")


def _check_path(scope: Scope) -> None:
    """Refuse parts that lead elsewhere, plain or encoded, and what no file is called."""
    path, raw = scope["path"], scope.get("raw_path", b"").lower()
    parts = path.split("/")
    bad = any(part in (".", "..") or len(part) > LONGEST_PART for part in parts)
    bad = bad or "\\" in path or not path.isprintable()
    if bad or "//" in path or (b"%2f" in raw and not path.startswith("/v1/")):
        raise Refusal(400, "no such path")


def _bounded(receive: Receive) -> Receive:
    """What is received, up to the most; for bodies that do not say how long they are."""
    got = 0

    async def counted() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        if got > BODY:
            raise TooLarge
        return message

    return counted


class _Sender:
    """Sends, with our headers on every answer. What an answer says itself stands."""

    def __init__(self, send: Send, path: str) -> None:
        self._send, self._path, self.begun = send, path, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if not self._path.startswith("/assets/"):
                headers.setdefault("cache-control", "no-store")
        await self._send(message)


async def _refuse(sender: _Sender, refusal: Refusal) -> None:
    """Answer with an error that both pages and OpenAI's clients can read; nothing where an answer has begun."""
    if sender.begun:
        return
    error = {"message": str(refusal), "type": refusal.kind, "code": None, "param": None}
    headers = [("content-type", "application/json"), *([("www-authenticate", "Bearer")] * (refusal.status == 401))]
    await _answer(sender, refusal.status, json.dumps({"error": error}).encode(), headers)


async def _answer(sender: _Sender, status: int, body: bytes, headers: list[tuple[str, str]]) -> None:
    raw = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers]
    raw.append((b"content-length", str(len(body)).encode()))
    await sender({"type": "http.response.start", "status": status, "headers": raw})
    await sender({"type": "http.response.body", "body": body})
