"""One HTML file that shows a GRPO run to a person: curves of every step, and samples of its rollouts. Opens offline.

Samples stand in the page as JSON, a block a step, whose <, > and & are escaped, so that no completion can end its block;
the script puts them on the screen as text and never as HTML. A content security policy allows this script by its hash,
and no network. Curves are SVG made here. Left out: what a page of `MOST_BYTES` cannot hold; it says what is missing.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template

from longwriter.characters import whole_characters
from longwriter.report.look import shared_style
from longwriter.report.svg import Curve, Panel, panel_svg
from longwriter.rewards.tags import read_tags
from longwriter.text import language
from longwriter.train.rollouts.hacking import WINDOW, HackingWatch
from longwriter.train.rollouts.stats import StepStats, by_group, chosen, step_stats
from longwriter.train.rollouts.store import Rollout, read_steps
from longwriter.train.run.log import LogEntry, names_of, read_log
from longwriter.train.run.log import points as points_of

SAMPLES = 8
"""Rollouts of a step on the page, where nothing else is said."""
MOST_BYTES = 32 * 2**20
"""Largest size of all samples; beyond it every second step's samples are left out, and so on."""
TEMPLATE = Path(__file__).parent / "page.html"
GENERATOR = '<meta name="generator" content="longwriter rollouts">'
"""By this, a page that may be replaced is known."""
LOGGED = {
    "kl": "KL to the start, nats per token",
    "entropy": "entropy, nats per token",
    "overuse": "overuse of a word (times its share at the start)",
    "distinct_2": "distinct word pairs (share)",
    "answer_share": "the answer's share of all words",
}
"""Keys of the run's log, alone or after drift/, that are drawn where they are there (`grpo.drift`)."""
Points = list[tuple[int, float]]
"""Step and value."""
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.S)


class KeptSamples:
    """The samples of as many steps as fit, evenly spaced, the first and the last among them."""

    def __init__(self, most_bytes: int) -> None:
        """`most_bytes`: of the blocks in UTF-8."""
        self.most, self.stride, self.count = most_bytes, 1, 0
        self.bytes = 0
        self._blocks: dict[int, tuple[int, str]] = {}
        self._sizes: dict[int, int] = {}
        self._last: tuple[int, str] | None = None

    def add(self, step: int, block: str) -> None:
        """The next step's block."""
        self._last = (step, block)
        if self.count % self.stride == 0:
            self._blocks[self.count] = self._last
            self._sizes[self.count] = len(block.encode())
            self.bytes += self._sizes[self.count]
        self.count += 1
        while self.bytes > self.most and len(self._blocks) > 1:
            self.stride *= 2
            self._blocks = {n: kept for n, kept in self._blocks.items() if n % self.stride == 0}
            self._sizes = {n: self._sizes[n] for n in self._blocks}
            self.bytes = sum(self._sizes.values())

    def __iter__(self) -> Iterator[tuple[int, str]]:
        """Steps and blocks."""
        yield from self._blocks.values()
        if self._last is not None and self._last not in self._blocks.values():
            yield self._last


def make_page(
    run: Path, samples: int = SAMPLES, tell: Callable[[int], None] = lambda _: None, most_bytes: int = MOST_BYTES
) -> str:
    """The page of a run. `tell` is called with each step that was read. Raises RunError for what cannot be read."""
    stats, kept, watch = list[StepStats](), KeptSamples(most_bytes), HackingWatch()
    same_length: dict[str, Points] = {}
    for turn, (step, rollouts) in enumerate(read_steps(run)):
        stats.append(step_stats(step, rollouts))
        watch.take(rollouts)
        for name, value in watch.corrected().items() if rollouts else ():
            same_length.setdefault(name, []).append((step, value))
        kept.add(step, block(chosen(rollouts, samples, turn)))
        tell(step)
    blocks = list(kept)
    template = TEMPLATE.read_text("utf-8").replace("/*shared*/", shared_style())
    script = _SCRIPT.search(template)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    return Template(template).substitute(
        generator=GENERATOR,
        policy=f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:",
        title=escape(run.resolve().name),
        told=_told(stats),
        signs=_signs(watch, len(stats)),
        curves="".join(panel_svg(panel) for panel in panels(stats, read_log(run), same_length)),
        table=_table(stats),
        samples_told=escape(_samples_told(stats, samples, [step for step, _ in blocks], run)),
        blocks="\n".join(f'<script type="application/json" class=step data-step="{s}">{b}</script>' for s, b in blocks),
    )


