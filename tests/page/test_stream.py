"""The text as it is written: what changes on the page, what is said, and that the page goes on by itself."""

from typing import Any

import pytest
from tests.helpers.browser import opened, until
from tests.helpers.page_server import CannedRun, PageServer

pytestmark = [pytest.mark.page, pytest.mark.slow]

WATCH = """
window.changed = [];
new MutationObserver((records) => {
  for (const { type, target } of records) {
    const piece = (target.nodeType === 3 ? target.parentElement : target).closest('.piece');
    const paragraph = target.nodeType === 3 ? target.parentElement : null;
    if (piece) window.changed.push([piece.id, paragraph === piece.querySelector('.text > :last-child'), type]);
  }
}).observe(document.querySelector('.sections'), { subtree: true, childList: true, characterData: true });
"""


SOURCES = """
window.sources = [];
const Plain = EventSource;
window.EventSource = class extends Plain { constructor(url) { super(url); sources.push(this); } };
EventSource.CLOSED = 2;
"""


SPOKEN = """
window.spoken = [];
new MutationObserver(() => spoken.push(document.getElementById('status').textContent))
  .observe(document.getElementById('status'), { childList: true });
"""


def test_only_the_last_paragraph_changes_while_words_stream(browser: Any) -> None:
    with PageServer(CannedRun(speed=150)).serving() as address:
        page = opened(browser)
        page.goto(f"{address}/runs/lighthouse")
        page.wait_for_selector("#s6 .text > p:nth-child(2)")
        until(page, "document.querySelectorAll('.piece.loaded').length === 7")
        page.evaluate(WATCH)
        page.wait_for_timeout(2500)
        changed = page.evaluate("window.changed")
        assert {piece for piece, _, _ in changed} == {"s6"}
        texts = [last for _, last, kind in changed if kind == "characterData"]
        assert len(texts) >= 8
        assert sum(not last for last in texts) <= sum(
            kind == "childList" for _, _, kind in changed
        )  # a paragraph's end, then the next
        assert page.locator(".sections").get_attribute("aria-busy") == "true"
        assert page.locator("#s6").get_attribute("data-state") == "writing"
        assert page.evaluate("document.activeElement === document.body")
        assert page.locator("#status").inner_text() == ""  # words are not spoken
        page.context.close()


def test_a_section_that_ends_is_spoken_of_once_and_put_in_as_rendered(browser: Any) -> None:
    with PageServer(CannedRun(speed=300, finish_after=300)).serving() as address:
        page = opened(browser)
        page.goto(f"{address}/runs/lighthouse")
        page.evaluate(SPOKEN)
        until(page, "spoken.some((said) => said.includes('Paused'))", 15)
        spoken = page.evaluate("spoken")
        assert [said for said in spoken if said.startswith("Section 7 of 10 is written: The boat that did not answer")]
        assert len(spoken) == 2
        assert page.locator("#s6").get_attribute("data-state") == "done"
        assert page.locator("#s6 .text p").count() > 3
        assert page.locator("#outline li:nth-child(7)").get_attribute("data-state") == "done"
        assert page.locator("button", has_text="Go on").count() == 1
        assert page.locator(".sections").get_attribute("aria-busy") == "false"
        page.context.close()


def test_the_text_comes_as_the_server_counts_it(browser: Any) -> None:
    """`at` counts code points; what is taken back goes; line ends at the end of a batch may open a paragraph."""
    with PageServer(CannedRun(state="paused")).serving() as address:
        page = opened(browser)
        page.goto(f"{address}/runs/lighthouse")
        page.wait_for_selector("#s6")
        shown = page.evaluate("""async () => {
          const { Book } = await import('/assets/book.js');
          const book = new Book('lighthouse', () => {});
          document.querySelector('.book').append(book.root);
          book.lay([{ index: 0, id: 'x', title: 'T', chapter: '', words: 10, state: 'writing', version: null }]);
          const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          const seen = [];
          const take = async (at, text) => {
            book.words(0, at, text);
            await frame();
            seen.push([...book.pieces[0].text.children].map((p) => p.textContent));
          };
          await take(0, '## T\\n');
          await take(5, '\\nA 🌊 wave');
          await take(14, ' rose.\\n');
          await take(21, '\\nThen');
          await take(7, 'é other');
          return seen; }""")
        assert shown == [
            ["## T"],
            ["## T", "A 🌊 wave"],
            ["## T", "A 🌊 wave rose."],
            ["## T", "A 🌊 wave rose.", "Then"],
            ["## T", "Aé other"],
        ]
        page.context.close()


