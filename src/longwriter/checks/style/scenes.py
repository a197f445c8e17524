"""Passages of a sample to be gone on from: one of each kind of scene, with the names masked.

A kind is told by marks alone, so in any language: much speech, none, or none in long sentences.
"""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from longwriter.checks.along.reading import read
from longwriter.checks.style.profile import StyleScene
from longwriter.intake.noticed import SPEECH
from longwriter.text import count_words, word_spans

FEWEST, MOST = 60, 130
"""Words of a scene."""
LOOKED_AT = 400
"""Candidates, evenly over the sample."""
MASKS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def scenes_of(texts: Sequence[str], language: str) -> tuple[StyleScene, ...]:
    """Up to three scenes: speech, telling, describing."""
    found = [scene for text in texts for scene in _candidates(text)]
    found = found[:: max(1, len(found) // LOOKED_AT)]
    names = _names(texts) if language not in ("de", "zh", "ja") else set()
    rated = []
    for text in found:
        reading = read(text)
        speech = sum(end - start for start, end in (m.span() for m in SPEECH.finditer(text))) / len(text)
        marked = sum(text[s:e] in names for s, e in zip(reading.starts.tolist(), reading.ends.tolist(), strict=True))
        rated.append((text, speech, len(reading.starts) / max(1, len(np.unique(reading.sentence))), marked))
    scenes = list[StyleScene]()
    for kind, able in (
        ("speech", [r for r in rated if 0.35 <= r[1] <= 0.8]),
        ("telling", sorted((r for r in rated if r[1] == 0), key=lambda r: r[2])[: len(rated) // 3]),
        ("describing", sorted((r for r in rated if r[1] == 0), key=lambda r: -r[2])[: len(rated) // 3]),
    ):
        taken = {scene.text for scene in scenes}
        able = [r for r in able if mask(r[0], names) not in taken]
        if able:
            few = min(r[3] for r in able)
            able = [r for r in able if r[3] == few]
            usual = float(np.median([r[2] for r in able]))
            best = min(able, key=lambda r: abs(r[2] - usual))[0]
            scenes.append(StyleScene(kind=kind, text=mask(best, names)))
    return tuple(scenes)


def _candidates(text: str) -> list[str]:
    """Neighbouring paragraphs of `FEWEST` to `MOST` words together, none of them a heading or a list."""
    out, held, size = list[str](), list[str](), 0
    for line in filter(str.strip, text.splitlines()):
        words = count_words(line)
        if size + words > MOST or re.match(r"\s*(?:#{1,6}\s|[-*+|>]\s|\d+[.)]\s|\W*$)", line):
            held, size = [], 0
        if words <= MOST and not re.match(r"\s*(?:#{1,6}\s|[-*+|>]\s|\d+[.)]\s|\W*$)", line):
            held, size = [*held, line.strip()], size + words
        if size >= FEWEST:
            out.append("\n\n".join(held))
            held, size = [], 0
    return out


def _names(texts: Sequence[str]) -> set[str]:
    """Words that begin with a capital inside of sentences, and are seldom written otherwise."""
    capital, small = Counter[str](), Counter[str]()
    for text in texts:
        reading = read(text[:400_000])
        inside = (np.diff(reading.sentence, prepend=-1) == 0).tolist()
        spans = zip(reading.starts.tolist(), reading.ends.tolist(), inside, strict=True)
        for start, end, within in spans:
            word = text[start:end]
            if word[0].isupper():
                capital[word] += within
            else:
                small[word] += 1
    return {w for w, n in capital.items() if n > small[w.lower()] and len(w) > 1 and not w.startswith(("I'", "I’"))}


def mask(text: str, names: set[str]) -> str:
    """The text with a letter and a dash for each name, as old novels have them."""
    starts, ends = word_spans(text)
    out, last, known = list[str](), 0, dict[str, str]()
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        word = text[start:end]
        bare = re.sub(r"['’]s$", "", word)
        if word in names or bare in names:
            letter = known.setdefault(bare, MASKS[len(known) % len(MASKS)])
            out += [text[last:start], f"{letter}—" + word[len(bare) :]]
            last = end
    return "".join([*out, text[last:]])
