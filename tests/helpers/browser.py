"""Debian's Chromium, as a person's browser, and axe-core, the checker of what people who cannot see or point need."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

SWITCHES = ("--no-sandbox", "--disable-dev-shm-usage")
"""In a container, where tests run as root and /dev/shm is small."""


def chromium() -> str:
    """Where it is. Skips a test where there is none, or no driver."""
    pytest.importorskip(
        "playwright", reason="pip install 'longwriter[page]' brings playwright, which drives the browser"
    )
    found = shutil.which("chromium") or shutil.which("google-chrome")
    return found or pytest.skip("no Chromium: apt-get install chromium")


@contextmanager
def browsing() -> Iterator[Any]:
    """A browser."""
    path = chromium()
    driver = pytest.importorskip("playwright.sync_api")
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(SWITCHES))
        yield browser
        browser.close()


def opened(browser: Any, *, width: int = 1280, theme: str = "light", locale: str = "en-GB", **more: Any) -> Any:
    """A page of its own; what it complains of, a refused script or style included, is in `page.complaints`."""
    page = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=theme, locale=locale, **more
    ).new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda said: page.complaints.append(said.text) if said.type in ("error", "warning") else None)
    return page


def axe_violations(page: Any) -> list[str]:
    """What axe-core says against a page as it stands, one line each, with the first element it means."""
    package = pytest.importorskip("axe_playwright_python")
    page.evaluate((Path(package.__file__).parent / "axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]} {one['nodes'][0]['failureSummary'][:200]}" for one in found]


def until(page: Any, expression: str, seconds: float = 20) -> None:
    """Wait for a JavaScript expression to hold; the page's policy forbids the `eval` of playwright's own wait_for_function."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"not within {seconds} s: {expression}"
        page.wait_for_timeout(50)
