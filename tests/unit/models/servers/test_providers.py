"""Every provider by its name, against an endpoint of ours that answers as the provider's own documentation says it does.

A row of `PROVIDERS` is what one provider takes and says; a class of quirk is one test over all rows. What was tried with a
real server is in docs/providers.md.
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from tests.helpers.raw_server import JSON, Raw, Sent, chunk, refusal, sse

from longwriter.errors import InputError, SetupError
from longwriter.models.base import Model, ModelConfig, open_model
from longwriter.models.headers import Headers
from longwriter.models.prices import FREE, load_prices
from longwriter.models.servers import providers
from longwriter.models.servers.providers import entries, route
from longwriter.types import Message, Request

TEXT = "The keeper walked along the wall."
KEY = "sk-of-this-provider-0123"
EXTRAS = {"min_p": 0.05, "repeat_penalty": 1.1, "repeat_last_n": 64, "dry": 0.8, "favour": {"tea": 2.0}}
SENT_EXTRAS = ("min_p", "repeat_penalty", "repetition_penalty", "repeat_last_n", "logit_bias", "dry_multiplier")
DETAIL = [{"type": "extra_forbidden", "loc": ["body", "FIELD"], "msg": "Extra inputs are not permitted", "input": 1}]


def error(message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"message": message} | more}


class Row(NamedTuple):
    """One provider."""

    model: str
    refused: dict[str, Any]
    """Its error for a field that it does not know; FIELD is the name."""
    busy: Sent
    """Its limit of requests or tokens a minute."""
    spent: Sent | None
    """Its account without money; None for servers of one's own."""
    told: dict[str, Any] | None = None
    """What it tells of its models, by path."""
    window: int | None = None
    refuses: tuple[str, ...] = ()
    """Fields that it is published to refuse."""
    status: int = 400


