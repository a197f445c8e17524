"""Prices: the shipped table, the user's own, and what is unknown."""

from datetime import UTC, datetime

import pytest

from longwriter.errors import InputError
from longwriter.models.base import ModelConfig
from longwriter.models.prices import SHIPPED, Price, is_local, load_prices
from longwriter.types import Usage

USAGE = Usage(prompt_tokens=1_000_000, completion_tokens=100_000, cached_tokens=400_000)


def test_cost_counts_cached_tokens_at_their_price():
    assert load_prices().cost("gpt-4o", USAGE) == pytest.approx(0.6 * 2.5 + 0.4 * 1.25 + 1.0)


def test_writing_to_the_cache_and_long_prompts_have_their_prices():
    price = Price(model="m", input=3, output=15, cached=0.3, cache_write=3.75, as_of="2026-01-01")
    usage = Usage(prompt_tokens=1000, completion_tokens=100, cached_tokens=600, cache_write_tokens=300)
    assert price.cost(usage) == pytest.approx((100 * 3 + 600 * 0.3 + 300 * 3.75 + 100 * 15) / 1e6)
    assert price.saved(usage) == pytest.approx((600 * 2.7 - 300 * 0.75) / 1e6)
    assert price.saved(Usage(prompt_tokens=1000, completion_tokens=100)) is None
    long = price.model_copy(update={"long_above": 999, "long_input": 2, "long_output": 1.5})
    assert long.cost(usage) == pytest.approx((2 * (300 + 180 + 1125) + 1.5 * 1500) / 1e6)
    assert long.model_copy(update={"long_above": 1000}).cost(usage) == price.cost(usage)


@pytest.mark.parametrize(
    ("when", "peak"),
    [
        ("2026-11-27 01:00", True),  # a Friday
        ("2026-11-27 03:59", True),
        ("2026-11-27 04:00", False),
        ("2026-11-27 09:59", True),
        ("2026-11-28 09:00", False),  # a Saturday
        ("2026-11-30 00:59", False),
    ],
)
def test_peak_hours_are_of_utc_and_of_working_days(when, peak):
    price = load_prices().of("deepseek-flash")
    at = datetime.fromisoformat(when).replace(tzinfo=UTC)
    assert price.peak(at) is peak
    assert price.cost(USAGE, peak=True) == pytest.approx(2 * price.cost(USAGE))


def test_a_server_that_never_caches_has_no_cheaper_price_for_it():
    prices = load_prices()
    own = prices.price_for(ModelConfig(model="claude-sonnet-4-5", base_url="https://api.anthropic.com/v1"))
    routed = prices.price_for(ModelConfig(model="anthropic/claude-sonnet-4.5", base_url="https://openrouter.ai/api/v1"))
    assert (own.input, own.caches, own.saved(USAGE)) == (3, False, None)
    assert (routed.cached, routed.cache_write) == (0.3, 3.75)


def test_every_shipped_price_that_is_paid_says_where_it_was_read():
    entries = load_prices()._entries
    assert all(p.source.startswith("https://") for p in entries if p.input)
    assert all(p.cached is None or p.cached <= p.input for p in entries)
    assert len(SHIPPED.read_text().split("[[price]]")) - 1 == len(entries)


def test_unknown_is_not_free():
    prices = load_prices()
    assert prices.of("some-new-model") is None
    assert prices.cost("some-new-model", USAGE) is None
    assert prices.cost("gpt-4o", Usage()) is None


@pytest.mark.parametrize("name", ["gguf:smollm2", "gguf:/a/b.gguf", "fake", "fake:0.8", "hf:org/model"])
def test_models_of_this_machine_are_free(name):
    assert load_prices().cost(name, Usage()) == 0


def test_an_address_decides(monkeypatch):
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    prices = load_prices()
    local = prices.price_for(ModelConfig(model="gpt-4o", base_url="http://localhost:8000/v1"))
    assert local is not None
    assert local.cost(USAGE) == 0
    hosted = prices.price_for(ModelConfig(model="openai:gpt-4o"))
    assert hosted is not None
    assert hosted.input == 2.5
    assert prices.price_for(ModelConfig(model="who", base_url="https://api.example.com/v1")) is None
    monkeypatch.setenv("OPENAI_BASE_URL", "http://192.168.1.20:8080/v1")
    assert prices.price_for(ModelConfig(model="gpt-4o")).cost(USAGE) == 0


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://localhost:8000/v1", True),
        ("http://127.0.0.1/v1", True),
        ("http://[::1]:8000/v1", True),
        ("http://10.0.0.7:8000/v1", True),
        ("http://gpu-box:8000/v1", True),
        ("http://studio.local/v1", True),
        ("https://api.openai.com/v1", False),
        ("http://8.8.8.8/v1", False),
        ("http://[broken", False),
        ("", False),
    ],
)
def test_local_addresses(url, local):
    assert is_local(url) is local


def test_the_users_file_comes_first(tmp_path):
    file = tmp_path / "prices.toml"
    file.write_text('[[price]]\nmodel = "GPT-4o*"\ninput = 1\noutput = 2\nas_of = 2026-01-01\n')
    prices = load_prices(file)
    assert prices.of("gpt-4o").input == 1
    assert prices.of("gpt-4o-mini").input == 1
    assert prices.of("gpt-4.1").input == 2


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[[price]\n", "line 1"),
        ('[[price]]\nmodel = "m"\ninput = 1\noutput = -2\nas_of = 2026-01-01\n', "price.0.output"),
        ('[[price]]\nmodel = "m"\ninput = 1\noutput = 2\n', "price.0.as_of"),
        ("[prices]\n", "prices"),
        ("\udcff", "UTF-8"),
    ],
)
def test_a_malformed_file_is_named(tmp_path, text, named):
    file = tmp_path / "mine.toml"
    file.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(InputError, match=r"mine\.toml") as caught:
        load_prices(file)
    assert named in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none\.toml"):
        load_prices(tmp_path / "none.toml")
