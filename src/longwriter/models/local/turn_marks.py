"""Special tokens at the beginning of what a chat template wrote: where a reply ends, or the next turn begins."""

from typing import Any


def mark_at_start(text: str, tokenizer: Any) -> int | None:  # noqa: ANN401 - transformers is not typed
    """The special token with which a text begins, blanks before it skipped; None where there is none.

    `tokenizer`: of transformers.
    """
    begun = text.lstrip()
    marks = {str(mark): token for token, mark in tokenizer.added_tokens_decoder.items() if mark.special}
    return marks.get(max(filter(begun.startswith, marks), key=len, default=""))
