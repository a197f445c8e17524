"""A plan's line made backwards from a piece of a draft, by rules alone."""

from longwriter.text import count_words, head_words, sentence_ends

MOST_WORDS = 30
_LOOKED_AT = 20_000
"""Characters from a piece's beginning that its line is made of."""


def point(text: str, language: str) -> str:
    """One line of at most 30 words: the piece's first sentence, and its last one where there is room."""
    lines = [line for line in text[:_LOOKED_AT].splitlines() if not line.lstrip().startswith(("#", "|", "```", "[^"))]
    prose = " ".join(" ".join(lines).split())
    sentences, start = [], 0
    for end in sentence_ends(prose):
        sentences.append(prose[start:end].strip())
        start = end
    first = next((s for s in sentences if count_words(s) >= 4), prose)
    return head_words(first, MOST_WORDS).strip()
