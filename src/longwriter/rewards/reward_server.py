"""A reward model behind a server: vLLM's /classify, /pooling and /score, and what speaks like them.

1. `reward_url` ends in the endpoint that is meant; a root such as http://localhost:8000 means its /classify. 2. Raw
scores are asked for (`use_activation` false, and the names that older servers give it): an activation over one label
would say 1 to everything. 3. value = sigmoid((score - reward_centre) / reward_scale). 4. A text that is too long for the
server, or an answer without a number, is None; nothing is cut and nothing guessed. Left out: streaming, batches.
"""

import asyncio
import json
import os
from collections.abc import Sequence
from urllib.parse import urlsplit

import httpx2

from longwriter.errors import InputError, SetupError, Unavailable
from longwriter.models.concurrency import together
from longwriter.models.servers.refusals import too_long
from longwriter.models.servers.retry import Backoff, asked_wait
from longwriter.rewards.base import FAILURE, RewardSettings, Verdict, calibrated

ENDPOINTS = ("classify", "pooling", "score")
CONNECT_S = 10.0
FIRST_CONTACT_S = 10.0
"""Retry budget for a server that never answered: it is more likely down or misspelt than busy."""
BUSY = (408, 409, 425, 429)
SAID_CHARS = 300
RAW = {"use_activation": False, "activation": False, "softmax": False}
"""Ask for scores before any activation. vLLM ignores the names that it does not know."""


class RewardServer:
    """Asks `settings.reward_url`. Opens new connections for each call of `score`, so any event loop may call it."""

    def __init__(self, settings: RewardSettings) -> None:
        """Raises InputError for what is not an address."""
        assert settings.reward_url is not None
        self._settings = settings
        self._url, self.endpoint = _endpoint(settings.reward_url)
        parts = urlsplit(self._url)
        self._shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        self._met = False

    async def score(self, texts: Sequence[tuple[str, str]]) -> list[Verdict]:
        """One verdict per (request, answer). Raises SetupError, or Unavailable once the retry budget is spent."""
        key = self._key()
        timeout = httpx2.Timeout(self._settings.timeout_s, connect=min(CONNECT_S, self._settings.timeout_s))
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        async with httpx2.AsyncClient(timeout=timeout, headers=headers) as client:
            calls = (self._ask(client, request, answer, key) for request, answer in texts)
            verdicts = await together(calls, self._settings.calls)
        if len(verdicts) > 1 and all(v.why.get("score") == 1 for v in verdicts):
            raise SetupError(
                f"{self._shown} says 1 to everything: it takes a softmax over one label; have it serve scores"
            )
        return verdicts

    async def aclose(self) -> None:
        """Nothing is held between calls."""

    def _key(self) -> str:
        key = os.environ.get(self._settings.reward_key_env, "").strip()
        if not (key.isascii() and (not key or key.isprintable())):
            raise SetupError(f"{self._settings.reward_key_env} holds characters that no key has")
        return key

    async def _ask(self, client: httpx2.AsyncClient, request: str, answer: str, key: str) -> Verdict:
        backoff = Backoff(self._settings.retry_s)
        body = self._body(request, answer)
        while True:
            asked_s, fault = None, ""
            try:
                response = await client.post(self._url, json=body)
            except httpx2.HTTPError as error:
                fault = f"{type(error).__name__} {error}".strip()
            else:
                self._met = True
                said = " ".join((response.text.replace(key, "***") if key else response.text).split())[:SAID_CHARS]
                asked_s, fault = asked_wait(response.headers), f"{response.status_code} {said}"
                if response.status_code == 200:
                    try:
                        return self._verdict(response.json())
                    except (json.JSONDecodeError, UnicodeDecodeError):
                        fault = f"the answer is not JSON: {said}"
                elif response.status_code < 500 and response.status_code not in BUSY:
                    return self._refused(response.status_code, said)
            wait = backoff.next_wait(asked_s, None if self._met else FIRST_CONTACT_S)
            if wait is None:
                raise Unavailable(self._gave_up(fault, backoff))
            await asyncio.sleep(wait)

    def _body(self, request: str, answer: str) -> dict[str, object]:
        named = {"model": self._settings.reward_name} if self._settings.reward_name else {}
        if self.endpoint == "score":
            return {**named, **RAW, "text_1": request, "text_2": answer}
        turns = [{"role": "user", "content": request}, {"role": "assistant", "content": answer}]
        return {**named, **RAW, "messages": turns, "add_special_tokens": False}  # the chat template brings its own

    def _verdict(self, answered: object) -> Verdict:
        """From the parsed answer; None where it holds no number. Raises SetupError for more than one label."""
        score = read_score(answered)
        if score is None:
            shown = json.dumps(answered, ensure_ascii=False)[:SAID_CHARS]
            return Verdict(None, {FAILURE: f"the server gave no number: {shown}"})
        return calibrated(score, self._settings.reward_centre, self._settings.reward_scale)

    def _refused(self, status: int, said: str) -> Verdict:
        if status in (400, 413, 422) and (status == 413 or too_long(said)):
            return Verdict(None, {FAILURE: f"too long for the reward model: {said}"})
        env = self._settings.reward_key_env
        if status in (401, 403):
            raise SetupError(f"{self._shown} wants a key that it accepts; set {env} ({status}: {said})")
        raise SetupError(f"{self._shown} refuses the request; is it a server of a reward model? ({status}: {said})")

    def _gave_up(self, fault: str, backoff: Backoff) -> str:
        tries = f"gave up after {backoff.tries} {'try' if backoff.tries == 1 else 'tries'} in {backoff.spent_s:.0f} s"
        if not self._met:
            return f"cannot reach a reward model at {self._shown}: is the server running? ({tries}: {fault})"
        return f"{self._shown} {tries}: {fault}; the same command goes on from here"


def _endpoint(url: str) -> tuple[str, str]:
    """The whole address, and which of `ENDPOINTS` it is. Raises InputError."""
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port beyond 65535, a broken IPv6 address
        usable = False
    if not usable:
        raise InputError("reward_url is no address; it looks like http://localhost:8000/classify")
    path = parts.path.rstrip("/")
    last = path.rpartition("/")[2]
    if last not in ENDPOINTS:
        path, last = f"{path}/classify", "classify"
    return parts._replace(path=path).geturl(), last


def read_score(answered: object) -> float | None:
    """The one score in an answer of /classify (`probs`), /pooling (`data`, of the last token) or /score (`score`).

    None where there is no number; NaN stays NaN. Raises SetupError where there are two: that is no reward model.
    """
    rows = answered.get("data") if isinstance(answered, dict) else None
    row = rows[0] if isinstance(rows, list) and len(rows) == 1 and isinstance(rows[0], dict) else {}
    found: object = next((row[name] for name in ("probs", "data", "score") if name in row), None)
    if isinstance(found, list) and found and isinstance(found[-1], list):
        found = found[-1]
    if isinstance(found, list):
        if len(found) > 1:
            raise SetupError(f"the server's model has {len(found)} labels; a reward model has one")
        found = found[0] if found else None
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None
