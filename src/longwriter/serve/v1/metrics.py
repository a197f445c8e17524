"""What the server has done since it began, and what its runs are, as Prometheus reads it (text format 0.0.4)."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping

from longwriter.serve.v1.answers.usage import Took

TYPE = "text/plain; version=0.0.4; charset=utf-8"


class ServedCounts:
    """Counted since the server began; on the server's loop alone."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.began = time.monotonic()
        self.requests: Counter[tuple[str, str, str]] = Counter()
        """By endpoint, way (run, joined, upstream, none) and status."""
        self.seconds: Counter[str] = Counter()
        """Spent on answers, by endpoint."""
        self.streams = 0
        """Answers under way."""
        self.words = 0
        """Given in answers."""
        self.upstream = Took()
        """What requests took that went straight to the model."""


def metrics(counts: ServedCounts, rows: Iterable[object], waiting: int, spent: Mapping[str, float]) -> str:
    """The text. `rows`: of the list of runs; `waiting`: runs in the queue; `spent`: sums over the runs that this server read."""
    states, words, costs = Counter[str](), 0, 0.0
    for row in rows:
        states[row.state] += 1  # type: ignore[attr-defined]
        words += row.written or 0  # type: ignore[attr-defined]
        costs += row.cost or 0.0  # type: ignore[attr-defined]
    lines = list[str]()

    def say(name: str, kind: str, about: str, values: Iterable[tuple[Mapping[str, str], float]]) -> None:
        lines.append(f"# HELP longwriter_{name} {about}")
        lines.append(f"# TYPE longwriter_{name} {kind}")
        for labels, value in values:
            inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
            lines.append(f"longwriter_{name}{f'{{{inside}}}' if inside else ''} {value:g}" if value != int(value) else
                         f"longwriter_{name}{f'{{{inside}}}' if inside else ''} {int(value)}")  # fmt: skip

    say("up_seconds", "gauge", "Seconds since the server began.", [({}, time.monotonic() - counts.began)])
    say("runs", "gauge", "Runs by state.", [({"state": s}, n) for s, n in sorted(states.items())])
    say("runs_words", "gauge", "Words of all runs.", [({}, words)])
    say("runs_cost_dollars", "gauge", "Cost of all runs with known prices.", [({}, costs)])
    say("queue_length", "gauge", "Runs that wait for their turn.", [({}, waiting)])
    say("cost_today_dollars", "gauge", "Spent since midnight UTC.", [({}, spent.get("today", 0.0))])
    say("streams_open", "gauge", "Answers under way.", [({}, counts.streams)])
    named = [(dict(zip(("endpoint", "way", "status"), key, strict=True)), n) for key, n in sorted(counts.requests.items())]
    say("requests_total", "counter", "Requests by endpoint, way and status.", named)
    seconds = [({"endpoint": name}, n) for name, n in sorted(counts.seconds.items())]
    say("request_seconds_total", "counter", "Seconds spent on answers.", seconds)
    say("words_total", "counter", "Words given in answers.", [({}, counts.words)])
    calls = {"run": spent.get("calls", 0.0), "upstream": counts.upstream.calls}
    say("calls_total", "counter", "Calls of models, by runs that were read and by requests passed on.",
        [({"way": way}, n) for way, n in calls.items()])  # fmt: skip
    tokens = [
        ({"way": "run", "kind": "prompt"}, spent.get("prompt", 0.0)),
        ({"way": "run", "kind": "completion"}, spent.get("completion", 0.0)),
        ({"way": "upstream", "kind": "prompt"}, counts.upstream.prompt),
        ({"way": "upstream", "kind": "completion"}, counts.upstream.completion),
    ]
    say("tokens_total", "counter", "Tokens of those calls.", tokens)
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
