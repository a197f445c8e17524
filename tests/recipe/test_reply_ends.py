"""Whether a model learns to stop: a template that writes an end, one that leaves it to the next turn, one with no mark."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

from datasets import Dataset  # noqa: E402
from tests.helpers.tiny import QWEN, TEMPLATE, recipe, tokenizer  # noqa: E402
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast  # noqa: E402

from longwriter.errors import InputError  # noqa: E402
from longwriter.train.data.chat import encode  # noqa: E402
from longwriter.train.data.ends import ReplyEnd, reply_end, stop_tokens  # noqa: E402
from longwriter.train.data.tokenizer import open_tokenizer  # noqa: E402
from longwriter.train.methods.dpo import ended  # noqa: E402
from longwriter.train.recipe import read_recipe  # noqa: E402
from longwriter.train.run.setup import open_model  # noqa: E402

pytestmark = pytest.mark.recipe

PAD, USER, WRITE, END = range(4)  # tiny's special tokens
GLM = (
    "{% for m in messages %}<|{{ 'user' if m.role == 'user' else 'write' }}|>\n{{ m.content }}{% endfor %}"
    "{% if add_generation_prompt %}<|write|>{% endif %}"
)
PLAIN = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}"
BETWEEN = (
    "{% for m in messages %}{{ m.role }}: {{ m.content }}{% if not loop.last %}<|end|>{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|end|>assistant: {% endif %}"
)
TWO_TURNS = [
    {"role": "user", "content": "a"},
    {"role": "assistant", "content": "b."},
    {"role": "user", "content": "c"},
    {"role": "assistant", "content": "d."},
]
CASES = {  # template -> how a reply ends, and the targets of two turns
    TEMPLATE: (ReplyEnd(END, True), "b.<|end|>d.<|end|>"),
    GLM: (ReplyEnd(USER, False), "\nb.<|user|>\nd.<|end|>"),
    PLAIN: (ReplyEnd(None, False), "b.\nd.\n<|end|>"),
    BETWEEN: (ReplyEnd(END, False), "b.<|end|>d.<|end|>"),
}


def opened(folder: Path, template: str) -> PreTrainedTokenizerFast:
    made = PreTrainedTokenizerFast(tokenizer_file=str(tokenizer(folder)), eos_token="<|end|>", pad_token="<|pad|>")
    made.chat_template = template
    return made


@pytest.mark.parametrize("template", CASES)
def test_targets_end_with_a_token_at_which_the_model_stops(tmp_path: Path, template: str) -> None:
    tok = opened(tmp_path, template)
    end, targets = CASES[template]
    assert reply_end(tok) == end
    (sample,) = encode([TWO_TURNS], tok)
    assert tok.decode(sample.ids[sample.counted]) == targets
    shown = tok.apply_chat_template(TWO_TURNS, tokenize=False)
    assert tok.decode(sample.ids) in (shown, shown + "<|end|>"), "what is read is what a server shows"


def test_a_tokenizer_stops_at_what_its_model_and_its_template_stop_at(tmp_path: Path) -> None:
    tok = opened(tmp_path, TEMPLATE)
    assert stop_tokens(tok, None) == END
    assert stop_tokens(tok, [WRITE, END]) == [END, WRITE]
    assert stop_tokens(tok, 77) == END, "another tokenizer's id, here a part of a word"
    tok.chat_template = GLM
    assert stop_tokens(tok, None) == [END, USER]
    tok.chat_template = None
    assert stop_tokens(tok, PAD) == [END, PAD]


def test_opening_a_model_keeps_the_tokens_at_which_it_stops(tmp_path: Path) -> None:
    tok = opened(tmp_path, GLM)
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(**QWEN | {"vocab_size": 320}))
    model.generation_config.eos_token_id = [END, WRITE]
    model.save_pretrained(tmp_path / "init")
    tok.save_pretrained(tmp_path / "init")
    none = dict.fromkeys(("new", "tokenizer", "special_tokens", "chat_template"))
    settings = read_recipe(recipe(tmp_path / "r.toml", model={"init": str(tmp_path / "init")} | none))
    found = open_model(settings, open_tokenizer(settings.model))
    assert found.generation_config.eos_token_id == [END, USER, WRITE]


def test_a_template_that_takes_no_conversation_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="refuses a user's turn, a reply and another turn: no"):
        reply_end(opened(tmp_path, "{{ raise_exception('no') }}"))


def test_a_template_that_begins_the_thinking_for_a_reply_which_has_none_is_named(tmp_path: Path) -> None:
    """DeepSeek-R1's and QwQ's end a prompt with <think>, and show replies without what was thought."""
    tok = opened(tmp_path, TEMPLATE.replace("<|write|>{% endif %}", "<|write|><think>\n{% endif %}"))
    with pytest.raises(InputError, match="begins a reply with '<think>', and shows the data's replies without it"):
        encode([TWO_TURNS], tok)


@pytest.mark.parametrize(("template", "said"), [(TEMPLATE, "b."), (GLM, "b.<|end|>")])
def test_preferences_end_too(tmp_path: Path, template: str, said: str) -> None:
    pair = {"prompt": TWO_TURNS[:1], "chosen": TWO_TURNS[1:2], "rejected": TWO_TURNS[1:2]}
    (found,) = ended(Dataset.from_list([pair]), opened(tmp_path, template))
    assert [found[side][0]["content"] for side in ("chosen", "rejected")] == [said, said]
    assert found["prompt"] == pair["prompt"]
