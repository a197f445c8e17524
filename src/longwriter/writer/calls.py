"""Every model call of a run goes through here.

1. A call has a *step*: a name such as `section:3f2a:0` that says what it is for. 2. If the journal holds a reply for the
step, that is the answer and nothing is spent. 3. Otherwise the ceilings are checked, the model is asked, and the reply is
journalled before anyone sees it; `mend` may make it fit before. 4. `forget` makes the journal's replies for some steps void
(a plan that could not be read). 5. What a reply held when its run was stopped is kept (`partial`), and taken up by `adopt`.
So whoever runs the same steps again after a kill gets the same replies, and pays only for what was not finished.
"""

import copy
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from longwriter.errors import CeilingReached, EmptyReply, InputError, SetupError, TruncatedPrompt
from longwriter.journal import Entry, Journal, digest
from longwriter.models.base import Listener, Model, ModelConfig
from longwriter.models.prices import Price
from longwriter.models.tokens import TokenCounter, estimate_tokens
from longwriter.types import Message, Reply, Request, Usage
from longwriter.writer.events import OnEvent, ReportedCall, unwatched
from longwriter.writer.manuscript import call_names
from longwriter.writer.outcome.spent import Ceilings, Spent
from longwriter.writer.records.calls import CallRecord, ForgetRecord, PartialRecord, RoleName, WastedRecord
from longwriter.writer.records.kinds import note, numbered
from longwriter.writer.records.revised import RevisionRecord
from longwriter.writer.records.written import DraftsRecord

KINDS = CallRecord, WastedRecord, PartialRecord, ForgetRecord, DraftsRecord, RevisionRecord

MESSAGE_TOKENS = 8
"""What a chat template adds to a message, rounded up."""


@dataclass(frozen=True)
class Drawn:
    """A reply that no step has yet."""

    record: CallRecord
    """What the journal will hold of it, with the model's own text."""
    reserved: Usage
    """Counted as spent from before the call until it is settled or wasted, so that calls side by side stay under the
    ceilings together."""