def block(rollouts: Sequence[Rollout]) -> str:
    """JSON of some rollouts of a step, safe within a script element."""
    groups = []
    for group, own in by_group(rollouts).items():
        first = own[0]
        told = first.model_dump(include={"id", "request", "prompt", "lower", "upper"})
        lang = "zh-Hans" if language(first.request) == "zh" else "en"
        groups.append({"group": group, "lang": lang, **told, "samples": [_sample(r) for r in own]})
    text = json.dumps(groups, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return whole_characters(text)


def _sample(rollout: Rollout) -> dict[str, object]:
    tagged = read_tags(rollout.completion, rollout.mode)
    text = {"raw": rollout.completion} if tagged.fault else {"think": tagged.think, "answer": tagged.answer}
    keys = {"cut", "think_words", "answer_words", "rewards", "why", "advantages", "advantage"}
    return rollout.model_dump(include=keys) | text | {"fault": tagged.fault}


def _signs(watch: HackingWatch, steps: int) -> str:
    """What speaks for a reward that is gamed, as paragraphs."""
    if steps < 2 * WINDOW:
        return f"<p class=soft>Signs of a gamed reward are looked for from {2 * WINDOW} steps on.</p>"
    told = "".join(f"<li>{escape(sign.told)}.</li>" for sign in watch.signs())
    if not told:
        return "<p class=soft>No reward went up while length, repetition, rules or favoured words speak against it.</p>"
    return f"<p>Signs of a gamed reward, first {WINDOW} steps against last:</p><ul>{told}</ul>"


def panels(
    stats: Sequence[StepStats], log: Sequence[LogEntry], same_length: Mapping[str, Points] | None = None
) -> list[Panel]:
    """What there is to be drawn, in the order of the page. `same_length`: means of rewards as `hacking` corrects them."""
    names = list(dict.fromkeys(name for s in stats for name in s.rewards))
    out = []
    for name in names:
        found = [(s.step, r) for s in stats if (r := s.rewards.get(name)) is not None and r.mean is not None]
        points = [(step, r.mean or 0.0) for step, r in found]
        corrected = (same_length or {}).get(name, [])
        top = 1.0 if all(0 <= value <= 1 for _, value in [*points, *corrected]) else None
        curves = [Curve("mean", points, [r.spread or 0.0 for _, r in found])]
        curves += [Curve("well-formed, at the first steps' length", corrected)] * bool(corrected)
        out.append(Panel(f"{name} reward", curves, top))
    out.append(Panel("words", [_line(stats, "answer_words", "answer"), _line(stats, "think_words", "think")]))
    out.append(Panel("repetition (share of repeated text)", [_line(stats, "repeated", "repeated")]))
    shares = [_line(stats, "cut", "cut"), _line(stats, "malformed", "malformed"), _line(stats, "flat", "flat groups")]
    out.append(Panel("share of rollouts and of groups", shares, 1.0))
    for key, title in LOGGED.items():
        names = [name for name in (key, f"drift/{key}") if name in names_of(log)]
        out.append(Panel(title, [Curve(key, points_of(log, name)) for name in names]))
    return out


def _line(stats: Sequence[StepStats], key: str, name: str) -> Curve:
    rows = [(s.step, s.model_dump()[key]) for s in stats]
    return Curve(name, [(step, value) for step, value in rows if value is not None])


def _told(stats: Sequence[StepStats]) -> str:
    rollouts, groups = sum(s.rollouts for s in stats), sum(s.groups for s in stats)
    missing = sum(r.missing for s in stats for r in s.rewards.values())
    lost = f"; {missing:,} scores missing" if missing else ""
    return f"Steps {stats[0].step:,} to {stats[-1].step:,}, {rollouts:,} rollouts of {groups:,} requests{lost}."


def _samples_told(stats: Sequence[StepStats], samples: int, steps: Sequence[int], run: Path) -> str:
    """What of the rollouts is on the page, and where the rest is."""
    most = max(s.rollouts for s in stats)
    told = (
        f"At most {samples} rollouts of a step are on this page (a step has up to {most:,}): of each group the best, "
    )
    told += "the worst and some between, by advantage."
    if len(steps) < len(stats):
        told += f" To keep it small, only {len(steps):,} of {len(stats):,} steps have samples."
    return f"{told} All of a step: longwriter rollouts {run.name} --step N --full"


def _table(stats: Sequence[StepStats]) -> str:
    """First, middle and last steps in numbers."""
    rows = sorted({0, len(stats) // 4, len(stats) // 2, 3 * len(stats) // 4, len(stats) - 1})
    names = list(dict.fromkeys(name for s in stats for name in s.rewards))
    head = ["step", *names, "answer words", "think words", "repeated", "cut", "malformed"]
    out = ["<tr>" + "".join(f"<th scope=col>{escape(h)}</th>" for h in head) + "</tr>"]
    for s in (stats[i] for i in rows):
        rewards = [found.mean if (found := s.rewards.get(name)) else None for name in names]
        cells = [f"{s.step:,}", *("–" if v is None else f"{v:.3f}" for v in rewards)]
        cells += ["–" if v is None else f"{v:,.0f}" for v in (s.answer_words, s.think_words)]
        cells += ["–" if v is None else f"{100 * v:.0f} %" for v in (s.repeated, s.cut, s.malformed)]
        first, *rest = cells
        out.append(f"<tr><th scope=row>{first}</th>" + "".join(f"<td>{cell}</td>" for cell in rest) + "</tr>")
    return "\n".join(out)
