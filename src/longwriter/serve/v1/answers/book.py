"""Which requests and which answers belong to which run, so that a retry joins its run and "continue" goes on with it.

Each run folder holds `api.jsonl`, one object a line: an `order` is a request that the run answers, by the digest of all that
decides its answer; an `answer` is a text that was given, by the digest of the text, and where in the run the next one begins;
`cancelled` names an order. What is found there at the start of the server is what another server has written.
"""

import json
import os
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from longwriter.errors import RunError
from longwriter.journal import digest
from longwriter.runs.folders import SETTINGS
from longwriter.serve.v1.request.body import ApiRequest
from longwriter.serve.v1.request.routing import normal
from longwriter.types import Record

FILE = "api.jsonl"
PRUNE_FROM = 1000
"""Orders from which on those of deleted runs are forgotten."""
HEAD = 200
"""Characters by which an answer is found that a client has cut."""
NOT_OF_THE_ANSWER = {
    *("stream", "stream_options", "background", "store", "user", "metadata", "safety_identifier", "prompt_cache_key"),
    *("prompt_cache_retention", "service_tier"),
}
"""Parameters that do not decide the text."""


class FedPlace(Record):
    """A place in a run's text: in a section, after so many characters of it; section -1 is the title."""

    section: int = -1
    chars: int = 0


class ApiOrder(Record):
    """A request that a run answers."""

    id: str
    at: float
    """Seconds since 1970."""
    model: str
    """As the client named it."""
    client: str = ""
    """Whose it is, where clients have keys: nobody else finds it."""
    begin: FedPlace = FedPlace()
    sections: tuple[str, ...] = ()
    """Ids of the sections that are the answer, once they are rewritten; (): the text from `begin` on."""
    entry: int = 0
    """Records of the journal that were there before it: calls after them are its own."""
    most: int | None = None
    """Words that the answer may have."""
    stop: tuple[str, ...] = ()
    background: bool = False
    """It goes on when nobody reads."""


class ApiAnswer(Record):
    """An answer that was given."""

    answer: str
    """Digest of the text."""
    head: str
    """Digest of its beginning."""
    order: str
    end: FedPlace


def request_digest(request: ApiRequest, client: str, key: str, number: int, *, unique: str = "") -> str:
    """What a request is known by; `key`: its Idempotency-Key; `number`: of the choice; `unique`: of a fresh one."""
    body = {name: value for name, value in request.body.items() if name not in NOT_OF_THE_ANSWER and value is not None}
    text = json.dumps([request.kind, body, client, key, number, unique], sort_keys=True, ensure_ascii=False)
    return digest(text) + digest(text[::-1])[:8]


class OrderBook:
    """The orders and answers of the runs of a folder."""

    def __init__(self, home: Path) -> None:
        """Reads what is there. A line that is none of ours is left out: it was torn by a kill."""
        self.home = home
        self._orders: dict[str, tuple[str, ApiOrder]] = {}
        self._last: dict[str, tuple[str, ApiAnswer]] = {}
        """The last answer of each order."""
        self._heads: defaultdict[str, list[tuple[str, ApiAnswer]]] = defaultdict(list)
        self.cancelled: set[str] = set()
        self._prune_at = PRUNE_FROM
        for file in sorted(home.glob(f"*/{FILE}"), key=lambda f: f.stat().st_mtime):
            for line in _lines(file):
                with suppress(ValidationError):
                    self._take(file.parent.name, line)

    def _take(self, run: str, line: Mapping[str, object]) -> None:
        if "order" in line and isinstance(line["order"], dict):
            order = ApiOrder.model_validate(line["order"])
            self._orders[order.id] = run, order
        elif "answer" in line:
            answer = ApiAnswer.model_validate(line)
            self._last[answer.order] = run, answer
            self._heads[answer.head].append((run, answer))
        elif "cancelled" in line:
            self.cancelled.add(str(line["cancelled"]))

    def _note(self, run: str, line: dict[str, object]) -> None:
        """Raises RunError where it cannot be written."""
        path = self.home / run / FILE
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                torn = bool(size := os.fstat(handle).st_size) and os.pread(handle, 1, size - 1) != b"\n"
                text = "\n" * torn + json.dumps(line, ensure_ascii=False) + "\n"
                os.write(handle, text.encode("utf-8", "replace"))
            finally:
                os.close(handle)
        except OSError as error:
            raise RunError(f"cannot write {path}: {error.strerror}") from error
        self._take(run, line)

    def there(self, run: str) -> bool:
        """Whether a run is still there."""
        return (self.home / run / SETTINGS).is_file()

    def find(self, order: str, hours: float | None = None) -> tuple[str, ApiOrder] | None:
        """The run of an order, and the order, if it is not older than that and the run is there."""
        found = self._orders.get(order)
        if found is None or not self.there(found[0]):
            return None
        return found if hours is None or time.time() - found[1].at <= 3600 * hours else None

    def add(self, run: str, order: ApiOrder) -> None:
        """Note an order."""
        self._note(run, {"order": order.model_dump(mode="json")})
        if len(self._orders) > self._prune_at:
            self._prune()

    def _prune(self) -> None:
        """Forget what belongs to runs that are deleted."""
        there = {run for run in {run for run, _ in self._orders.values()} if self.there(run)}
        self._orders = {k: v for k, v in self._orders.items() if v[0] in there}
        self._last = {k: v for k, v in self._last.items() if v[0] in there}
        heads = {head: [v for v in found if v[0] in there] for head, found in self._heads.items()}
        self._heads = defaultdict(list, {head: found for head, found in heads.items() if found})
        self._prune_at = max(PRUNE_FROM, 2 * len(self._orders))

    def cancel(self, order: str) -> None:
        """Note that an order is no longer wanted."""
        self._note(self._orders[order][0], {"cancelled": order})

    def answered(self, run: str, order: str, text: str, end: FedPlace) -> None:
        """Note an answer. One that is too short to be told from others is not noted."""
        plain = normal(text)
        line = ApiAnswer(answer=digest(plain), head=digest(plain[:HEAD]), order=order, end=end)
        known = self._last.get(order)
        if len(plain) >= HEAD and (known is None or known[1] != line):
            self._note(run, line.model_dump(mode="json"))

    def of_client(self, order: str, client: str) -> tuple[str, ApiOrder] | None:
        """The run of an order, and the order, if it is this client's."""
        found = self.find(order)
        return found if found is not None and found[1].client == client else None

    def last_answer(self, order: str, client: str) -> tuple[str, ApiAnswer] | None:
        """The run of an order of a client, and what was last given of it."""
        return self._last.get(order) if self.of_client(order, client) else None

    def run_of(self, text: str, client: str) -> tuple[str, ApiAnswer, bool] | None:
        """The run that gave a client a text, the answer, and whether it is the whole of that; None: none did."""
        plain = normal(text)
        if len(plain) < HEAD:
            return None
        begun = [found for found in self._heads.get(digest(plain[:HEAD]), ()) if self.of_client(found[1].order, client)]
        same = [found for found in begun if found[1].answer == digest(plain)]
        return (*same[-1], True) if same else (*begun[-1], False) if begun else None


def _lines(file: Path) -> Iterator[dict[str, object]]:
    for raw in file.read_bytes().splitlines():
        try:
            found = json.loads(raw)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            yield found
