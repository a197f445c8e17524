"""Tokens of a chat template that a base model was never trained on: adapters alone leave them as they are.

Llama-3.1-8B's template closes turns with <|eot_id|>, whose rows in the embedding and the head the base model never moved.
A model that is tuned with frozen rows cannot tell a turn's end from other unused tokens.
"""

from collections.abc import Collection

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase
from trl.trainer.utils import maybe_gather_lm_head_ctx

from longwriter.errors import InputError

FAINT = 0.01
"""A row's length over the median row's below which nothing trained it."""
CHAT = [{"role": role, "content": "a"} for role in ("user", "assistant", "user", "assistant")]


def check_chat_tokens(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, saved: Collection[str]) -> None:
    """Raises InputError where a frozen matrix has untrained rows, or none, for the chat template.

    `saved`: modules that are trained whole.
    """
    tokens = _marks(tokenizer)
    if not tokens:
        return
    check_ids(model, tokens[-1])
    matrices = [m for m in (model.get_input_embeddings(), model.get_output_embeddings()) if m is not None]
    if len(matrices) == 2 and matrices[0].weight is matrices[1].weight:
        matrices.pop()
    names = {id(module): name.rpartition(".")[2] for name, module in model.named_modules()}
    frozen = [m for m in matrices if names[id(m)] not in saved]
    for matrix in frozen:
        with maybe_gather_lm_head_ctx(matrix.weight):
            idle = _untrained(matrix.weight.detach(), tokens)
        if idle:
            raise InputError(
                f"model.lora leaves {names[id(matrix)]} as it is, where {', '.join(tokenizer.convert_ids_to_tokens(idle))} "
                "of the chat template was never trained; give lora.modules_to_save = "
                f"{[names[id(m)] for m in matrices]}, another template, or weights that know this one"
            )


def check_tokens(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
    """`check_ids` of the tokenizer's words, its end and padding, and the marks of its chat template."""
    special = [token for token in (tokenizer.eos_token_id, tokenizer.pad_token_id) if token is not None]
    check_ids(model, max([tokenizer.vocab_size - 1, *special, *_marks(tokenizer)]))


def check_ids(model: PreTrainedModel, highest: int) -> None:
    """Raises InputError where the model has no row for the highest token id, on which a GPU would stop without a reason."""
    rows = model.config.get_text_config().vocab_size
    if highest >= rows:
        raise InputError(
            f"the tokenizer makes token {highest:,} of the data, and the model's table ends at {rows - 1:,}: let "
            "model.special_tokens and model.chat_template name tokens that it has"
        )


def _marks(tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """The tokens of its chat template that are no words; none without a template."""
    if tokenizer.chat_template is None:
        return []
    used = set(tokenizer.apply_chat_template(CHAT, tokenize=True, return_dict=False))
    return sorted(used & set(tokenizer.added_tokens_decoder))


def _untrained(weight: torch.Tensor, tokens: list[int]) -> list[int]:
    """Those of the tokens whose rows are next to nothing, or the same as another's."""
    norms = torch.linalg.vector_norm(weight, dim=1, dtype=torch.float32)
    faint = {t for t in tokens if norms[t] < FAINT * norms.median()}
    same = {t for t in tokens for other in tokens if t != other and torch.equal(weight[t], weight[other])}
    return sorted(faint | same)