OPENAI = error("Unrecognized request argument supplied: FIELD", type="invalid_request_error", param=None, code=None)
BALANCE = error("Insufficient Balance", type="unknown_error", param=None, code="invalid_request_error")
QUOTA = error("You exceeded your current quota, please check your plan and billing details.", code="insufficient_quota")
PROVIDERS = {
    "ollama": Row(
        "ollama/qwen3:8b",
        {"error": "invalid options: FIELD"},
        refusal(503, {"error": "server busy, please try again.  maximum pending requests exceeded"}),
        None,
        {"/api/show": {"model_info": {"general.architecture": "qwen3", "qwen3.context_length": 40960}}},
        32768,
    ),
    "lmstudio": Row(
        "lmstudio/google/gemma-3-4b",
        {"error": "Unrecognized key(s) in object: 'FIELD'"},
        refusal(503, {"error": "Model is loading"}),
        None,
        {
            "/api/v0/models": {
                "data": [{"id": "google/gemma-3-4b", "max_context_length": 131072, "loaded_context_length": 4096}]
            }
        },
        4096,
    ),
    "llamacpp": Row(
        "llamacpp/any",
        error("Field 'FIELD': unknown field", code=400, type="invalid_request_error"),
        refusal(503, error("Loading model", code=503, type="unavailable_error")),
        None,
        {"/props?model=any": {"default_generation_settings": {"n_ctx": 8192}}},
        8192,
    ),
    "vllm": Row(
        "vllm/Qwen/Qwen3-8B",
        {"object": "error", "message": str(DETAIL), "type": "BadRequestError", "param": None, "code": 400},
        refusal(503, error("The server is overloaded", code=503)),
        None,
        {"/v1/models": {"data": [{"id": "Qwen/Qwen3-8B", "max_model_len": 40960}]}},
        40960,
        ("logit_bias",),
    ),
    "openai": Row(
        "openai/gpt-4o",
        OPENAI,
        refusal(
            429,
            error(
                "Rate limit reached for gpt-4o on tokens per min (TPM): Limit 30000. Please try again in 20ms.",
                code="rate_limit_exceeded",
            ),
        ),
        refusal(429, QUOTA),
        window=128_000,
        refuses=SENT_EXTRAS,
    ),
    "gpt-5": Row(
        "openai/gpt-5-mini",
        error("Unsupported parameter: 'FIELD' is not supported with this model.", param="FIELD"),
        refusal(429, error("Rate limit reached", code="rate_limit_exceeded"), **{"retry-after-ms": "20"}),
        refusal(429, QUOTA),
        window=272_000,
        refuses=(*SENT_EXTRAS, "temperature", "top_p", "max_tokens"),
    ),
    "anthropic": Row(
        "anthropic/claude-sonnet-4-5",
        error("FIELD: Extra inputs are not permitted", type="invalid_request_error", code="invalid_request_error"),
        refusal(
            429, error("Number of request tokens has exceeded your per-minute rate limit"), **{"retry-after": "0.02"}
        ),
        refusal(400, error("Your credit balance is too low to access the Anthropic API.")),
        window=200_000,
    ),
    "gemini": Row(
        "gemini/gemini-2.5-flash",
        error('Invalid JSON payload received. Unknown name "FIELD": Cannot find field.', code=400),
        refusal(
            429,
            [
                error(
                    "You exceeded your current quota, please check your plan and billing details.",
                    status="RESOURCE_EXHAUSTED",
                    details=[{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "0.02s"}],
                )
            ],
        ),
        refusal(429, [error("Your prepayment credits are depleted.", status="RESOURCE_EXHAUSTED")]),
        {"/v1beta/models/gemini-2.5-flash": {"inputTokenLimit": 1048576}},
        1_048_576,
        (*SENT_EXTRAS, "seed"),
    ),
    "openrouter": Row(
        "openrouter/meta-llama/llama-3.3-70b-instruct",
        error("Provider returned error", code=400, metadata={"raw": json.dumps({"detail": DETAIL})}),
        refusal(
            429,
            error("Rate limit exceeded: free-models-per-min."),
            **{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time() * 1000))},
        ),
        refusal(402, error("Insufficient credits. Add more using the credits page.", code=402)),
        {"/api/v1/models": {"data": [{"id": "meta-llama/llama-3.3-70b-instruct", "context_length": 131072}]}},
        131_072,
    ),
    "deepseek": Row(
        "deepseek/deepseek-chat",
        error("Failed to deserialize the JSON body into the target type: unknown field `FIELD`"),
        refusal(503, error("Service is too busy.")),
        refusal(402, BALANCE),
        window=128_000,
        refuses=("response_format",),
    ),
    "mistral": Row(
        "mistral/mistral-large-latest",
        {"object": "error", "message": {"detail": DETAIL}, "type": "invalid_request_error", "param": None},
        refusal(429, {"object": "error", "message": "Requests rate limit exceeded", "code": "1300"}),
        refusal(402, {"detail": "Payment required"}),
        {"/v1/models": {"data": [{"id": "mistral-large-latest", "max_context_length": 131072}]}},
        131_072,
        (*SENT_EXTRAS, "seed", "stream_options"),
        422,
    ),
    "groq": Row(
        "groq/llama-3.3-70b-versatile",
        error("property 'FIELD' is unsupported", type="invalid_request_error"),
        refusal(429, error("Rate limit reached on requests per minute (RPM). Please try again in 0.02s.")),
        refusal(402, error("Payment required")),
        {"/openai/v1/models": {"data": [{"id": "llama-3.3-70b-versatile", "context_window": 131072}]}},
        131_072,
        SENT_EXTRAS,
    ),
    "dashscope": Row(
        "dashscope/qwen-max",
        error("Unexpected field FIELD", code="invalid_parameter_error"),
        refusal(
            429,
            error(
                "You exceeded your current quota, please check your plan and billing details. For details, see: "
                "https://help.aliyun.com/error-code#token-limit",
                code="insufficient_quota",
            ),
            **{"Retry-After": "0.02"},
        ),
        refusal(400, error("Access denied, please make sure your account is in good standing.", code="Arrearage")),
        refuses=SENT_EXTRAS,
    ),
    "moonshot": Row(
        "moonshot/kimi-k2.6",
        error("invalid FIELD: only 1 is allowed for this model", type="invalid_request_error"),
        refusal(
            429,
            error("request reached organization max RPM: 3, please try again after 0.02 seconds"),
        ),
        refusal(429, error("Your account is suspended", type="exceeded_current_quota_error")),
        {"/v1/models": {"data": [{"id": "kimi-k2.6", "context_length": 262144}]}},
        262_144,
        ("temperature", "top_p"),
    ),
    "zhipu": Row(
        "zhipu/glm-4.6",
        error("不支持的参数 FIELD", code="1210"),
        refusal(429, error("您的账户已达到速率限制，请您控制请求频率", code="1302"), **{"Retry-After": "0.02"}),
        refusal(429, error("余额不足或无可用资源包,请充值。", code="1113")),
    ),
    "azure": Row(
        "azure/my gpt-4o",
        OPENAI,
        refusal(
            429,
            error("Requests have exceeded token rate limit of your current OpenAI S0 pricing tier."),
            **{"retry-after-ms": "20", "Retry-After": "1"},
        ),
        refusal(429, QUOTA),
        refuses=SENT_EXTRAS,
    ),
}


