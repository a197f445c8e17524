"""What a run costs: context chosen by price, cached tokens counted and priced, nothing claimed that nobody counted."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from tests.helpers.making import fake, session, settings, write_with
from tests.helpers.server import Server

from longwriter.cli.shared.progress import ProgressDisplay
from longwriter.cli.shared.tables import cache, totals
from longwriter.errors import CeilingReached, SetupError
from longwriter.journal import Journal
from longwriter.length.target import exact
from longwriter.models.base import ModelConfig, open_model
from longwriter.models.fake import FakeModel
from longwriter.models.prices import FREE, Price, load_prices
from longwriter.models.servers import caching
from longwriter.types import Message, Plan, Request, Section
from longwriter.writer.calls import Calls, Role
from longwriter.writer.events import Planned, SectionDone
from longwriter.writer.outcome.spent import Ceilings
from longwriter.writer.records.written import DraftsRecord
from longwriter.writer.section.choice import cacheable, choose, forecast, total
from longwriter.writer.section.request import settled_ends
from longwriter.writer.session import Options, Result, write
from longwriter.writer.stored import replay, stored

NONE = Ceilings()
NOON = {"as_of": "2026-01-01"}
CHEAP_CACHE = Price(model="m", input=1, output=4, cached=0.02, **NOON)
DEAR_CACHE = Price(model="m", input=1, output=4, cached=0.5, **NOON)
UNCACHED = Price(model="m", input=1, output=4, cached=1, **NOON)
UNKNOWN = Price(model="m", input=1, output=4, **NOON)


def plan(sections: int, words: int = 500) -> Plan:
    return Plan(sections=tuple(Section(title=f"S{i}", point="p", words=words) for i in range(sections)))


def calls(price: Price | None, ceilings: Ceilings = NONE) -> Calls:
    role = Role(fake(), price)
    return Calls(Journal(None), {"writer": role, "planner": role}, ceilings)


def test_full_context_reads_again_what_the_request_before_began_with() -> None:
    usages = forecast(plan(3, 1000), head=1700, window=100_000, full=True, price=DEAR_CACHE)
    assert [u.prompt_tokens for u in usages] == [2000, 3700, 5400]
    assert [u.completion_tokens for u in usages] == [1700] * 3
    # 1,700 tokens in steps of 128 are 1,664, of which 4 in 5 are expected; then 3,400: 3,328.
    assert [u.cached_tokens for u in usages] == [0, 1331, 2662]
    assert total(DEAR_CACHE, usages) == pytest.approx((11_100 - 0.5 * 3993 + 4 * 5100) / 1e6)
    assert [u.cached_tokens for u in forecast(plan(3, 1000), 1700, 100_000, full=True, price=UNKNOWN)] == [0, 0, 0]
    assert (cacheable(1023), cacheable(1024), cacheable(1151), cacheable(1152)) == (0, 1024, 1024, 1152)


def test_full_context_that_no_longer_fits_goes_on_with_a_digest() -> None:
    usages = forecast(plan(40), head=700, window=8000, full=True)
    assert max(u.prompt_tokens for u in usages) + 850 <= 8000
    assert usages[-1].prompt_tokens < usages[6].prompt_tokens


@pytest.mark.parametrize(
    ("price", "sections", "mode"),
    [
        (CHEAP_CACHE, 40, "auto"),
        (CHEAP_CACHE, 200, "window"),  # one miss in five of 100,000 words
        (DEAR_CACHE, 40, "window"),
        (UNCACHED, 40, "window"),  # known to read every prompt anew
        (UNCACHED, 6, "auto"),  # cents
        (UNKNOWN, 200, "auto"),
        (FREE, 200, "auto"),
        (None, 200, "auto"),
    ],
)
def test_the_cheaper_way_is_taken_where_the_cached_price_is_known(
    price: Price | None, sections: int, mode: str
) -> None:
    chosen = choose(calls(price), plan(sections), 2000, 1_000_000)
    assert chosen.mode == mode
    assert bool(chosen.why) is (price is not None and price.cached is not None)
    assert len(chosen.why) <= 60


def test_a_ceiling_that_full_context_passes_means_a_digest() -> None:
    assert choose(calls(UNKNOWN, Ceilings(tokens=100_000)), plan(40), 1000, 1_000_000).mode == "window"
    assert choose(calls(UNKNOWN, Ceilings(tokens=2_000_000)), plan(40), 1000, 1_000_000).mode == "auto"


async def test_a_ceiling_counts_what_writing_to_the_cache_costs() -> None:
    writes = UNKNOWN.model_copy(update={"output": 0, "cached": 0.1, "cache_write": 1.25})
    prompt = Request(messages=(Message(role="user", content="tea " * 4000),))
    tokens = calls(writes).roles["writer"].prompt_tokens(prompt)
    for factor, passes in ((1.2, False), (1.3, True)):
        made = calls(writes, Ceilings(cost=factor * tokens / 1e6))
        if passes:
            assert (await made.ask("writer", "s", prompt, expect=10)).text
        else:
            with pytest.raises(CeilingReached):
                await made.ask("writer", "s", prompt, expect=10)


@pytest.mark.slow
@pytest.mark.parametrize(("model", "mode"), [("deepseek-flash", "auto"), ("gpt-4o", "window")])
async def test_the_choice_is_kept_told_and_in_the_report(tmp_path: Path, model: str, mode: str) -> None:
    chosen = settings(words=20_000, writer={"model": model}, window=200_000)
    told: list[object] = []
    result = await write_with(fake(), chosen, tmp_path / "run", Options(told.append))
    assert (result.report.context, result.report.context_why[:8]) == (mode, "context:")
    assert sum(result.report.context_why in str(event) for event in told) == 1
    dear = tmp_path / "prices.toml"
    dear.write_text(f'[[price]]\nmodel = "{model}"\ninput = 9\noutput = 9\ncached = 9\nas_of = 2026-01-01\n')
    again = await write_with(fake(), chosen, tmp_path / "run", Options(prices=dear))
    assert again.report.context == mode
    assert again.text == result.text
    assert (await replay(tmp_path / "run")).report.context_why == result.report.context_why


async def written(folder: Path, words: int = 5000, model: str = "gpt-4o", **script: object) -> tuple[Result, Server]:
    """A run priced as `model`, at a real server."""
    with Server(**script) as server:
        there = open_model(ModelConfig(model=model, base_url=server.url))
        chosen = settings(words=words, writer={"model": model}, context="full", window=100_000)
        result = await write(chosen, folder, Options(), {"writer": there, "planner": there})
        await there.aclose()
    return result, server


async def test_cached_tokens_are_counted_priced_and_told_also_after_a_resume(tmp_path: Path) -> None:
    result, _ = await written(tmp_path / "run", cache=True)
    told = result.report
    assert told.hit_rate > 0.6
    assert told.hit_rate == pytest.approx(told.cached_tokens / told.prompt_tokens, abs=1e-4)
    assert told.saved == pytest.approx(told.cached_tokens * 1.25 / 1e6)
    fresh = told.prompt_tokens - told.cached_tokens
    assert told.cost == pytest.approx((2.5 * fresh + 1.25 * told.cached_tokens + 10 * told.completion_tokens) / 1e6)
    last = totals(told).splitlines()[-1]
    assert last.startswith("cache ")
    assert len(last) <= 60
    assert "cache" not in " ".join(told.notes)
    later = stored(tmp_path / "run")
    assert later is not None
    assert later.calls.spent.saved == told.saved
    on_disk = json.loads((tmp_path / "run" / "report.json").read_text())
    assert (on_disk["hit_rate"], on_disk["saved"]) == (told.hit_rate, told.saved)


async def test_what_nobody_counted_or_priced_is_missing_not_nothing(tmp_path: Path) -> None:
    uncounted, _ = await written(tmp_path / "a", usage=False)
    assert (uncounted.report.hit_rate, uncounted.report.saved, uncounted.report.cached_tokens) == (None, None, None)
    unpriced, _ = await written(tmp_path / "b", model="nobody-knows", cache=True)
    assert unpriced.report.hit_rate > 0.6
    assert (unpriced.report.saved, unpriced.report.cost) == (None, None)
    assert not any("cache" in totals(r.report) for r in (uncounted, unpriced))


async def test_a_long_run_that_misses_the_cache_is_told_so(tmp_path: Path) -> None:
    result, _ = await written(tmp_path / "run", words=8000)
    assert result.report.hit_rate == 0
    assert "only 0 % of the prompts came from the server's cache" in result.report.notes
    short, _ = await written(tmp_path / "short", words=1000)
    assert not any("cache" in note for note in short.report.notes)


def test_the_cache_in_few_words() -> None:
    assert cache(0.834, 1.5) == "cache 83 %, saved $1.50"
    assert cache(0.0, 0.0) == "cache 0 %, nothing saved"
    assert cache(0.1, -0.2) == "cache 10 %, nothing saved"  # written at a price, and hardly read
    assert (cache(None, 1.0), cache(0.5, None)) == ("", "")


def test_progress_says_what_the_cache_gave(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressDisplay(tmp_path) as progress:
        progress.on_event(Planned(plan(2), exact(1000, "option")))
        progress.on_event(SectionDone(0, 500, False, 0.42, 0.83, 1.1))
        progress.on_event(SectionDone(1, 500, False, 0.5, None, None))
    first, second = capsys.readouterr().err.splitlines()[-2:]
    assert "$0.4200, cache 83 %, saved $1.10" in first
    assert "$0.5000" in second
    assert "cache" not in second


def test_ends_of_what_later_prompts_repeat() -> None:
    prompt = "The request: x\n\nThe plan: 1. a\n2. b\n\n<text>\nfirst\n\nsecond\n</text>\n\nWrite c"
    ends = settled_ends(prompt, "1. a\n2. b", ["first", "second"])
    assert [prompt[:end].split("\n")[-1] for end in ends] == ["2. b", "first", "second"]
    assert settled_ends(prompt, "1. a\n2. b", ["else", "second"]) == ends[:1]  # a digest
    assert settled_ends(prompt, "another plan", ["first"]) == ()


async def test_claudes_parts_only_grow_from_section_to_section(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "servers", lambda: (caching.Server(host="127.0.0.1", breakpoints=True, key=True),))
    _, server = await written(tmp_path / "run", words=4000)
    asked = [r for r in server.requests if "Write section" in json.dumps(r["messages"])]
    users = [r["messages"][1]["content"] for r in asked]
    assert len(users) >= 7
    for before, after in pairwise(users):
        settled = [p["text"] for p in before[:-1]]
        assert [p["text"] for p in after[: len(settled)]] == settled
        marked = [sum(len(q["text"]) for q in after[: i + 1]) for i, p in enumerate(after) if "cache_control" in p]
        assert sum(map(len, settled)) in marked  # what the request before wrote to the cache can be read
        assert len(marked) <= 4
    keys = {r["prompt_cache_key"] for r in server.requests}
    assert len(keys) == 2  # planner's and writer's
    again, later = await written(tmp_path / "run", words=4000)
    assert not later.requests
    assert again.report.finished


async def test_the_key_of_a_run_holds_when_it_is_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "servers", lambda: (caching.Server(host="127.0.0.1", key=True),))
    _, first = await written(tmp_path / "a", words=1000)
    (tmp_path / "b").mkdir()
    (tmp_path / "c" / "a").mkdir(parents=True)
    _, other = await written(tmp_path / "b", words=1000)
    _, same = await written(tmp_path / "c" / "a", words=1000)
    keys = [{r["prompt_cache_key"] for r in s.requests} for s in (first, other, same)]
    assert keys[0] == keys[2]
    assert not keys[0] & keys[1]
    assert all(len(key) <= 64 for key in keys[0])


async def test_the_hours_of_a_call_are_kept_with_it(tmp_path: Path) -> None:
    price = Price(model="m", input=1, output=1, peak_factor=2, peak_hours=((0, 24),), **NOON)
    made = session(fake(), settings(words=1000))
    for role in made.calls.roles.values():
        role.price = price
    await made.run()
    weekday = made.calls.spent.cost > 1.5 * made.calls.spent.tokens / 1e6
    assert weekday is price.peak()
    assert all((e.data.get("peak") is True) is weekday for e in made.journal if e.kind == "call")


def test_shipped_prices_of_every_kind_can_be_told_apart() -> None:
    prices = load_prices()
    assert prices.of("deepseek-v4-pro").peak_factor == 2
    assert prices.of("anthropic/claude-sonnet-4.5").cache_write == 3.75
    assert prices.of("claude-sonnet-4-5-20250929").batch == 0.5
    assert prices.of("gpt-5.4").long_above == 272_000
    assert prices.of("gpt-5.4-mini").long_above is None


def test_a_ceiling_on_cost_needs_the_price_of_whoever_writes_drafts_too() -> None:
    order = DraftsRecord(id="a", numbers=(1,), parent=None, model=ModelConfig(model="strange"))
    for ceilings in (Ceilings(1.0), Ceilings(None, 1000)):
        run = calls(CHEAP_CACHE, ceilings)
        run.expect(order, FakeModel(ModelConfig(model="fake"), ""))
        if ceilings.cost is None:
            assert run.of_draft("section:a.d1:").roles["writer"].price is None
        else:
            with pytest.raises(SetupError, match="no price is known for fake"):
                run.of_draft("section:a.d1:")
