"""What a planner sees of the sources: the title of each, and the sentences that tell most of it, within bounds. Pure."""

from collections.abc import Sequence

from longwriter.checks.citations.fence import harmless
from longwriter.checks.citations.records import SourceChunk
from longwriter.checks.citations.sources import SourceSet
from longwriter.text import count_words, head_words
from longwriter.writer.sources.telling import tellings

SHOWN_WORDS = 600
"""Of all sources together, with their titles."""
LEAST_SOURCE, MOST_SOURCE = 25, 120
"""Words of one source: of more sources than there is room for, those that the request is about."""
TITLE_WORDS = 20


def overview(sources: SourceSet, line: str) -> list[SourceChunk]:
    """Chunks with what is shown of them alone, in their order. `line`: what is planned."""
    numbers = list(dict.fromkeys(chunk.source for chunk in sources.chunks))
    most = SHOWN_WORDS // LEAST_SOURCE
    if len(numbers) > most:
        related = dict.fromkeys(chunk.source for chunk in sources.related(line, 10**9))
        numbers = sorted([*related, *(number for number in numbers if number not in related)][:most])
    room = min(MOST_SOURCE, SHOWN_WORDS // len(numbers))
    return [chunk for number in numbers for chunk in _shown(sources, number, room)]


def _shown(sources: SourceSet, number: int, room: int) -> list[SourceChunk]:
    """A source's title with its most telling sentences, or with its opening where it has none, in `room` words."""
    chunks = [chunk for chunk in sources.chunks if chunk.source == number]
    title = head_words(harmless(chunks[0].title), TITLE_WORDS).strip()
    left = room - count_words(title)
    told: dict[str, list[str]] = {}
    for telling in tellings(sources)[number]:
        words = count_words(telling.text)
        if words <= left:
            told.setdefault(telling.chunk, []).append(telling.text)
            left -= words
    if not told:
        told[chunks[0].id] = [head_words(harmless(chunks[0].text), max(1, left)).strip()]
    shown = [chunk for chunk in chunks if chunk.id in told]
    return [_only(chunk, title if at == 0 else "", told[chunk.id]) for at, chunk in enumerate(shown)]


def _only(chunk: SourceChunk, title: str, sentences: Sequence[str]) -> SourceChunk:
    return chunk.model_copy(update={"title": title, "place": "", "text": " ".join(sentences)})
