"""The tokenizer that a recipe names."""

from pathlib import Path

from transformers import AutoTokenizer, PreTrainedTokenizerBase, PreTrainedTokenizerFast

from longwriter.config import read_text
from longwriter.errors import InputError, first_line
from longwriter.train.recipe import ModelSettings


def open_tokenizer(model: ModelSettings) -> PreTrainedTokenizerBase:
    """The tokenizer that a recipe names. Raises InputError where it cannot be found."""
    name = model.tokenizer or model.init
    assert name is not None
    if name.endswith(".json"):
        if not Path(name).is_file():
            raise InputError(
                f"model.tokenizer: {name} does not exist; make it with longwriter data books --train-tokenizer"
            )
        tokenizer = PreTrainedTokenizerFast(tokenizer_file=name, **model.special_tokens)
    else:
        try:
            tokenizer = AutoTokenizer.from_pretrained(
                name, trust_remote_code=model.trust_remote_code, **model.special_tokens
            )
        except (OSError, ValueError) as error:
            raise InputError(f"model.tokenizer: no tokenizer in {name}: {first_line(error)}") from error
    if model.chat_template is not None:
        tokenizer.chat_template = read_text(Path(model.chat_template))
    if tokenizer.eos_token is None:
        raise InputError(
            f"the tokenizer of {name} has no end-of-text token; name one in model.special_tokens.eos_token"
        )
    return tokenizer
