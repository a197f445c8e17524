"""How likely a text is: what one pass over the whole gives, however it is cut into stretches."""

import json
from pathlib import Path

import pytest
from tests.helpers.tiny_llama import tiny_llama

from longwriter.errors import InputError, PromptTooLong, SetupError
from longwriter.models.local import likelihood
from longwriter.models.local.likelihood import Likelihood

torch = pytest.importorskip("torch", reason="the extra [local] is not installed")
transformers = pytest.importorskip("transformers", reason="the extra [local] is not installed")

ASKED, BEGUN = "<|user|>Lamps<|end|><|assistant|>", "<think>\nlit\n</think>\n\n"
PIECES = ["He lit it.", "\n\nThe café slept."]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_llama(tmp_path_factory.mktemp("llama"))


def by_hand(folder: Path) -> list[float]:
    """-ln p of each byte of the pieces, from one pass without a cache."""
    words = transformers.AutoTokenizer.from_pretrained(folder)
    ids = words(ASKED + BEGUN + "".join(PIECES), add_special_tokens=False, return_tensors="pt")["input_ids"]
    model = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    with torch.inference_mode():
        chances = model(ids, use_cache=False).logits[0].log_softmax(-1)
    first = len(words(ASKED + BEGUN, add_special_tokens=False)["input_ids"])
    return [-float(chances[i - 1, ids[0, i]]) for i in range(first, ids.shape[1])]


@pytest.mark.parametrize("stretch", [3, 512])
def test_pieces_have_the_nats_of_the_whole(folder: Path, stretch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likelihood, "STRETCH", stretch)
    each = by_hand(folder)
    found = Likelihood(f"hf:{folder}").of(ASKED, BEGUN, PIECES)
    assert [part.tokens for part in found] == [10, 18]  # bytes: é has two
    assert found[0].nats == pytest.approx(sum(each[:10]), rel=1e-4)
    assert found[1].nats == pytest.approx(sum(each[10:]), rel=1e-4)


def test_a_request_stands_as_the_chat_template_has_it(folder: Path) -> None:
    assert Likelihood(f"hf:{folder}").asked("Lamps") == ASKED


def test_what_does_not_fit_the_window_is_said_before_it_is_read(folder: Path) -> None:
    with pytest.raises(PromptTooLong, match=r"131 tokens do not fit the 128 of hf:"):
        Likelihood(f"hf:{folder}").of("<|user|>", "", ["x" * 130])


def test_other_models_cannot_say_how_likely_a_text_is(tmp_path: Path) -> None:
    for name in ("gguf:smollm2", "fake:", "hf:", "gpt-4"):
        with pytest.raises(InputError, match="name weights: hf:FOLDER"):
            Likelihood(name)
    with pytest.raises(SetupError, match="no chat template"):
        Likelihood(f"hf:{tiny_llama(tmp_path, template=None)}")


def test_a_token_that_joins_two_pieces_counts_for_the_second(tmp_path: Path) -> None:
    tiny_llama(tmp_path)
    file = tmp_path / "tokenizer.json"
    made = json.loads(file.read_text("utf-8"))
    made["model"]["vocab"]["ab"] = len(made["model"]["vocab"])
    made["model"]["merges"] = [["a", "b"]]
    made["model"]["vocab"] = {
        k: v if k != "ab" else 4 for k, v in made["model"]["vocab"].items()
    }  # of those the weights know
    file.write_text(json.dumps(made), "utf-8")
    found = Likelihood(f"hf:{tmp_path}").of("<|user|>", "xa", ["bca", "bc"])
    assert [part.tokens for part in found] == [2, 2]  # x | ab c | ab c
