"""Runs a worker on Ray Data: an item is a block of its own, and a pool of actors works on several at a time each.

The driver alone journals; actors send back JSON. Ray restarts an actor that dies, and gives its items to it again.
Nothing is reported to Ray's makers: usage statistics are switched off unless the user has said otherwise.
"""

import asyncio
import json
import logging
import math
import os
from collections.abc import Iterable
from typing import Any

os.environ.setdefault("RAY_AUTH_MODE", "disabled")  # read on import
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # its warnings are about restarts that the journal makes safe

import ray
import ray.data
from ray.exceptions import RayError, RayTaskError

from longwriter.errors import InputError, RunError
from longwriter.steps.step import KINDS, Item, Outcome, Outcomes, Worker, kind_of, outcome_of

OWN_RAY: dict[str, object] = {
    "object_store_memory": 200 * 2**20,  # items and results are small; Ray's default is a third of the memory
    "include_dashboard": False,
    "_node_ip_address": "127.0.0.1",
}
"""A Ray of this command's own, which ends with it and listens to this machine alone."""
MOST_BLOCKS = 10_000
"""Blocks cost Ray about 1 ms each; beyond so many items, a block holds several, done side by side."""


class _Actor:
    """One process with an entered worker."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.entered: asyncio.Future[None] | None = None

    async def __call__(self, block: dict[str, Any]) -> dict[str, list[str]]:
        """Columns `id` and `outcome` of a block of items."""
        if self.entered is None:
            self.entered = asyncio.ensure_future(self._enter())
        await self.entered
        items: list[Item] = [json.loads(item) for item in block["item"]]
        outcomes = await asyncio.gather(*(outcome_of(self.worker, item) for item in items))
        return {"id": [name for name, _ in outcomes], "outcome": [_packed(outcome) for _, outcome in outcomes]}

    async def _enter(self) -> None:
        await self.worker.__aenter__()


def _packed(outcome: Outcome) -> str:
    if isinstance(outcome, dict):
        return json.dumps({"result": outcome})
    return json.dumps({"kind": kind_of(outcome), "message": str(outcome)})


def _unpacked(text: str) -> Outcome:
    found = json.loads(text)
    if "kind" in found:
        return KINDS[found["kind"]](found["message"])
    result: Outcome = found["result"]
    return result


class RayEngine:
    """An engine on Ray, which is started on first use, and ends with this process."""

    def __init__(self, concurrency: int, address: str = "local") -> None:
        """`concurrency`: items under way at once, over all actors. `address`: of a running cluster, as `ray.init`'s."""
        self.concurrency, self.address = concurrency, address

    def run(self, items: Iterable[Item], worker: Worker) -> Outcomes:
        """Id and outcome of each item as it is finished, in any order."""
        rows = [{"item": json.dumps(item)} for item in items]
        self._start()
        actors = max(1, min(self.concurrency, int(ray.cluster_resources().get("CPU", 1)), len(rows)))
        found = ray.data.from_items(rows, override_num_blocks=min(len(rows), MOST_BLOCKS)).map_batches(
            _Actor,
            fn_constructor_args=(worker,),
            batch_size=None,
            batch_format="numpy",
            num_cpus=0.5,  # they wait for models; a whole core each would leave none to Ray's own reading tasks
            compute=ray.data.ActorPoolStrategy(
                size=actors, max_concurrent_calls_per_actor=math.ceil(self.concurrency / actors)
            ),
        )
        try:
            for block in found.iter_batches(batch_size=None, prefetch_batches=0, batch_format="numpy"):
                for name, outcome in zip(block["id"], block["outcome"], strict=True):
                    yield str(name), _unpacked(str(outcome))
        except RayTaskError:  # an exception of the worker's own code, which is not Ray's failure
            raise
        except RayError as error:
            raise RunError(f"Ray stopped: {str(error).partition(chr(10))[0]} The same command goes on") from error

    def _start(self) -> None:
        if not ray.is_initialized():
            extra = OWN_RAY if self.address == "local" else {}
            try:
                ray.init(address=self.address, log_to_driver=False, logging_level=logging.ERROR, **extra)
            except (ConnectionError, ValueError, RuntimeError) as error:
                raise InputError(f"no Ray at {self.address} ({error}); give --engine ray:HOST:PORT, or ray") from error
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        logging.getLogger("ray.data").setLevel(logging.ERROR)
