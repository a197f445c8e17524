"""Every model call of a run goes through here.

1. A call has a *step*: a name such as `section:3f2a:0` that says what it is for. 2. If the journal holds a reply for the
step, that is the answer and nothing is spent. 3. Otherwise the ceilings are checked, the model is asked, and the reply is
journalled before anyone sees it; `mend` may make it fit before. 4. `forget` makes the journal's replies for some steps void
(a plan that could not be read). 5. What a reply held when its run was stopped is kept (`partial`), and taken up by `adopt`.
So whoever runs the same steps again after a kill gets the same replies, and pays only for what was not finished.
"""

import math
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from longwriter.errors import CeilingReached, EmptyReply, InputError, TruncatedPrompt
from longwriter.journal import Journal, digest
from longwriter.models.base import Listener, Model
from longwriter.models.prices import Price
from longwriter.models.tokens import TokenCounter, estimate_tokens
from longwriter.types import Message, Reply, Request, Usage
from longwriter.writer.events import OnEvent, unwatched
from longwriter.writer.told import Told

MESSAGE_TOKENS = 8
"""What a chat template adds to a message, rounded up."""


@dataclass(frozen=True)
class Ceilings:
    """When to stop."""

    cost: float | None = None
    tokens: int | None = None


@dataclass
class Spent:
    """What a run has used so far, calls of earlier commands included."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = 0.0
    """None: at least one call had no known price."""
    cached_tokens: int | None = None
    """Prompt tokens that servers read from their cache; None: none of them counts them."""
    countable_tokens: int = 0
    """Prompt tokens of the calls whose server counts the cached ones."""
    saved: float | None = None
    """In US dollars, by the cache, as far as it was counted and has a price; None: nowhere."""
    seconds: float = 0.0
    """Time that the models took, calls side by side counted each."""

    unplaced_s: float = 0.0
    _spans: list[tuple[float, float]] = field(default_factory=list)
    """When each call ran; seconds of the clock."""

    @property
    def tokens(self) -> int:
        """Prompt and completion together."""
        return self.prompt_tokens + self.completion_tokens

    @property
    def hit_rate(self) -> float | None:
        """Share of the prompts' tokens that was read from a cache; None: nobody counted."""
        if self.cached_tokens is None or not self.countable_tokens:
            return None
        return self.cached_tokens / self.countable_tokens

    def took(self, data: Mapping[str, object]) -> None:
        """Add the time of a call, as its journal entry tells it."""
        seconds, began = float(str(data["seconds"])), data.get("began")
        self.seconds += seconds
        if isinstance(began, int | float):
            self._spans.append((began, began + seconds))
        else:  # nothing was asked, or the entry is of a version that noted no time: it stands beside no other
            self.unplaced_s += seconds

    @property
    def wall_seconds(self) -> float:
        """Time in which a model was at work, calls side by side counted once."""
        total, until = self.unplaced_s, -math.inf
        for start, end in sorted(self._spans):
            total += max(0.0, end - max(start, until))
            until = max(until, end)
        return total


@dataclass(frozen=True)
class Drawn:
    """A reply with what the journal says of it."""

    reply: Reply
    data: dict[str, object]
    reserved: Usage
    """Counted as spent from before the call until it is settled or wasted, so that calls side by side stay under the
    ceilings together."""


class Role:
    """A model with its price and its token counts."""

    def __init__(self, model: Model, price: Price | None) -> None:
        """`price` None: unknown."""
        self.model, self.price = model, price
        self.counter = TokenCounter(model)

    def prompt_tokens(self, request: Request) -> int:
        """Best guess of a prompt's tokens, without margin."""
        return sum(self.counter.count(m.content) + MESSAGE_TOKENS for m in request.messages)

    @property
    def peak(self) -> bool:
        """Whether a call made now falls into expensive hours."""
        return self.price is not None and self.price.peak()

    def cost(self, usage: Usage, *, peak: bool = False) -> float | None:
        """What a call costs; None: unknown."""
        return None if self.price is None else self.price.cost(usage, peak=peak)


