"""The writer's own work grows with the text, not with its square: characters read per character written stay the same."""

import time
from collections import Counter

import pytest
from tests.helpers.making import fake, session, settings

from longwriter import journal, text
from longwriter.checks import passages
from longwriter.models.fake import FakeModel
from longwriter.writer import document, staleness
from longwriter.writer.section import context, earlier, section


class Instrumented(Counter[str]):
    """Characters that each function was given while a text was written."""

    def watch(self, patch: pytest.MonkeyPatch, module: object, name: str) -> None:
        real = getattr(module, name)

        def counting(given: str, *more: object) -> object:
            self[name] += len(given)
            return real(given, *more)

        patch.setattr(module, name, counting)


async def characters(words: int) -> tuple[Counter[str], int]:
    """What went through the writer's functions, and the length of the text."""
    seen = Instrumented()
    with pytest.MonkeyPatch.context() as patch:
        for module in (document, context, earlier, section):
            seen.watch(patch, module, "count_words")
        seen.watch(patch, passages, "_bag")
        seen.watch(patch, staleness, "digest")
        seen.watch(patch, context, "digest")
        seen.watch(patch, journal, "digest")
        seen.watch(patch, text, "word_spans")
        result = await session(fake(), settings(words=words, window=6000, section_words=200)).run()
    return seen, len(result.text)


@pytest.mark.slow
async def test_four_times_the_text_takes_four_times_the_work() -> None:
    (small, small_length), (large, large_length) = await characters(10_000), await characters(40_000)
    assert set(large) == {"count_words", "_bag", "digest", "word_spans"}
    for name, count in large.items():
        assert count / large_length < 1.6 * small[name] / small_length, name


@pytest.mark.slow
async def test_a_text_of_eight_times_the_words_takes_less_than_thirteen_times_the_cpu() -> None:
    async def cpu(words: int) -> float:
        model: FakeModel = fake()
        began = time.process_time()
        await session(model, settings(words=words)).run()
        return time.process_time() - began

    await cpu(5_000)  # patterns are compiled
    assert await cpu(160_000) < 13 * await cpu(20_000)
