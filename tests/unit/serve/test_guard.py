"""Who may ask, over real connections."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.helpers.serving import ask, listening

from longwriter.serve.guard import BODY, CSP, Guard
from longwriter.serve.keys import ClientKeys

TOKEN = "a-token-of-sixteen-or-more"
OURS = {"x-longwriter": "1"}


async def tell(request: Request) -> Response:
    body = await request.body()
    return JSONResponse({"path": request.url.path, "size": len(body), "client": request.scope["state"].get("client")})


def guarded(token: str = "", keys: ClientKeys | None = None, names: tuple[str, ...] = ()) -> Starlette:
    guard = Middleware(Guard, host="127.0.0.1", names=names, token=token, keys=keys)
    every = ["GET", "POST", "DELETE", "PUT"]
    return Starlette(routes=[Route("/{path:path}", tell, methods=every)], middleware=[guard])


@pytest.fixture(scope="module")
def open_port() -> Iterator[int]:
    with listening(guarded(names=("write.example.org",))) as port:
        yield port


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str]]:
    keys = ClientKeys(tmp_path_factory.mktemp("keys") / "keys.json")
    key = keys.new("editor")
    with listening(guarded(TOKEN, keys)) as port:
        yield port, key


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200), ("127.0.0.1:1", 200), ("[::1]:8765", 200), ("10.1.2.3", 200), ("write.example.org:443", 200),
        ("LOCALHOST.", 200), ("evil.example", 421), ("127.0.0.1.evil.example", 421), ("localhost.evil.example", 421), ("", 421),
    ],
)  # fmt: skip
def test_a_name_that_leads_here_by_somebody_elses_will_is_refused(open_port: int, host: str, status: int) -> None:
    assert ask(open_port, "GET", "/api/runs", {"Host": host}).status == status


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../x",
        "/runs/%2e%2e/x",
        "/a//b",
        "/runs/..%2fx",
        "/runs/a%2fb",
        "/runs/a\\b",
        "/runs/a%00b",
        "/runs/a%5cb",
        "/./x",
    ],
)
def test_paths_that_lead_elsewhere_are_refused(open_port: int, path: str) -> None:
    assert ask(open_port, "GET", path).status == 400


def test_a_models_name_may_hold_an_encoded_slash(open_port: int) -> None:
    assert ask(open_port, "GET", "/v1/models/maker%2Fname").json["path"] == "/v1/models/maker/name"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200), ({"Origin": "http://127.0.0.1:{port}"}, 200), ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200), ({"Origin": "http://evil.example"}, 403), ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403), ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/api/runs", "/v1/chat/completions", "/mcp"])
def test_no_other_site_changes_anything(open_port: int, path: str, headers: dict[str, str], status: int) -> None:
    told = {name: value.format(port=open_port) for name, value in headers.items()} | OURS
    assert ask(open_port, "POST", path, told, b"{}").status == status
    assert ask(open_port, "GET", path, told).status == 200  # what is read cannot be seen elsewhere


def test_a_change_through_the_page_needs_a_header_that_no_form_can_set(open_port: int) -> None:
    assert ask(open_port, "DELETE", "/api/runs/a").status == 403
    assert ask(open_port, "DELETE", "/api/runs/a", OURS).status == 200
    assert ask(open_port, "POST", "/v1/completions", {}, b"{}").status == 200


def test_bodies_are_bounded(open_port: int) -> None:
    assert ask(open_port, "POST", "/v1/x", {"Content-Length": str(BODY + 1)}, b"").status == 413
    assert ask(open_port, "POST", "/v1/x", {}, b"x" * 100_000).json["size"] == 100_000
    whole = b"".join(b"100000\r\n" + b"x" * 0x100000 + b"\r\n" for _ in range(9)) + b"0\r\n\r\n"
    assert ask(open_port, "POST", "/v1/x", {"Transfer-Encoding": "chunked"}, whole).status == 413


def test_every_answer_says_what_a_browser_may_do_with_it(open_port: int) -> None:
    for path, status in (("/api/runs", 200), ("/a//b", 400)):
        heard = ask(open_port, "GET", path)
        assert heard.status == status
        assert heard.headers["content-security-policy"] == CSP
        assert "unsafe" not in CSP
        assert heard.headers["x-content-type-options"] == "nosniff"
        assert heard.headers["x-frame-options"] == "DENY"
        assert heard.headers["cache-control"] == "no-store"
    assert "cache-control" not in ask(open_port, "GET", "/assets/a.js").headers


def test_the_token_opens_all_and_a_key_the_api_alone(keyed: tuple[int, str]) -> None:
    port, key = keyed
    token, client = {"Authorization": f"Bearer {TOKEN}"}, {"Authorization": f"Bearer {key}"}
    for path in ("/api/runs", "/v1/models", "/mcp", "/metrics", "/anything"):
        refused = ask(port, "GET", path)
        assert refused.status == 401
        assert refused.json["error"]["type"] == "Unauthorized"
        assert ask(port, "GET", path, {"Authorization": f"Bearer {TOKEN}x"}).status == 401
        assert ask(port, "GET", path, token).status == 200
        assert ask(port, "GET", path, client).status == (200 if path in ("/v1/models", "/mcp") else 401)
    assert ask(port, "GET", "/v1/models", client).json["client"] == "editor"
    assert ask(port, "GET", "/v1/models", {"x-api-key": key}).status == 200
    for path in ("/", "/new", "/health", "/runs/a/outline", "/assets/a.js"):
        assert ask(port, "GET", path).status == 200


def test_a_token_in_an_address_becomes_a_cookie(keyed: tuple[int, str]) -> None:
    port, _ = keyed
    heard = ask(port, "GET", f"/runs/a?token={TOKEN}&x=1")
    assert (heard.status, heard.headers["location"]) == (303, "/runs/a?x=1")
    cookie = heard.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert TOKEN not in cookie
    held = {"Cookie": cookie.partition(";")[0]}
    assert ask(port, "GET", "/api/runs", held).status == 200
    assert ask(port, "POST", "/api/runs", held | OURS | {"Origin": "http://evil.example"}, b"").status == 403
    assert ask(port, "GET", "/v1/models", held).status == 401  # a browser is no client of the API
    assert ask(port, "GET", "/api/runs", {"Cookie": "longwriter=wrong"}).status == 401
    assert ask(port, "GET", "/api/runs", {"Cookie": "longwriter=\x80; ]=;;"}).status == 401
    assert "set-cookie" not in ask(port, "GET", "/runs/a?token=wrong").headers
    assert ask(port, "GET", f"//evil.example/?token={TOKEN}").status == 400


def test_keys_without_a_token_still_bind_the_api(tmp_path: Path) -> None:
    keys = ClientKeys(tmp_path / "keys.json")
    key = keys.new("editor")
    with listening(guarded("", keys)) as port:
        assert ask(port, "GET", "/v1/models").status == 401
        assert ask(port, "GET", "/v1/models", {"Authorization": f"Bearer {key}"}).status == 200
        assert ask(port, "GET", "/api/runs").status == 200


@pytest.mark.parametrize("origin", ["http://[", "null", "http://[::1", "://", "x"])
def test_an_origin_that_is_none_is_another_site(open_port: int, origin: str) -> None:
    assert ask(open_port, "POST", "/v1/chat", {"Origin": origin}, b"{}").status == 403


def test_a_part_of_a_path_has_an_end(open_port: int) -> None:
    assert ask(open_port, "GET", f"/v1/{'9' * 1000}").status == 200
    assert ask(open_port, "GET", f"/v1/{'9' * 5000}").status == 400  # int() refuses so many digits


def test_a_token_in_the_address_leads_to_the_same_run() -> None:
    with listening(guarded(TOKEN)) as port:
        answer = ask(port, "GET", f"/runs/%E7%81%AF?token={TOKEN}&q=1")
    assert (answer.status, answer.headers["location"]) == (303, "/runs/%E7%81%AF?q=1")
