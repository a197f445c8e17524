"""The picture of a GRPO run, curves.png: rewards, what there is to learn from, lengths, and how certain the policy is."""

import re
from pathlib import Path

from longwriter.train.run.curves import PICTURE, plot, save_png
from longwriter.train.run.log import names_of, read_log

PANELS = {
    "reward": r"rewards/(.+)/mean|rewards/(.+/same_length)|(eval_rewards/.+)/mean",
    "share of groups without spread": r"rewards/(.+)/flat|(flat)",
    "words": r"(think|answer|eval_answer)_words",
    "repeated words, distinct word pairs": r"(repetition|distinct_2)",
    "overuse of a word, times": r"(overuse)",
    "share of rollouts": r"(cut|malformed|eval_cut|eval_malformed)|rewards/(.+/missing)",
    "entropy, nats per token": r"(entropy)",
    "KL to the start, nats per token": r"(kl)",
}
"""Title -> keys of the log; what stands in brackets is the curve's name."""


def draw(folder: Path, title: str) -> None:
    """Draw what the log holds; nothing where there is no report yet."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import, and only now wanted

    log = read_log(folder)
    if not log:
        return
    keys = names_of(log)
    figure = Figure(figsize=(16, 7), layout="constrained")
    figure.suptitle(title)
    for axes, (panel, pattern) in zip(figure.subplots(2, 4).flat, PANELS.items(), strict=True):
        for match in filter(None, (re.fullmatch(pattern, key) for key in keys)):
            plot(axes, log, match[0], next(filter(None, match.groups())))
        axes.set(xlabel="step", title=panel)
        axes.grid(alpha=0.3)
        if axes.lines:
            axes.legend()
        else:
            axes.set(xticks=[], yticks=[])
            axes.text(0.5, 0.5, "not measured", ha="center", color="0.5", transform=axes.transAxes)
    save_png(figure, folder / PICTURE, dpi=110)
