"""Where a reply ends: at a token that the chat template writes after it, or where the next turn begins.

GLM's templates write nothing after a reply: it ends where the next turn begins, with <|user|>, which is among the tokens
at which the model stops. So that a model learns to stop under such a template too, the mark of the next turn is learnt
after each reply, and the tokenizer's end of text after the last one, as in LongWriter's own train/pre_tokenize_glm4.py.
"""

from dataclasses import dataclass

from jinja2 import TemplateError
from transformers import PreTrainedTokenizerBase

from longwriter.errors import InputError, first_line
from longwriter.models.local.turn_marks import mark_at_start

REPLY = "longwriter-reply"
"""Stands for a reply, to see what a template writes after it."""


@dataclass(frozen=True)
class ReplyEnd:
    """How a chat template goes on after a reply."""

    mark: int | None
    """The special token that follows a reply: an end of its own, or the next turn's beginning; None: there is none."""
    written: bool
    """Whether it follows the last reply of a conversation too."""


def reply_end(tokenizer: PreTrainedTokenizerBase) -> ReplyEnd:
    """What the tokenizer's chat template writes after a reply.

    Raises InputError where there is no template, or one that takes no plain conversation.
    """
    if tokenizer.chat_template is None:
        raise InputError("the tokenizer has no chat template; give one with model.chat_template = FILE (Jinja)")
    turns = [
        {"role": "user", "content": "."},
        {"role": "assistant", "content": REPLY},
        {"role": "user", "content": "."},
    ]
    try:
        last, between = (
            str(tokenizer.apply_chat_template(some, tokenize=False)).rpartition(REPLY)[2] for some in (turns[:2], turns)
        )
    except (TemplateError, ValueError, TypeError) as error:
        raise InputError(
            f"the chat template refuses a user's turn, a reply and another turn: {first_line(error)}; give another one "
            "(model.chat_template = FILE)"
        ) from error
    own = mark_at_start(last, tokenizer)
    return ReplyEnd(mark_at_start(between, tokenizer) if own is None else own, own is not None)


def stop_tokens(tokenizer: PreTrainedTokenizerBase, known: int | list[int] | None) -> int | list[int]:
    """The tokens at which a model stops: the tokenizer's end, its chat template's, and those that its config names.

    Args:
        tokenizer: the model's.
        known: eos_token_id of its generation_config. An id that is no special token of this tokenizer is left out: it
            was another tokenizer's.
    """
    special = {token for token, mark in tokenizer.added_tokens_decoder.items() if mark.special}
    mark = reply_end(tokenizer).mark if tokenizer.chat_template else None
    named = known if isinstance(known, list) else [known]
    ends = [tokenizer.eos_token_id, *([] if mark is None else [mark]), *(token for token in named if token in special)]
    found = list(dict.fromkeys(ends))
    return found if len(found) > 1 else found[0]