def says(row: Row, text: str) -> Sent:
    """A reply in the provider's own form."""
    if not row.model.startswith("ollama/"):
        return sse(chunk(text, finish="stop"))
    pieces = [
        {"message": {"role": "assistant", "content": piece}, "done": False} for piece in re.findall(r"\S+\s*", text)
    ]
    last = {"message": {"content": ""}, "done": True, "done_reason": "stop", "prompt_eval_count": 21, "eval_count": 7}
    return 200, JSON, "".join(f"{json.dumps(event)}\n" for event in [*pieces, last]).encode()


def replaying(row: Row, also: str = "") -> Callable[[dict[str, Any]], Sent]:
    """An endpoint that refuses what the provider is published to refuse, and `also`."""

    def answer(body: dict[str, Any]) -> Sent:
        sent = body | body.get("options", {})
        for name in (*row.refuses, *filter(None, [also])):
            if name in sent:
                return refusal(row.status, json.loads(json.dumps(row.refused).replace("FIELD", name)))
        return says(row, TEXT)

    return answer


@pytest.fixture(params=PROVIDERS)
def row(request: pytest.FixtureRequest) -> Row:
    return PROVIDERS[request.param]


Place = Callable[[Raw], None]


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Place]:
    """Puts every provider at a server of the test, with all else that is known of it."""
    for entry in entries().values():
        for name in (*entry.key_env, entry.address_env or "OPENAI_BASE_URL"):
            monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)

    def placed(server: Raw) -> None:
        root = server.url.removesuffix("/v1")
        table = tmp_path / "providers.toml"
        table.write_text(re.sub(r'"https?://[^/"]+', f'"{root}', providers.PROVIDERS.read_text("utf-8")), "utf-8")
        monkeypatch.setattr(providers, "PROVIDERS", table)
        monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", root)
        for entry in entries().values():
            monkeypatch.setenv(entry.key_env[0], KEY)

    yield placed
    providers.read_table.cache_clear()


def asked(**fields: Any) -> Request:
    messages = (Message(role="system", content="Be brief."), Message(role="user", content="Write."))
    return Request(messages=messages, **{"max_tokens": 400, "seed": 3, "temperature": 0.5} | fields)


async def replies(row: Row, number: int = 1, **fields: Any) -> list[str]:
    model: Model = open_model(ModelConfig(model=row.model, retry_s=5, timeout_s=5))
    try:
        return [(await model.reply(asked(**fields))).text for _ in range(number)]
    finally:
        await model.aclose()


