"""The page before a server that is killed, and before one that asks for a token; real processes."""

import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.helpers.browser import axe_violations, opened, until
from tests.helpers.desk import Desk
from tests.helpers.server import Server

import longwriter

pytestmark = [pytest.mark.page, pytest.mark.slow]
ASKED = "Write a 2,500-word story about a mill."


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def serving(desk: Desk, port: int, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """`longwriter serve`, until it is ready; killed at the end, as by a power cut."""
    process = desk.start("serve", "--port", port, *arguments)
    assert process.stderr is not None
    try:
        while "127.0.0.1" not in (line := process.stderr.readline()):
            assert line, "it ended before it served"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_the_page_goes_on_by_itself_when_the_server_is_killed_in_a_section(browser: Any, tmp_path: Path) -> None:
    port = free_port()
    with Server(per_token_s=0.002, chunk_tokens=4) as model:
        settings = ("--model", "m", "--base-url", model.url)
        page = opened(browser)
        desk = Desk(tmp_path)
        with serving(desk, port, *settings):
            page.goto(f"http://127.0.0.1:{port}/new")
            page.get_by_label("What shall be written?").fill(ASKED)
            until(page, "!document.querySelector('.end button').disabled")
            page.get_by_role("button", name="Write", exact=True).click()
            page.wait_for_selector("#s1.writing .text p:nth-child(2)", state="attached")
        page.wait_for_selector("#notes .unlinked:has-text('does not answer')")
        with serving(desk, port, *settings):
            page.wait_for_selector(".statement:has-text('Finished')", timeout=60000)
            until(page, "!document.querySelector('.piece:not(.loaded), .piece.writing')")
            shown = page.evaluate("[...document.querySelectorAll('.piece .text')].map((one) => one.textContent)")
        run = next((tmp_path / "runs").glob("write-*"))
        whole = longwriter.write(ASKED, model="m", base_url=model.url, runs=tmp_path / "whole", run=run.name)
    assert (run / "draft.md").read_text("utf-8") == whole.text
    letters = re.sub(r"\W", "", re.sub(r"(?m)^#.*", "", whole.text))
    assert re.sub(r"\W", "", "".join(shown)) == letters
    page.context.close()


def test_a_locked_desk_opens_by_its_token(browser: Any, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.env["DESK_TOKEN"] = "a-token-of-some-length-0123456789"
    port = free_port()
    with serving(desk, port, "--model", "fake", "--token-env", "DESK_TOKEN"):
        page = opened(browser)
        page.goto(f"http://127.0.0.1:{port}/")
        page.get_by_label("Token").fill("another")
        assert axe_violations(page) == []
        page.get_by_role("button", name="Open").click()
        page.wait_for_selector("#alarm:not(:empty)")
        page.get_by_label("Token").fill(desk.env["DESK_TOKEN"])
        page.get_by_role("button", name="Open").click()
        page.wait_for_selector(".top h1")
        page.context.close()
