"""What the server has done since it began, and what its runs are, as Prometheus reads it (text format 0.0.4)."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from longwriter.api.states import WAITS
from longwriter.errors import LongWriterError
from longwriter.serve.rows import RunRow
from longwriter.serve.v1.answers.usage import Took
from longwriter.serve.v1.problems import problem_of

TYPE = "text/plain; version=0.0.4; charset=utf-8"


class ServedCounts:
    """Counted since the server began; on the server's loop alone."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.began = time.monotonic()
        self.requests: Counter[tuple[str, str, str]] = Counter()
        """By endpoint, way (run, joined, upstream, none) and status."""
        self.seconds: defaultdict[str, float] = defaultdict(float)
        """Spent on answers, by endpoint."""
        self.streams = 0
        """Answers under way."""
        self.words = 0
        """Given in answers."""
        self.upstream = Took()
        """What requests took that went straight to the model."""

    @contextmanager
    def under_way(self, endpoint: str, way: str) -> Iterator[None]:
        """Count an answer, its seconds and how it ended."""
        began, status = time.monotonic(), "dropped"
        self.streams += 1
        try:
            yield
            status = "200"
        except LongWriterError as error:
            status = str(problem_of(error).status)
            raise
        finally:
            self.streams -= 1
            self.seconds[endpoint] += time.monotonic() - began
            self.requests[endpoint, way, status] += 1


def metrics(counts: ServedCounts, rows: Sequence[RunRow], today: float, runs: Iterable[Took]) -> str:
    """The text. `today`: dollars spent; `runs`: what the runs took that clients have read."""
    states, total = Counter(row.state for row in rows), _sum(runs)
    lines = list[str]()

    def say(name: str, kind: str, about: str, values: Iterable[tuple[Mapping[str, str], float]]) -> None:
        lines.append(f"# HELP longwriter_{name} {about}")
        lines.append(f"# TYPE longwriter_{name} {kind}")
        for labels, value in values:
            inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
            shown = str(value) if isinstance(value, int) else f"{value:.6f}"
            lines.append(f"longwriter_{name}{f'{{{inside}}}' if inside else ''} {shown}")

    say("up_seconds", "gauge", "Seconds since the server began.", [({}, time.monotonic() - counts.began)])
    say("runs", "gauge", "Runs by state.", [({"state": s}, n) for s, n in sorted(states.items())])
    say("runs_words", "gauge", "Words of all runs.", [({}, sum(row.written for row in rows))])
    say(
        "runs_cost_dollars",
        "gauge",
        "Cost of all runs with known prices.",
        [({}, sum(row.cost or 0.0 for row in rows))],
    )
    say("queue_length", "gauge", "Runs that wait for their turn.", [({}, sum(row.why == WAITS for row in rows))])
    say("cost_today_dollars", "gauge", "Spent since midnight UTC.", [({}, today)])
    say("streams_open", "gauge", "Answers under way.", [({}, counts.streams)])
    named = [
        (dict(zip(("endpoint", "way", "status"), key, strict=True)), n) for key, n in sorted(counts.requests.items())
    ]
    say("requests_total", "counter", "Requests by endpoint, way and status.", named)
    seconds = [({"endpoint": name}, n) for name, n in sorted(counts.seconds.items())]
    say("request_seconds_total", "counter", "Seconds spent on answers.", seconds)
    say("words_total", "counter", "Words given in answers.", [({}, counts.words)])
    calls = {"run": total.calls, "upstream": counts.upstream.calls}
    say("calls_total", "counter", "Calls of models, by runs that were read and by requests passed on.",
        [({"way": way}, n) for way, n in calls.items()])  # fmt: skip
    tokens = [
        ({"way": "run", "kind": "prompt"}, total.prompt),
        ({"way": "run", "kind": "completion"}, total.completion),
        ({"way": "upstream", "kind": "prompt"}, counts.upstream.prompt),
        ({"way": "upstream", "kind": "completion"}, counts.upstream.completion),
    ]
    say("tokens_total", "counter", "Tokens of those calls.", tokens)
    return "\n".join(lines) + "\n"


def _sum(runs: Iterable[Took]) -> Took:
    total = Took()
    for one in runs:
        total = total.plus(one)
    return total


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