async def test_the_first_call_is_not_wasted(row: Row, place: Place) -> None:
    with Raw(replaying(row), row.told) as server:
        place(server)
        schema = {"type": "object"} if "response_format" in row.refuses else None
        assert await replies(row, top_p=0.9, json_schema=schema, **EXTRAS) == [TEXT]
    assert len(server.requests) == 1


async def test_the_key_goes_where_the_provider_reads_it(row: Row, place: Place) -> None:
    with Raw(replaying(row)) as server:
        place(server)
        await replies(row)
    sent = server.headers[0]
    if row.model.startswith("azure/"):
        assert (sent["api-key"], "authorization" in sent) == (KEY, False)
        assert server.paths == [f"/openai/deployments/{quote('my gpt-4o')}/chat/completions?api-version=2024-10-21"]
    else:
        assert sent["authorization"] == f"Bearer {KEY}"
        assert server.requests[0]["model"] == row.model.partition("/")[2]


async def test_what_else_it_refuses_is_learned_in_its_own_words(row: Row, place: Place) -> None:
    name = "stream_options" if "moonshot" in row.model else "seed" if "top_p" in row.refuses else "top_p"
    with Raw(replaying(row, name), row.told) as server:
        place(server)
        assert await replies(row, 2, top_p=0.9) == [TEXT, TEXT]
    held = [name in body | body.get("options", {}) for body in server.requests]
    assert held == [True, False, False]


@pytest.mark.slow
async def test_a_limit_of_its_is_waited_for(row: Row, place: Place) -> None:
    answers = [row.busy, says(row, TEXT)]
    with Raw(lambda _: answers.pop(0)) as server:
        place(server)
        assert await replies(row) == [TEXT]


async def test_an_account_without_money_is_told_at_once(row: Row, place: Place) -> None:
    if row.spent is None:
        return
    with Raw(lambda _: row.spent or says(row, TEXT)) as server:
        place(server)
        with pytest.raises(SetupError, match=r"the account behind \w+ has no credit left"):
            await replies(row)
    assert len(server.requests) == 1


async def test_its_window_is_looked_up(row: Row, place: Place) -> None:
    with Raw(replaying(row), row.told) as server:
        place(server)
        model = open_model(ModelConfig(model=row.model))
        assert await model.window() == row.window
        await model.aclose()


async def test_ollama_gets_the_window_that_a_request_needs_and_its_counts_are_read(place: Place) -> None:
    row = PROVIDERS["ollama"]
    with Raw(replaying(row), row.told) as server:
        place(server)
        model = open_model(ModelConfig(model=row.model))
        first = await model.reply(asked(json_schema={"type": "object"}))
        await model.reply(asked(max_tokens=20_000))
        await model.reply(asked())
        await model.aclose()
    assert (first.text, first.finish, first.usage.prompt_tokens, first.usage.completion_tokens) == (TEXT, "stop", 21, 7)
    assert server.paths == ["/api/chat"] * 3
    assert [r["options"]["num_ctx"] for r in server.requests] == [8192, 32768, 32768]
    sent = server.requests[0]
    assert sent["options"] == {"num_ctx": 8192, "num_predict": 400, "temperature": 0.5, "seed": 3}
    assert (sent["format"], sent["truncate"], sent["stream"]) == ({"type": "object"}, False, True)
    assert "max_tokens" not in sent


@pytest.mark.parametrize(
    ("shown", "extra", "window"),
    [
        ({"parameters": 'stop "x"\nnum_ctx    65536'}, {}, 65536),
        ({"parameters": "num_ctx many", "model_info": {"llama.context_length": 8192}}, {}, 8192),
        ({"model_info": {"llama.context_length": 131072}}, {"options": {"num_ctx": 4096}}, 4096),
        ({"model_info": {}}, {}, None),
        ([], {}, None),
    ],
)
async def test_a_window_of_ollamas_that_somebody_chose(
    place: Place, shown: object, extra: dict[str, Any], window: int | None
) -> None:
    with Raw(replaying(PROVIDERS["ollama"]), {"/api/show": shown}) as server:
        place(server)
        model = open_model(ModelConfig(model="ollama/m", extra_body=extra))
        assert await model.window() == window
        await model.reply(asked())
        await model.aclose()
    if extra:
        assert server.requests[0]["options"]["num_ctx"] == 4096


