"""A tokenizer of transformers as GGUF keeps it: tokens, merges, marks, and the name of how text is cut before merging.

llama.cpp knows ways of cutting by names alone, so a tokenizer.json has to be one of those below, character by character;
its expressions are those of the models' own files. SentencePiece vocabularies are not written.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

import gguf
from gguf import TokenType
from transformers import PreTrainedTokenizerBase

from longwriter.errors import InputError

_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_BYTES = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True}
_PLAIN_BYTES = _BYTES | {"use_regex": False}


def _split(expression: str) -> list[dict[str, object]]:
    split = {"type": "Split", "pattern": {"Regex": expression}, "behavior": "Isolated", "invert": False}
    return [split, _PLAIN_BYTES]


CUTS: dict[str, list[dict[str, object]]] = {  # name in llama.cpp -> steps of tokenizer.json
    "gpt-2": [_BYTES],
    "smollm": [{"type": "Digits", "individual_digits": True}, _BYTES],
    "llama-bpe": _split(_WORDS % "{1,3}"),
    "qwen2": _split(_WORDS % ""),
}
WHOLE_FIRST = ("llama-bpe",)
"""A piece that is a token as a whole is not merged from its bytes (`ignore_merges`)."""


def add_vocabulary(writer: gguf.GGUFWriter, tokenizer: PreTrainedTokenizerBase, size: int, ends: list[int]) -> None:
    """Put a tokenizer into a file.

    Args:
        writer: the file.
        tokenizer: a fast one, of byte-level BPE.
        size: rows of the table of words; what the tokenizer lacks of it is filled with tokens that nothing makes.
        ends: tokens that end a reply, the tokenizer's own first; llama.cpp has places for three.

    Raises:
        InputError: a tokenizer that llama.cpp would read otherwise.
    """
    if not tokenizer.is_fast:
        raise InputError("no GGUF is made of a tokenizer without a tokenizer.json; merge the model alone: --merge")
    tree = json.loads(tokenizer.backend_tokenizer.to_str())
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(cut_of(tree))
    tokens, types = _tokens(tree, size)
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    merges = tree["model"]["merges"]
    writer.add_token_merges([pair if isinstance(pair, str) else " ".join(pair) for pair in merges])
    _add_marks(writer, tokenizer, ends)
    if isinstance(tokenizer.chat_template, str):
        # Marks of what is trained on, which templates of TRL hold and llama.cpp does not know.
        template = re.sub(r"({%-?\s*)generation(\s*-?%})", r"\1if true\2", tokenizer.chat_template)
        writer.add_chat_template(re.sub(r"({%-?\s*)endgeneration(\s*-?%})", r"\1endif\2", template))


def cut_of(tree: Mapping[str, Any]) -> str:
    """The name in llama.cpp of how a tokenizer.json cuts text. Raises InputError where there is none."""
    model, normalizer, cut = tree["model"], tree.get("normalizer"), tree.get("pre_tokenizer") or {}
    if model["type"] != "BPE" or model.get("byte_fallback"):
        raise InputError("no GGUF is made of SentencePiece vocabularies here; merge the model alone: --merge")
    steps = cut["pretokenizers"] if cut.get("type") == "Sequence" else [cut]
    known = [{key: value for key, value in step.items() if key != "trim_offsets"} for step in steps]
    name = next((name for name, wanted in CUTS.items() if known == wanted), None)
    unmerged = bool(model.get("ignore_merges")) == (name in WHOLE_FIRST)
    if name is None or not unmerged or (normalizer or {"type": "NFC"}) != {"type": "NFC"}:
        raise InputError(
            f"the tokenizer cuts text as none of {', '.join(CUTS)} does, and llama.cpp would read other tokens; merge the "
            "model (--merge), and convert it with llama.cpp's own convert_hf_to_gguf.py"
        )
    return name


def _tokens(tree: Mapping[str, Any], size: int) -> tuple[list[str], list[TokenType]]:
    """Every token by its number, and what each is."""
    tokens = [f"[PAD{number}]" for number in range(size)]
    types = [TokenType.UNUSED] * size
    for token, number in tree["model"]["vocab"].items():
        tokens[number], types[number] = token, TokenType.NORMAL
    for entry in tree["added_tokens"]:
        if entry["id"] < size:  # transformers adds what a class of tokenizers usually has; a model cannot read more
            tokens[entry["id"]] = entry["content"]
            types[entry["id"]] = TokenType.CONTROL if entry["special"] else TokenType.USER_DEFINED
    return tokens, types


def _add_marks(writer: gguf.GGUFWriter, tokenizer: PreTrainedTokenizerBase, ends: list[int]) -> None:
    places = (writer.add_eos_token_id, writer.add_eot_token_id, writer.add_eom_token_id)
    if len(ends) > len(places):
        raise InputError(f"{len(ends)} tokens end a reply, and GGUF has places for three: see generation_config.json")
    for add, end in zip(places, ends, strict=False):
        add(end)
    named = (
        (writer.add_bos_token_id, tokenizer.bos_token_id),
        (writer.add_unk_token_id, tokenizer.unk_token_id),
        (writer.add_pad_token_id, tokenizer.pad_token_id),
    )
    for add, number in named:
        if number is not None:
            add(number)
    first = tokenizer("a")["input_ids"][0]
    writer.add_add_bos_token(tokenizer.bos_token_id is not None and first == tokenizer.bos_token_id)