class Role:
    """A model in its role, with its price and its token counts."""

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

    def __init__(
        self,
        journal: Journal,
        roles: Mapping[str, Role],
        ceilings: Ceilings,
        run: str = "",
        price_for: Callable[[ModelConfig], Price | None] = lambda _: None,
    ) -> None:
        """`roles`: `writer` and `planner`. `run`: a name for it that holds when it is resumed, for servers' caches.

        `price_for`: prices of models that write drafts. A ceiling on cost needs known prices: InputError otherwise.
        """
        self.journal, self.roles, self.ceilings, self.run = journal, roles, ceilings, run
        self._price_for = price_for
        self._drafters: dict[str, Role] = {}
        """Models of drafts that another one writes, of judges and of other models that mend, by what the names of their calls
        begin with."""
        self._costs: dict[str, float | None] = {}
        self._ended: dict[str, float] = {}
        self.spent = Spent()
        self.on_event: OnEvent = unwatched
        self._asked = count(1)
        self._replies: dict[str, Reply] = {}
        self._forgotten: Counter[str] = Counter()
        self._under_way: list[Usage] = []
        self._partial: dict[str, PartialRecord] = {}
        for role in roles.values() if ceilings.cost is not None else ():
            if role.price is None:
                raise InputError(_unpriced(role))
        self.take(journal)

    def take(self, entries: Iterable[Entry]) -> None:
        """Follow entries of the journal that are not folded yet. Raises RunError for one that is none of ours."""
        for _, record in numbered(self.journal, entries, *KINDS):
            if isinstance(record, CallRecord):
                if not isinstance(record, WastedRecord):
                    self._replies[record.step] = record.reply
                    self._partial.pop(record.step, None)
                self._count(record)
            elif isinstance(record, PartialRecord):
                self._partial[record.step] = record
            elif isinstance(record, ForgetRecord):
                self._drop(record.steps)
            elif isinstance(record, DraftsRecord):
                self.expect(record, None)
            elif isinstance(record, RevisionRecord):
                self.expect_revision(record)

    def expect(self, order: DraftsRecord, model: Model | None) -> None:
        """Know whose calls those of a section's drafts are, where another model writes them. `model` None: not open here."""
        if order.model is not None:
            role = Role(model or self.roles["writer"].model, self._price_for(order.model))
            self._drafters |= {call_names(order.id, 0, number): role for number in order.numbers}

    def expect_revision(self, revision: RevisionRecord, judge: Model | None = None, by: Model | None = None) -> None:
        """Know whose calls those of a revision are, where another model judges or mends. None: it is not open here."""
        named = ((judge_calls, revision.judge, judge), (mending_calls, revision.by, by))
        for steps, config, model in named:
            if config is not None:
                role = Role(model or self.roles["writer"].model, self._price_for(config))
                self._drafters[steps(revision.number)] = role

    def of_draft(self, steps: str) -> "Calls":
        """The calls for a draft, of a judge or for edits, by the model whose they are; what is asked and spent is this run's.

        Raises SetupError where a ceiling on cost could not hold, because that model's price is unknown.
        """
        if steps not in self._drafters:
            return self
        role = self._drafters[steps]
        if self.ceilings.cost is not None and role.price is None:
            raise SetupError(_unpriced(role))
        other = copy.copy(self)
        other.roles = {**self.roles, "writer": role}
        return other

    def cost_of(self, steps: str) -> float | None:
        """What the calls took whose names begin so, in US dollars; None: a price is unknown."""
        costs = [cost for step, cost in self._costs.items() if step.startswith(steps)]
        return None if any(cost is None for cost in costs) else sum(filter(None, costs))

    def ended(self, steps: str) -> float | None:
        """When the last call ended whose name begins so, in seconds since 1970; None: it is not known."""
        return max((at for step, at in self._ended.items() if step.startswith(steps)), default=None)

    def forget(self, prefixes: tuple[str, ...], why: str) -> None:
        """Make all journalled replies void whose step begins with one of these."""
        note(self.journal, ForgetRecord(steps=prefixes, why=why))
        self._drop(prefixes)

    def redone(self, prefix: str) -> int:
        """How often replies of these steps were made void."""
        return self._forgotten[prefix]

    def _drop(self, prefixes: tuple[str, ...]) -> None:
        self._forgotten.update(prefixes)
        for step in [s for s in self._replies if s.startswith(prefixes)]:
            del self._replies[step]

    def known(self, step: str) -> Reply | None:
        """The journalled reply of a step, if there is one."""
        return self._replies.get(step)

    def begun(self, steps: str) -> bool:
        """Whether there is a reply, or a part of one, whose name begins so."""
        return any(step.startswith(steps) for step in (*self._replies, *self._partial))

    def keep(self, role_name: RoleName, step: str, text: str) -> None:
        """Journal what a reply holds so far, for the case that it never ends."""
        self._keep(PartialRecord(step=step, role=role_name, text=text))

    def stop(self, step: str) -> None:
        """Journal that the reply of a step was stopped, with what was kept of it."""
        if step in self._partial:
            self._keep(self._partial[step].model_copy(update={"stopped": True}))

    def _keep(self, record: PartialRecord) -> None:
        note(self.journal, record, durable=False)
        self._partial[record.step] = record

    def partial(self, step: str) -> str:
        """What a reply that never ended held, "" for none."""
        return self._partial[step].text if step in self._partial else ""

    def killed(self, step: str) -> bool:
        """Whether the process was killed under a reply that never ended."""
        return step in self._partial and not self._partial[step].stopped

    def adopt(self, step: str, reply: Reply) -> Reply:
        """Make what was kept of a step its reply, or what stands there without the model."""
        partial = self._partial.pop(step, None)
        role_name: RoleName = partial.role if partial else "writer"
        # its tokens are noted: without the model they may count otherwise
        usage = Usage(completion_tokens=self.roles[role_name].counter.count(reply.text))
        reply = reply.model_copy(update={"usage": usage})
        return self._record(
            CallRecord(step=step, role=role_name, estimate=0, prompt_tokens=0, seconds=0.0, reply=reply)
        )

    async def ask(
        self,
        role_name: RoleName,
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
        self, role_name: RoleName, step: str, request: Request, *, expect: int, listener: Listener | None = None
    ) -> "Drawn":
        """A reply that no step has yet: `settle` it, or `waste` it."""
        role = self.roles[role_name]
        prompt_tokens = role.prompt_tokens(request)
        reply_tokens = min(expect, request.max_tokens or expect)
        expected = Usage(  # at its most expensive: nothing read from a cache, all written to it
            prompt_tokens=prompt_tokens, completion_tokens=reply_tokens, cache_write_tokens=prompt_tokens
        )
        self._check_ceilings(role, expected)
        estimate = sum(estimate_tokens(m.content) + MESSAGE_TOKENS for m in request.messages)
        request = request.model_copy(update={"cache_key": f"longwriter-{digest(f'{self.run} {role_name}')}"})
        peak = role.peak
        began, started = time.time(), time.monotonic()
        self._under_way.append(expected)
        reported = self._reported(step, listener)
        reply = None
        try:
            reply = await role.model.reply(request, reported)
        finally:
            if reply is None:  # it failed, or was cancelled
                self._under_way.remove(expected)
            if isinstance(reported, ReportedCall):
                reported.end(reply)
        record = CallRecord(
            step=step,
            role=role_name,
            estimate=estimate,
            prompt_tokens=prompt_tokens,
            began=round(began, 3),
            seconds=round(time.monotonic() - started, 3),
            peak=peak,
            reply=reply,
        )
        drawn = Drawn(record, expected)
        window = None
        if reply.usage.prompt_tokens is not None and reply.finish != "cut":
            window = role.counter.truncated(estimate, reply.usage.prompt_tokens)
        if window is not None:
            self.waste(drawn)
            raise TruncatedPrompt(
                f"{role.model.name} read only {window:,} of about {prompt_tokens:,} prompt tokens: its server cuts them. "
                f"Raise its context (Ollama: num_ctx or OLLAMA_CONTEXT_LENGTH), or go on with --window {window}",
                window,
            )
        return drawn

    def _reported(self, step: str, listener: Listener | None) -> Listener | None:
        """The listener, with what it hears reported to the run's watcher; as it is where nobody watches."""
        if self.on_event is unwatched:
            return listener
        return ReportedCall(next(self._asked), step, listener, self.on_event)

    def waste(self, drawn: Drawn) -> None:
        """Count a reply that nothing is made of; its text is not kept."""
        self._under_way.remove(drawn.reserved)
        reply = drawn.record.reply
        usage = reply.usage.model_copy(update={"completion_tokens": self._written_tokens(drawn.record)})
        bare = Reply(text="", finish=reply.finish, usage=usage)
        record = WastedRecord(**dict(drawn.record) | {"reply": bare})
        note(self.journal, record, durable=False)
        self._count(record)

    def settle(self, drawn: Drawn, mend: Callable[[Reply], Reply] = lambda reply: reply) -> Reply:
        """Make a reply that of its step, as `mend` leaves it. What `mend` raises makes it a wasted one."""
        own = drawn.record.reply
        try:
            reply = mend(own)
        except EmptyReply as error:
            self.waste(drawn)
            raise type(error)(f"{self.roles[drawn.record.role].model.name}: {error}") from None
        self._under_way.remove(drawn.reserved)
        raw = None if reply.text == own.text else own.text
        return self._record(drawn.record.model_copy(update={"reply": reply, "raw": raw}))

    def _record(self, record: CallRecord) -> Reply:
        note(self.journal, record)
        self._replies[record.step] = record.reply
        self._partial.pop(record.step, None)
        self._count(record)
        return record.reply

    def _written_tokens(self, call: CallRecord) -> int:
        """Tokens of a reply, as the server counted them, else estimated."""
        told, counter = call.reply.usage.completion_tokens, self._role_of(call).counter
        return counter.count(call.reply.text) + counter.count(call.reply.thinking) if told is None else told

    def _role_of(self, call: CallRecord) -> Role:
        begins = f"{call.step.rpartition(':')[0]}:", f"{call.step.partition('.')[0]}."
        return next((self._drafters[steps] for steps in begins if steps in self._drafters), self.roles[call.role])

    def _count(self, call: CallRecord) -> None:
        """Add a call to what was spent; tokens that the server did not count are estimated."""
        role, told = self._role_of(call), call.reply.usage
        if told.prompt_tokens is not None:
            role.counter.observe(call.estimate, told.prompt_tokens)
        usage = Usage(
            prompt_tokens=call.prompt_tokens if told.prompt_tokens is None else told.prompt_tokens,
            completion_tokens=self._written_tokens(call),
            cached_tokens=told.cached_tokens,
            cache_write_tokens=told.cache_write_tokens,
        )
        peak = call.peak
        spent, cost = self.spent, role.cost(usage, peak=peak)
        before = self._costs.get(call.step, 0.0)
        self._costs[call.step] = None if cost is None or before is None else before + cost
        if call.began is not None:
            self._ended[call.step] = call.began + call.seconds
        spent.calls += 1
        spent.avoided, spent.let_through = (
            spent.avoided + call.reply.avoided,
            spent.let_through + call.reply.let_through,
        )
        spent.prompt_tokens += usage.prompt_tokens or 0
        spent.completion_tokens += usage.completion_tokens or 0
        spent.took(call)
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


def judge_calls(revision: int) -> str:
    """What the names of the calls of a revision's judge begin with."""
    return f"judge:{revision}:"


def mending_calls(revision: int) -> str:
    """What the names of the calls for a revision's edits begin with: see `Mending`."""
    return f"revise:{revision}."


def _unpriced(role: Role) -> str:
    return f"no price is known for {role.model.name}, so --max-cost cannot hold: add it to a price file (--prices)"


def user(text: str, system: str | None = None) -> tuple[Message, ...]:
    """A request's messages: the user's text, after the system's if there is one."""
    messages = (Message(role="user", content=text),)
    return (Message(role="system", content=system), *messages) if system else messages