async def test_an_error_amid_ollamas_lines_is_tried_again(place: Place) -> None:
    row = PROVIDERS["ollama"]
    broken = b'{"message": {"content": "The kee"}, "done": false}\n{"error": "an error was encountered"}\n'
    answers: list[Sent] = [(200, JSON, broken), (200, JSON, broken[:50]), says(row, TEXT)]
    with Raw(lambda _: answers.pop(0)) as server:
        place(server)
        assert await replies(row) == [TEXT]


KNOWN = [
    ("openai/gpt-oss-20b", "http://localhost:8000/v1", "openai/gpt-oss-20b", "http://localhost:8000/v1"),
    ("ollama/m", "http://box:11434/v1", "ollama/m", "http://box:11434/v1"),
    ("meta-llama/x", "http://box/v1", "meta-llama/x", "http://box/v1"),
    ("openai:openai/gpt-oss-20b", "http://box/v1", "openai/gpt-oss-20b", "http://box/v1"),
    ("OpenRouter/meta-llama/llama-3.3", None, "meta-llama/llama-3.3", "https://openrouter.ai/api/v1"),
    ("ollama/hf.co/a/b:Q4", None, "hf.co/a/b:Q4", "http://localhost:11434/v1"),
    ("qwen3:8b", "http://127.0.0.1:11434/v1/", "qwen3:8b", "http://127.0.0.1:11434/v1/"),
    ("gpt-4o", None, "gpt-4o", "https://api.openai.com/v1"),
    ("ft:gpt-4o:me::1", None, "ft:gpt-4o:me::1", "https://api.openai.com/v1"),
]


@pytest.mark.parametrize(("model", "base_url", "name", "url"), KNOWN)
def test_an_address_wins_and_else_the_prefix_says_where(
    place: Place, model: str, base_url: str | None, name: str, url: str
) -> None:
    where = route(ModelConfig(model=model, base_url=base_url))
    assert (where.name, where.url) == (name, url)


def test_an_address_where_a_server_usually_is_tells_which_it_is(place: Place) -> None:
    found = [("http://127.0.0.1:11434/v1/", "ollama"), ("http://localhost:8080/v1", "llamacpp"), ("http://box/v1", "")]
    for url, prefix in found:
        assert route(ModelConfig(model="m", base_url=url)).provider.prefix == prefix