def test_the_page_goes_on_when_the_server_comes_back(browser: Any) -> None:
    run = CannedRun(speed=20)
    server = PageServer(run)
    page = opened(browser)
    with server.serving() as address:
        page.goto(f"{address}/runs/lighthouse")
        page.wait_for_selector("#s6 .text > p")
        page.locator("#s1 .heading button").focus()
    page.wait_for_selector("#notes .unlinked:has-text('does not answer')", timeout=10000)
    with server.serving(int(address.rpartition(":")[2])):
        page.wait_for_selector(".statement:has-text('Writing section 7 of 10')", timeout=15000)
        until(page, "document.querySelector('#s6 .text').textContent.startsWith('He kept the log in a hand')")
        assert page.evaluate("document.activeElement.closest('.piece').id") == "s1"
        page.context.close()


def test_a_failure_is_said_at_once(browser: Any) -> None:
    run = CannedRun(speed=20)
    with PageServer(run).serving() as address:
        page = opened(browser)
        page.goto(f"{address}/runs/lighthouse")
        page.wait_for_selector("#s6 .text > p")
        run.state, run.why = "failed", "the server does not answer"
        page.evaluate("dispatchEvent(new Event('pagehide')); document.dispatchEvent(new Event('visibilitychange'))")
        page.wait_for_selector("#alarm:has-text('the server does not answer')")
        assert page.locator("#alarm").get_attribute("role") == "alert"
        page.context.close()


def test_a_section_s_place_is_found_by_its_address(browser: Any) -> None:
    with PageServer(CannedRun(count=60, done=60, state="finished")).serving() as address:
        page = opened(browser)
        page.goto(f"{address}/runs/lighthouse#s44p2")
        page.wait_for_selector("#s44 .text .found")
        box = page.locator("#s44 .text .found").bounding_box()
        assert 0 < box["y"] < 800
        until(page, "document.querySelectorAll('.piece.loaded').length === 60", 20)
        page.context.close()


def test_a_hidden_page_lets_its_connection_go(browser: Any) -> None:
    """Six connections a host are all that a browser has over HTTP/1.1: the seventh tab would wait for ever."""
    with PageServer(CannedRun()).serving() as address:
        page = opened(browser)
        page.add_init_script(SOURCES)
        page.clock.install()
        page.goto(f"{address}/runs/lighthouse")
        page.wait_for_selector("#s6 .text > p")
        page.evaluate("Object.defineProperty(document, 'hidden', { get: () => window.away })")
        page.evaluate("window.away = true; document.dispatchEvent(new Event('visibilitychange'))")
        page.clock.run_for(21000)
        assert page.evaluate("sources.map((s) => s.readyState)") == [2]
        page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
        assert page.evaluate("sources.length") == 2
        assert page.evaluate("new URL(sources[1].url).search") == "?since=40"
        page.context.close()


def test_text_that_runs_from_the_right_does_so_while_it_is_written_and_after(browser: Any) -> None:
    hebrew = "המגדלור עומד על הסלע האחרון לפני המים.\n\nAnd one line in English."
    with PageServer(CannedRun(texts={0: hebrew})).serving() as address:
        page = opened(browser, reduced_motion="reduce")
        page.goto(f"{address}/runs/lighthouse")
        page.wait_for_selector("#s0.loaded")
        directions = "[...document.querySelectorAll('#s0 .text p')].map((one) => getComputedStyle(one).direction)"
        assert page.evaluate(directions) == ["rtl", "ltr"]
        page.wait_for_selector("#s6 .text p", state="attached")
        assert page.evaluate("document.querySelector('#s6 .text p').dir") == "auto"
        still = "getComputedStyle(document.querySelector('#s6 .text > :last-child'), '::after').animationName"
        assert page.evaluate(still) == "none"
        page.context.close()