class Calls:
    """The one way from the writer to its models."""

    def __init__(self, journal: Journal, roles: Mapping[str, Role], ceilings: Ceilings, run: str = "") -> None:
        """`roles`: `writer` and `planner`. `run`: a name for it that holds when it is resumed, for servers' caches.

        A ceiling on cost needs known prices: InputError otherwise.
        """
        self.journal, self.roles, self.ceilings, self.run = journal, roles, ceilings, run
        self.spent = Spent()
        self.on_event: OnEvent = unwatched
        self._asked = 0
        self._replies: dict[str, Reply] = {}
        self._forgotten: Counter[str] = Counter()
        self._under_way: list[Usage] = []
        self._partial: dict[str, Mapping[str, object]] = {}
        if ceilings.cost is not None:
            for role in roles.values():
                if role.price is None:
                    raise InputError(
                        f"no price is known for {role.model.name}, so --max-cost cannot hold: add it to a price file (--prices)"
                    )
        for entry in journal:
            if entry.kind in ("call", "wasted"):
                reply = Reply.model_validate(entry.data["reply"])
                if entry.kind == "call":
                    self._replies[str(entry.data["step"])] = reply
                    self._partial.pop(str(entry.data["step"]), None)
                self._count(self.roles[str(entry.data["role"])], reply, entry.data)
            elif entry.kind == "partial":
                self._partial[str(entry.data["step"])] = entry.data
            elif entry.kind == "forget":
                self._drop([str(p) for p in _list(entry.data["steps"])])

    def forget(self, prefixes: list[str], why: str) -> None:
        """Make all journalled replies void whose step begins with one of these."""
        self.journal.append("forget", {"steps": prefixes, "why": why})
        self._drop(prefixes)

    def redone(self, prefix: str) -> int:
        """How often replies of these steps were made void."""
        return self._forgotten[prefix]

    def _drop(self, prefixes: list[str]) -> None:
        self._forgotten.update(prefixes)
        self._replies = {s: r for s, r in self._replies.items() if not s.startswith(tuple(prefixes))}

    def known(self, step: str) -> Reply | None:
        """The journalled reply of a step, if there is one."""
        return self._replies.get(step)

    def keep(self, role_name: str, step: str, text: str) -> None:
        """Journal what a reply holds so far, for the case that it never ends."""
        data: dict[str, object] = {"step": step, "role": role_name, "text": text}
        self.journal.append("partial", data, durable=False)
        self._partial[step] = data

    def partial(self, step: str) -> str:
        """What a reply that never ended held, "" for none."""
        return str(self._partial[step]["text"]) if step in self._partial else ""

    def adopt(self, step: str, reply: Reply) -> Reply:
        """Make what was kept of a step its reply."""
        role_name = str(self._partial.pop(step)["role"])
        data: dict[str, object] = {"step": step, "role": role_name, "estimate": 0, "prompt_tokens": 0, "seconds": 0.0}
        role = self.roles[role_name]
        usage = Usage(
            completion_tokens=role.counter.count(reply.text)
        )  # kept: without the model it may count otherwise
        return self._record(role, data, reply.model_copy(update={"usage": usage}))

    async def ask(
        self,
        role_name: str,
        step: str,
        request: Request,
        *,
        expect: int,
        listener: Listener | None = None,
        mend: Callable[[Reply], Reply] = lambda reply: reply,
    ) -> Reply:
        """The reply of a step, of about `expect` tokens, as `mend` leaves it.

        Raises CeilingReached, TruncatedPrompt, what `mend` raises and the model's errors.
        """
        if (known := self.known(step)) is not None:
            return known
        drawn = await self.draw(role_name, step, request, expect=expect, listener=listener)
        return self.settle(drawn, mend)

    async def draw(
        self, role_name: str, step: str, request: Request, *, expect: int, listener: Listener | None = None
    ) -> "Drawn":
        """A reply that no step has yet: `settle` it, or `waste` it."""
        role = self.roles[role_name]
        prompt_tokens = role.prompt_tokens(request)
        reply_tokens = min(expect, request.max_tokens or expect)
        expected = Usage(  # at its dearest: nothing read from a cache, all written to it
            prompt_tokens=prompt_tokens, completion_tokens=reply_tokens, cache_write_tokens=prompt_tokens
        )
        self._check_ceilings(role, expected)
        estimate = sum(estimate_tokens(m.content) + MESSAGE_TOKENS for m in request.messages)
        request = request.model_copy(update={"cache_key": f"longwriter-{digest(f'{self.run} {role_name}')}"})
        peak = role.peak
        began, started = time.time(), time.monotonic()
        self._under_way.append(expected)
        told = self._told(step, listener)
        reply = None
        try:
            reply = await role.model.reply(request, told)
        finally:
            if reply is None:  # it failed, or was cancelled
                self._under_way.remove(expected)
            if isinstance(told, Told):
                told.end(reply)
        data: dict[str, object] = {
            "step": step,
            "role": role_name,
            "estimate": estimate,
            "prompt_tokens": prompt_tokens,
            "began": round(began, 3),
            "seconds": round(time.monotonic() - started, 3),
        } | ({"peak": True} if peak else {})
        drawn = Drawn(reply, data, expected)
        read = None
        if reply.usage.prompt_tokens is not None and reply.finish != "cut":
            read = role.counter.truncated(estimate, reply.usage.prompt_tokens)
        if read is not None:
            self.waste(drawn)
            raise TruncatedPrompt(
                f"{role.model.name} read only {read:,} of about {prompt_tokens:,} prompt tokens: its server cuts them. "
                f"Raise its context (Ollama: num_ctx or OLLAMA_CONTEXT_LENGTH), or go on with --window {read}",
                read,
            )
        return drawn

    def _told(self, step: str, listener: Listener | None) -> Listener | None:
        """The listener, with the run's watcher told what it hears; as it is where nobody watches."""
        if self.on_event is unwatched:
            return listener
        self._asked += 1
        return Told(self._asked, step, listener, self.on_event)

    def waste(self, drawn: "Drawn") -> None:
        """Count a reply that nothing is made of; its text is not kept."""
        self._under_way.remove(drawn.reserved)
        role, reply = self.roles[str(drawn.data["role"])], drawn.reply
        guessed = role.counter.count(reply.text) + role.counter.count(reply.thinking)
        told = reply.usage.completion_tokens
        usage = reply.usage.model_copy(update={"completion_tokens": guessed if told is None else told})
        bare = Reply(text="", finish=reply.finish, usage=usage)
        self.journal.append("wasted", drawn.data | {"reply": bare.model_dump()}, durable=False)
        self._count(role, bare, drawn.data)

    def settle(self, drawn: "Drawn", mend: Callable[[Reply], Reply] = lambda reply: reply) -> Reply:
        """Make a reply that of its step, as `mend` leaves it. What `mend` raises makes it a wasted one."""
        try:
            reply = mend(drawn.reply)
        except EmptyReply as error:
            self.waste(drawn)
            raise type(error)(f"{self.roles[str(drawn.data['role'])].model.name}: {error}") from None
        self._under_way.remove(drawn.reserved)
        data = drawn.data if reply.text == drawn.reply.text else drawn.data | {"raw": drawn.reply.text}
        return self._record(self.roles[str(drawn.data["role"])], data, reply)

    def _record(self, role: Role, data: dict[str, object], reply: Reply) -> Reply:
        step = str(data["step"])
        self.journal.append("call", data | {"reply": reply.model_dump()})
        self._replies[step] = reply
        self._partial.pop(step, None)
        self._count(role, reply, data)
        return reply

    def _count(self, role: Role, reply: Reply, data: Mapping[str, object]) -> None:
        """Add a call to what was spent; tokens that the server did not count are estimated."""
        if reply.usage.prompt_tokens is not None:
            role.counter.observe(_number(data["estimate"]), reply.usage.prompt_tokens)
        told, guessed = reply.usage, role.counter.count(reply.text) + role.counter.count(reply.thinking)
        usage = Usage(
            prompt_tokens=_number(data["prompt_tokens"]) if told.prompt_tokens is None else told.prompt_tokens,
            completion_tokens=guessed if told.completion_tokens is None else told.completion_tokens,
            cached_tokens=told.cached_tokens,
            cache_write_tokens=told.cache_write_tokens,
        )
        peak = data.get("peak") is True
        spent, cost = self.spent, role.cost(usage, peak=peak)
        spent.calls += 1
        spent.prompt_tokens += usage.prompt_tokens or 0
        spent.completion_tokens += usage.completion_tokens or 0
        spent.took(data)
        spent.cost = None if cost is None or spent.cost is None else spent.cost + cost
        if usage.cached_tokens is not None and usage.prompt_tokens is not None:
            spent.cached_tokens = (spent.cached_tokens or 0) + min(usage.cached_tokens, usage.prompt_tokens)
            spent.countable_tokens += usage.prompt_tokens
        saved = None if role.price is None else role.price.saved(usage, peak=peak)
        if saved is not None:
            spent.saved = (spent.saved or 0.0) + saved

    def affordable(self, role: Role, usages: Sequence[Usage]) -> bool:
        """Whether so many more calls would stay under the ceilings, those under way counted as expected."""
        coming = [*usages, *self._under_way]
        tokens = self.spent.tokens + sum((u.prompt_tokens or 0) + (u.completion_tokens or 0) for u in coming)
        cost = (self.spent.cost or 0.0) + sum(role.cost(u, peak=role.peak) or 0.0 for u in coming)
        within_tokens = self.ceilings.tokens is None or tokens <= self.ceilings.tokens
        return within_tokens and (self.ceilings.cost is None or cost <= self.ceilings.cost)

    def _check_ceilings(self, role: Role, usage: Usage) -> None:
        """Refuse a call that is expected to pass a ceiling."""
        if not self.affordable(role, [usage]):
            spent = f"{self.spent.tokens:,} tokens" + (f", ${self.spent.cost:.4f}" if self.spent.cost else "")
            limits = {"--max-tokens": self.ceilings.tokens, "--max-cost": self.ceilings.cost}
            named = " or ".join(f"{k} {v:,}" for k, v in limits.items() if v is not None)
            raise CeilingReached(
                f"stopped at {spent}: the next call would pass {named}; what is written is a whole text as far as it "
                "goes. A higher ceiling goes on from here"
            )


def user(text: str, system: str | None = None) -> tuple[Message, ...]:
    """A request's messages: the user's text, after the system's if there is one."""
    messages = (Message(role="user", content=text),)
    return (Message(role="system", content=system), *messages) if system else messages


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value


def _list(value: object) -> list[object]:
    assert isinstance(value, list)
    return value