def test_the_clients_own_variable_is_an_address_for_names_that_servers_have(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://box/v1")
    found = {
        model: route(ModelConfig(model=model)) for model in ("openai/gpt-oss-20b", "a/b", "m", "ollama/m", "gemini/g")
    }
    assert [w.url == "http://box/v1" for w in found.values()] == [True, True, True, False, False]
    assert [w.name for w in found.values()] == ["openai/gpt-oss-20b", "a/b", "m", "m", "g"]


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("olama/x", "is it ollama/"),
        ("llama.cpp/x", "is it llamacpp/"),
        ("open-router/a/b", "is it openrouter/"),
        ("meta-llama/x", "--base-url URL, or one of these before a slash: ollama, "),
        ("ollama/", "ollama/NAME"),
        ("/x", "no provider ''"),
    ],
)
def test_a_name_that_says_nothing_of_where_is_refused_with_what_would(place: Place, model: str, said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        open_model(ModelConfig(model=model))


@pytest.mark.parametrize("name", [p.prefix for p in entries().values() if p.base_url.startswith("https")])
def test_a_missing_key_names_its_variable(place: Place, name: str) -> None:
    with pytest.raises(SetupError, match=f"set {entries()[name].key_env[0]}.*longwriter models"):
        open_model(ModelConfig(model=f"{name}/m"))


def test_a_key_of_another_provider_is_never_taken(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert route(ModelConfig(model="anthropic/m")).key_env == ("ANTHROPIC_API_KEY",)
    assert route(ModelConfig(model="ollama/m")).key_env == ("OLLAMA_API_KEY",)
    assert route(ModelConfig(model="anthropic/m", key_env="MINE")).key_env == ("MINE",)
    stated = route(ModelConfig(model="m", base_url="https://api.deepseek.com/v1/"))
    assert (stated.provider.prefix, stated.key_env) == ("deepseek", ("DEEPSEEK_API_KEY", "OPENAI_API_KEY"))


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("box", "http://box:11434/v1"),
        ("0.0.0.0", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0:8000", "http://127.0.0.1:8000/v1"),
        (":9000", "http://127.0.0.1:9000/v1"),
        ("https://o.example.org/", "https://o.example.org/v1"),
        ("http://box:1/v1", "http://box:1/v1"),
        ("[::]:5", "http://[::1]:5/v1"),
        ("", "http://localhost:11434/v1"),
    ],
)
def test_ollamas_own_variable_in_its_forms(place: Place, monkeypatch: pytest.MonkeyPatch, host: str, url: str) -> None:
    monkeypatch.setenv("OLLAMA_HOST", host)
    assert route(ModelConfig(model="ollama/m")).url == url


@pytest.mark.parametrize(
    ("endpoint", "url", "query"),
    [
        ("https://r.openai.azure.com/", "https://r.openai.azure.com/openai/deployments/d", "2024-10-21"),
        ("https://r.openai.azure.com/openai", "https://r.openai.azure.com/openai/deployments/d", "2024-10-21"),
        ("https://g.example.org/x/openai/deployments/d", "https://g.example.org/x/openai/deployments/d", "2024-10-21"),
        ("https://r.openai.azure.com/openai/v1/", "https://r.openai.azure.com/openai/v1", None),
    ],
)
def test_azures_addresses(
    place: Place, monkeypatch: pytest.MonkeyPatch, endpoint: str, url: str, query: str | None
) -> None:
    for config in (ModelConfig(model="azure/d", base_url=endpoint), ModelConfig(model="azure/d")):
        where = route(config)
        assert (where.name, where.url, where.query.get("api-version")) == ("d", url, query)
        monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", endpoint)
    monkeypatch.setenv("AZURE_OPENAI_API_VERSION", "2026-01-01")
    assert route(ModelConfig(model="azure/d")).query.get("api-version") == ("2026-01-01" if query else None)


def test_azure_without_an_address_says_what_to_set(place: Place) -> None:
    with pytest.raises(SetupError, match=r"AZURE_OPENAI_ENDPOINT.*--base-url"):
        open_model(ModelConfig(model="azure/d"))


@pytest.mark.parametrize(
    ("model", "price"),
    [("ollama/gpt-4o", 0.0), ("openai/gpt-4o", 2.5), ("gguf:x", 0.0), ("azure/d", None), ("a/b", None)],
)
def test_a_price_is_of_the_place_and_the_name_there(place: Place, model: str, price: float | None) -> None:
    found = load_prices().price_for(ModelConfig(model=model))
    assert (found.input if found else None) == price
    assert model != "ollama/gpt-4o" or found == FREE


async def test_a_setting_that_is_known_to_be_refused_is_told_once(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    row = PROVIDERS["gpt-5"]
    with Raw(replaying(row)) as server:
        place(server)
        await replies(row, 2)
    assert [r.getMessage() for r in caplog.records] == ["gpt-5-mini does not accept temperature; going on without"]
    assert server.requests[0]["max_completion_tokens"] == 400


def test_every_entry_is_whole() -> None:
    for prefix, entry in entries().items():
        assert re.fullmatch("[a-z]+", prefix)
        assert entry.base_url or entry.address_env
        assert entry.key_env
        for kind in entry.kind:
            re.compile(kind.match)
    assert Headers  # the type that keeps secrets out of files is the config's own
    assert ModelConfig.model_fields["headers"].repr is False
