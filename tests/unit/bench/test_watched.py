"""What a refusal means: the run's end while the model is unproven, one item's failure once it has answered."""

import asyncio
from collections.abc import Callable

import pytest

from longwriter.bench.watched import WatchedWorker
from longwriter.errors import EmptyReply, LongWriterError, ModelError, PromptTooLong, SetupError
from longwriter.journal import Journal
from longwriter.steps.local import LocalEngine
from longwriter.steps.step import IN_A_ROW, Item, Result, StepRun, run_step
from longwriter.steps.workers import WithoutModel


class Scripted(WithoutModel):
    """Each item says after how many turns of the loop it ends, and how."""

    async def __call__(self, item: Item) -> Result:
        for _ in range(int(str(item["turns"]))):
            await asyncio.sleep(0)
        end = item["end"]
        if isinstance(end, LongWriterError):
            raise end
        return {"cost": end}


async def ran(*items: tuple[int, object], proven: bool = False) -> tuple[WatchedWorker, list[object]]:
    worker = WatchedWorker(Scripted(), proven=proven)
    calls = [worker({"id": str(n), "turns": turns, "end": end}) for n, (turns, end) in enumerate(items)]
    return worker, await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), 5)


def kinds(outcomes: list[object]) -> list[object]:
    return [type(one) if isinstance(one, Exception) else one for one in outcomes]


refused: Callable[[], SetupError] = lambda: SetupError("wrong key")  # noqa: E731


@pytest.mark.parametrize("turns", [(1, 1, 1), (1, 5, 9), (9, 1, 5)])
async def test_a_model_that_refuses_all_stops_the_run(turns: tuple[int, ...]) -> None:
    worker, outcomes = await ran(*((n, refused()) for n in turns))
    assert kinds(outcomes) == [SetupError] * 3
    assert worker.failures == {}


@pytest.mark.parametrize("turns", [(1, 1, 9), (9, 1, 1), (1, 30, 3), (3, 9, 1)])
async def test_a_refusal_waits_for_whom_the_model_answers(turns: tuple[int, ...]) -> None:
    first, answered, second = turns
    worker, outcomes = await ran((first, refused()), (answered, 0.5), (second, refused()))
    assert kinds(outcomes) == [ModelError, {"cost": 0.5}, ModelError]
    assert worker.failures == {"0": "wrong key", "2": "wrong key"}
    assert (worker.proven, worker.cost) == (True, 0.5)


async def test_a_model_that_answered_before_is_proven() -> None:
    worker, outcomes = await ran((0, refused()), proven=True)
    assert kinds(outcomes) == [ModelError]
    assert worker.failures == {"0": "wrong key"}


async def test_other_failures_prove_nothing_and_a_long_prompt_is_its_item_s_own() -> None:
    worker, outcomes = await ran((1, refused()), (4, EmptyReply("nothing")), (2, PromptTooLong("too long")))
    assert kinds(outcomes) == [SetupError, EmptyReply, PromptTooLong]
    assert worker.failures == {"1": "nothing", "2": "too long"}


class TooLong(WithoutModel):
    async def __call__(self, item: Item) -> Result:
        raise PromptTooLong("too long")


def test_any_number_of_prompts_that_are_too_long_stops_nothing() -> None:
    items: list[Item] = [{"id": str(n)} for n in range(IN_A_ROW + 10)]
    worker, journal = WatchedWorker(TooLong(), proven=True), Journal(None)
    assert run_step("write", items, worker, StepRun(journal, LocalEngine(4), lambda _: None), partial=True) == {}
    assert len(worker.failures) == IN_A_ROW + 10


async def test_an_unknown_cost_makes_the_sum_unknown() -> None:
    worker, _ = await ran((0, 0.25), (1, None), (2, 0.5))
    assert worker.cost is None
