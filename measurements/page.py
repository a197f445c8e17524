"""The page in a real Chromium: how soon a long text is there, long tasks while it is written, memory of its tab.

Run: python measurements/page.py [WORDS]. A run of 100,000 words is written against a local server
(tests/helpers/server.py, no delay) and opened five times in a new browser context; then its last sections are written again
at 200 tokens a second while the page is open. Prints one line of JSON: `first_text_ms`, median of the times from navigation
to the frame that shows text; `whole_text_ms`, until all of it is in the page; `opening_tasks_ms` and `stream_tasks_ms`, the
tasks of the page's main thread that took over 50 ms until then and after; `stream_events`; `heap_mb` and `tab_mb`, the memory
of JavaScript and the proportional share (PSS) of the renderer's process. Aims: 1,000, -, [], [], -, -, 200.
"""

import json
import statistics
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, Page

import longwriter

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.helpers.browser import browsing, until
from tests.helpers.desk_server import DeskClient, desk_server
from tests.helpers.server import Server

OPENED = 5
AGAIN = 8
"""Sections that are written again, about 500 words each."""
TOKEN_S = 1 / 200
WATCH = """
window.seen = { first: 0, whole: 0, tasks: [], words: 0 };
new PerformanceObserver((list) => { for (const one of list.getEntries()) seen.tasks.push([one.startTime, one.duration]); })
  .observe({ type: 'longtask', buffered: true });
const look = () => {
  const loaded = document.getElementsByClassName('loaded').length;
  if (loaded && !seen.first) requestAnimationFrame(() => { seen.first ||= performance.now(); });
  if (loaded && loaded === document.getElementsByClassName('piece').length) seen.whole = performance.now();
  else setTimeout(look, 5);
};
look();
const Plain = EventSource;
window.EventSource = class extends Plain {
  constructor(url) {
    super(url);
    this.addEventListener('words', () => (seen.words += 1));
  }
};
EventSource.CLOSED = 2;
"""


def opened(browser: Browser, address: str) -> Page:
    """A tab of its own that watches itself."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.add_init_script(WATCH)
    page.goto(f"{address}/runs/long")
    return page


def memory(browser: Browser, page: Page) -> tuple[float, float]:
    """MB of the tab's JavaScript, and of its process, as far as it is its own (PSS)."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    metrics = session.send("Performance.getMetrics")["metrics"]
    heap = next(one["value"] for one in metrics if one["name"] == "JSHeapUsedSize")
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    shares = [_share(one["id"]) for one in processes if one["type"] == "renderer"]
    return heap / 1e6, max(shares) / 1e3


def _share(process: int) -> int:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def watched(browser: Browser, client: DeskClient, model: Server) -> dict[str, float]:
    """Open it, then write its last sections again."""
    address = str(client.http.base_url).rstrip("/")
    first, whole = [], []
    for _ in range(OPENED):
        page = opened(browser, address)
        until(page, "seen.whole > 0 && seen.first > 0", 60)
        seen = page.evaluate("seen")
        first.append(seen["first"])
        whole.append(seen["whole"])
        page.context.close()
    page = opened(browser, address)
    until(page, "seen.whole > 0", 60)
    model.script = replace(model.script, per_token_s=TOKEN_S, chunk_tokens=1)
    sections = len(client.get("/api/runs/long")["sections"])
    for index in range(sections - AGAIN, sections):
        client.post(f"/api/runs/long/sections/{index}/redo", {"instruction": "again"})
    page.locator(".pill").click(timeout=30000)
    client.until("/api/runs/long", lambda run: run["state"] == "finished", 200)
    page.wait_for_timeout(500)
    heap, tab = memory(browser, page)
    seen = page.evaluate("seen")
    opening, stream = (
        [round(took) for at, took in seen["tasks"] if (at < seen["whole"]) is early] for early in (True, False)
    )
    return {
        "first_text_ms": round(statistics.median(first)),
        "whole_text_ms": round(statistics.median(whole)),
        "opening_tasks_ms": opening,
        "stream_tasks_ms": stream,
        "stream_events": seen["words"],
        "heap_mb": round(heap, 1),
        "tab_mb": round(tab, 1),
    }


def main() -> None:
    """Write, open, watch, print."""
    words = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as home, Server() as model, browsing() as browser:
        asked = f"Write a {words:,}-word history of a harbour town"
        longwriter.write(asked, model="m", base_url=model.url, runs=home, run="long", words=words)
        with desk_server(Path(home)) as client:
            print(json.dumps({"words": words} | watched(browser, client, model)))


if __name__ == "__main__":
    main()
