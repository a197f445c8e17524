"""Pages of the web are fetched within bounds, and none of this machine or its network unless that is asked for."""

import asyncio
import time

import pytest
from tests.helpers.web_pages import WebPage, WebPages

from longwriter.errors import InputError
from longwriter.writer.sources import fetch
from longwriter.writer.sources.addresses import is_public, looked_up, web_place
from longwriter.writer.sources.fetch import Fetcher
from longwriter.writer.sources.gather import gathered

PAGE = WebPage(b"<html><title>Mills</title><body><p>The mill was built in 1884 by the river.</p></body></html>")


def page(address: str, *, private: bool = True) -> fetch.FetchedPage:
    return asyncio.run(Fetcher(private=private).page(address))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.5.5", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "no address",
    ],
)  # fmt: skip
def test_these_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
def test_these_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_this_machine_is_refused_however_it_is_spelt_and_nothing_is_asked(host: str) -> None:
    with WebPages({"/a": PAGE}) as web:
        port = web.url.rpartition(":")[2]
        with pytest.raises(InputError, match=r"not on the public internet|is not known"):
            page(f"http://{host}:{port}/a", private=False)
        assert web.asked == []


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is public when it is checked and private when it is connected to leads nowhere else."""
    asked: list[str] = []

    async def run() -> str:
        loop = asyncio.get_running_loop()

        async def lookup(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
            asked.append(host)
            return [(2, 1, 6, "", ("93.184.216.34" if len(asked) == 1 else "127.0.0.1", port))]

        monkeypatch.setattr(loop, "getaddrinfo", lookup)
        return await looked_up(web_place("http://rebinding.example/"), private=False)

    assert asyncio.run(run()) == "93.184.216.34"
    assert asked == ["rebinding.example"]


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "ftp://a.example/x",
        "http://",
        "http://user:word@a.example/",
        "http://a.example:99999/",
        "//a",
    ],
)
def test_what_is_no_address_of_the_web(address: str) -> None:
    with pytest.raises(InputError):
        web_place(address)


def test_a_redirect_to_a_private_place_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with WebPages({"/a": WebPage(b"", status=302, headers={"Location": "http://169.254.169.254/latest"})}) as web:
        real, looked = looked_up, list[str]()

        async def first_only(place: object, *, private: bool) -> str:
            looked.append(str(place))
            return await real(place, private=private and "169.254" not in str(place))  # type: ignore[arg-type]

        monkeypatch.setattr(fetch, "looked_up", first_only)
        with pytest.raises(InputError, match=r"169\.254\.169\.254, which is not on the public internet"):
            page(f"{web.url}/a")
        assert web.asked == ["/robots.txt", "/a"]


def test_a_page_is_fetched_under_its_own_name_and_redirects_are_followed() -> None:
    with WebPages({"/a": WebPage(b"", status=301, headers={"Location": "/b"}), "/b": PAGE}) as web:
        assert page(f"{web.url}/a") == (f"{web.url}/b", ".html", PAGE.body)
        assert web.asked == ["/robots.txt", "/a", "/b"]
        assert set(web.agents) == {fetch.AGENT}


def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "MOST_BYTES", 2000)
    pages = {
        "/loop": WebPage(b"", status=302, headers={"Location": "/loop"}),
        "/huge": WebPage(b"x" * 2001, "text/plain"),
        "/packed": WebPage(b"\x1f\x8b", headers={"Content-Encoding": "gzip"}),
        "/picture": WebPage(b"\x89PNG", "image/png"),
        "/none": WebPage(b"?", ""),
        "/gone": WebPage(b"", status=410),
    }
    wrong = {
        "/loop": "5 redirects", "/huge": "larger than", "/packed": "packed", "/picture": "'image/png'", "/none": "of no kind",
        "/gone": "answered 410", "/else": "answered 404",
    }  # fmt: skip
    with WebPages(pages) as web:
        for path, said in wrong.items():
            with pytest.raises(InputError, match=said) as error:
                page(web.url + path)
            assert web.url in str(error.value)


def test_a_slow_page_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "MOST_S", 0.4)
    with (
        WebPages({"/slow": WebPage(b"x" * 500, "text/plain", slow_s=0.05)}) as web,
        pytest.raises(InputError, match="longer"),
    ):
        page(f"{web.url}/slow")


@pytest.mark.parametrize(("status", "allowed"), [(200, False), (404, True), (503, False)])
def test_robots_txt_is_followed(status: int, allowed: bool) -> None:
    robots = WebPage(b"User-agent: *\nDisallow: /a\n", "text/plain", status)
    with WebPages({"/robots.txt": robots, "/a": PAGE}) as web:
        if allowed:
            assert page(f"{web.url}/a").data == PAGE.body
        else:
            with pytest.raises(InputError, match=r"robots\.txt"):
                page(f"{web.url}/a")
            assert "/a" not in web.asked


def test_a_list_of_addresses_becomes_sources_and_what_fails_is_left_out_by_name(tmp_path) -> None:
    latin = WebPage(
        "<p>Die Mühle wurde 1884 am Fluß gebaut und nie verkauft.</p>".encode("latin-1"), "text/html; charset=latin-1"
    )
    with WebPages({"/a": PAGE, "/b": latin}) as web:
        listed = tmp_path / "urls.txt"
        listed.write_text(f"# mills\n{web.url}/a\n\n{web.url}/gone\n{web.url}/b\n")
        found = asyncio.run(gathered([str(listed)], private=True))
    assert [(c.id, c.title, c.address) for c in found.chunks] == [
        ("s1", "Mills", f"{web.url}/a"), ("s2", f"{web.url}/b", f"{web.url}/b"),
    ]  # fmt: skip
    assert "Mühle wurde 1884 am Fluß" in found.chunks[1].text
    assert found.left_out == (f"{web.url}/gone: the server answered 404",)


@pytest.mark.parametrize(
    "location",
    ["//[", "http://[x", "file:///etc/passwd", "http://u:p@127.0.0.1/", "http://[fe80::1%eth0]/", "http://a b/"],
)
def test_a_redirect_to_what_is_no_address_is_an_error_that_names_it(location: str) -> None:
    with (
        WebPages({"/a": WebPage(b"", status=302, headers={"Location": location})}) as web,
        pytest.raises(InputError, match=r"no address of the web|only http|no password"),
    ):
        page(f"{web.url}/a")


@pytest.mark.parametrize("line", ["Disallow: //[", "Crawl-delay: ²", "Request-rate: ²/1"])
def test_lines_of_robots_txt_that_say_nothing_are_passed_over(line: str) -> None:
    rules = fetch.robots_rules(200, f"User-agent: *\n{line}\nDisallow: /secret\n".encode())
    assert rules.can_fetch("longwriter", "http://example.com/open")
    assert not rules.can_fetch("longwriter", "http://example.com/secret")


@pytest.mark.parametrize("address", ["168.63.129.16", "192.0.0.192", "fec0::1", "192.88.99.1", "3fff::1"])
def test_what_pythons_own_table_lets_in_is_not_public(address: str) -> None:
    assert not is_public(address)


def test_a_page_in_an_encoding_of_host_names_is_read_as_any_other_in_a_moment() -> None:
    body = b"<p>The mill was built in 1884.</p>" + b"a" * 2_000_000
    with WebPages({"/a": WebPage(body, media="text/html; CHARSET=punycode")}) as web:
        start = time.process_time()
        assert page(f"{web.url}/a").data == body
    assert time.process_time() - start < 5  # punycode takes 50 s for it
