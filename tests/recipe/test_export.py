"""What `train export` makes writes, in llama.cpp and transformers, what the trained model wrote."""

import json
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

torch = pytest.importorskip("torch", reason="training needs torch: make test-recipe")
gguf = pytest.importorskip("gguf", reason="needs the [train] extra: make test-recipe")
pytest.importorskip("peft", reason="needs the [train] extra: make test-recipe")
pytest.importorskip("xllamacpp", reason="needs the [gguf] extra, which opens what is made")

from safetensors import safe_open  # noqa: E402
from tests.helpers.tiny import TEMPLATE, conversations, recipe, train, trained, write_lines  # noqa: E402
from tests.helpers.tiny_models import adapted, made_model, made_tokenizer  # noqa: E402
from transformers import AutoModelForCausalLM  # noqa: E402

from longwriter.errors import InputError, LongWriterError  # noqa: E402
from longwriter.models.base import ModelConfig, open_model  # noqa: E402
from longwriter.train.export.export import ExportRequest, export  # noqa: E402
from longwriter.train.export.vocabulary import CUTS, WHOLE_FIRST  # noqa: E402
from longwriter.types import Message, Request  # noqa: E402

pytestmark = pytest.mark.recipe
MARKED = "{% generation %}{{ m.content }}<|end|>{%- endgeneration %}"
LLAMA3 = {"rope_type": "llama3", "rope_theta": 1e4, "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}
KINDS: dict[str, tuple[str, dict[str, object]]] = {
    "llama": ("llama", {}),
    "llama, tied, with biases": ("llama", {"tie_word_embeddings": True, "attention_bias": True}),
    "llama 3.1's positions": ("llama", {"rope_parameters": LLAMA3 | {"original_max_position_embeddings": 32}}),
    "linear": ("llama", {"rope_parameters": {"rope_type": "linear", "rope_theta": 1e4, "factor": 2.0}}),
    "yarn": (
        "qwen2",
        {
            "rope_parameters": {
                "rope_type": "yarn",
                "rope_theta": 1e4,
                "factor": 4.0,
                "original_max_position_embeddings": 64,
            }
        },
    ),
    "mistral": ("mistral", {"sliding_window": None}),
    "qwen2": ("qwen2", {}),
    "qwen3": ("qwen3", {"head_dim": 32}),
}


class Written(NamedTuple):
    text: str
    finish: str
    tokens: int


async def reply(model: str, asked: str = "Write 8 words.") -> Written:
    """The likeliest 40 tokens."""
    request = Request(messages=(Message(role="user", content=asked),), max_tokens=40, temperature=0)
    opened = open_model(ModelConfig(model=model))
    try:
        said = await opened.reply(request)
        return Written(said.text, said.finish, said.usage.completion_tokens)
    finally:
        await opened.aclose()


def kept(file: Path) -> dict[str, str]:
    """Type of every tensor in a GGUF file."""
    return {tensor.name: tensor.tensor_type.name for tensor in gguf.GGUFReader(file).tensors}


def change(file: Path, **changed: object) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | changed))


@pytest.mark.parametrize("name", KINDS)
async def test_a_gguf_file_writes_what_transformers_writes(name: str, tmp_path: Path) -> None:
    kind, more = KINDS[name]
    folder = made_model(kind, tmp_path / "run", **more)
    (made,) = export(folder, tmp_path / "out", ExportRequest(gguf="f32"))
    by_torch, by_llama = await reply(f"hf:{folder}"), await reply(f"gguf:{made.path}")
    assert by_llama == by_torch
    assert len(set(by_torch.text)) > 10  # no loop, in which an error would not show


NASTY = (
    *(
        "1607",
        " 12 345",
        "\n\n1. In 1910",
        "a  1",
        "x\n\n\ny",
        "DON'T don't it's",
        "end \n",
        "   three",
        "\t\ttabs 11\t1",
    ),
    *(
        "snake_case(x2)",
        "!!! ...",
        "naïve 灯塔看守人",
        "😀👩‍🚀é",
        "\r\n\r\n",
        " \n 1",
        "3rd 22nd",
        "<|end|> in",
        "50%—half",
    ),
)


@pytest.mark.parametrize("cut", CUTS)
async def test_both_read_the_same_tokens(cut: str, tmp_path: Path) -> None:
    tokenizer = made_tokenizer(CUTS[cut], whole_first=cut in WHOLE_FIRST)
    folder = made_model("llama", tmp_path / "run", tokenizer)
    (made,) = export(folder, tmp_path / "out", ExportRequest(gguf="f16"))
    model = open_model(ModelConfig(model=f"gguf:{made.path}"))
    assert gguf.GGUFReader(made.path).fields["tokenizer.ggml.pre"].contents() == cut
    differ = {text for text in NASTY if model.count_tokens(text) != len(tokenizer.encode(text))}
    await model.aclose()
    assert not differ


async def test_a_template_with_marks_of_what_is_trained_on_and_several_ends(tmp_path: Path) -> None:
    tokenizer = made_tokenizer()
    tokenizer.chat_template = TEMPLATE.replace("{{ m.content }}<|end|>", MARKED)
    folder = made_model("llama", tmp_path / "run", tokenizer)
    first = (await reply(f"hf:{folder}")).text
    end = next(n for n in tokenizer.encode(first)[6:] if n != 3)
    change(folder / "generation_config.json", eos_token_id=[3, end])
    (made,) = export(folder, tmp_path / "out", ExportRequest(gguf="f32"))
    by_torch, by_llama = await reply(f"hf:{folder}"), await reply(f"gguf:{made.path}")
    assert by_llama.finish == by_torch.finish == "stop"
    assert by_llama.tokens < 40
    stops = (tmp_path / "out" / "Modelfile").read_text().splitlines()
    assert stops[0] == "FROM ./run-f32.gguf"
    assert stops[1:] == [
        "PARAMETER num_ctx 256",
        'PARAMETER stop "<|end|>"',
        f'PARAMETER stop "{tokenizer.decode(end)}"',
    ]


@pytest.mark.parametrize("kind", ["llama", "qwen3"])
@pytest.mark.parametrize("rank_stable", [False, True])
async def test_an_adapter_writes_on_a_gguf_base_what_it_writes_on_its_own(
    kind: str, rank_stable: bool, tmp_path: Path
) -> None:
    base = made_model(kind, tmp_path / "base", tie_word_embeddings=True)
    run = adapted(base, tmp_path / "run", use_rslora=rank_stable)
    (made,) = export(run, tmp_path / "out", ExportRequest(adapter=True, dtype="f32"))
    (below,) = export(base, tmp_path / "out", ExportRequest(gguf="f32"))
    (merged, whole) = export(run, tmp_path / "merged", ExportRequest(gguf="f32", merge=True, dtype="f32"))
    written = await reply(f"hf:{run}")
    assert await reply(f"gguf:{below.path}+{made.path}") == written
    assert await reply(f"gguf:{merged.path}") == written
    assert await reply(f"hf:{whole.path}") == written
    assert (await reply(f"gguf:{below.path}")).text != written.text


def test_merged_weights_stop_where_the_template_of_an_adapter_does(tmp_path: Path) -> None:
    """A base model's own files name the end of documents alone."""
    tokenizer = made_tokenizer()
    tokenizer.eos_token = "<|pad|>"
    base = made_model("llama", tmp_path / "base", tokenizer, eos_token_id=0)
    export(adapted(base, tmp_path / "run"), tmp_path / "out", ExportRequest(gguf="f32", merge=True))
    assert json.loads((tmp_path / "out" / "generation_config.json").read_text())["eos_token_id"] == [0, 3]
    assert 'PARAMETER stop "<|end|>"' in (tmp_path / "out" / "Modelfile").read_text()


async def test_a_head_that_was_trained_by_itself_is_kept(tmp_path: Path) -> None:
    base = made_model("llama", tmp_path / "base", tie_word_embeddings=True)
    run = adapted(base, tmp_path / "run", modules_to_save=["lm_head", "embed_tokens"])
    (made, whole) = export(run, tmp_path / "out", ExportRequest(gguf="f32", merge=True, dtype="f32"))
    assert "output.weight" in kept(made.path)
    written = await reply(f"hf:{run}")
    assert await reply(f"gguf:{made.path}") == written
    assert await reply(f"hf:{whole.path}") == written
    with pytest.raises(InputError, match="no modules_to_save; merge"):
        export(run, tmp_path / "out", ExportRequest(adapter=True))


@pytest.mark.parametrize(("dtype", "said"), [(None, "BF16"), ("bf16", "BF16"), ("f16", "F16"), ("f32", "F32")])
def test_merged_weights_have_the_type_that_was_asked_for(dtype: str | None, said: str, tmp_path: Path) -> None:
    run = adapted(made_model("llama", tmp_path / "base"), tmp_path / "run")
    before = {file.name: file.read_bytes() for file in run.iterdir()}
    export(run, tmp_path / "out", ExportRequest(merge=True, dtype=dtype))
    with safe_open(tmp_path / "out" / "model.safetensors", "pt") as weights:
        assert {weights.get_slice(key).get_dtype() for key in weights.keys()} == {said}  # noqa: SIM118
    assert {file.name: file.read_bytes() for file in run.iterdir()} == before


@pytest.mark.parametrize("wanted", ["q8_0", "q4_1", "bf16"])
async def test_a_gguf_file_has_the_types_of_its_name(wanted: str, tmp_path: Path) -> None:
    run = made_model("qwen2", tmp_path / "run", intermediate_size=80)
    (made,) = export(run, tmp_path / "out", ExportRequest(gguf=wanted))
    types = kept(made.path)
    assert types["blk.0.attn_q.weight"] == wanted.upper()
    assert types["token_embd.weight"] == ("Q8_0" if wanted == "q4_1" else wanted.upper())
    assert types["blk.1.attn_norm.weight"] == types["blk.1.attn_k.bias"] == "F32"
    assert types["blk.0.ffn_down.weight"] == ("BF16" if wanted == "bf16" else "F16")  # rows of 80 are no blocks of 32
    assert made.path.name == f"run-{wanted}.gguf"
    assert (await reply(f"gguf:{made.path}")).text


@pytest.mark.slow
async def test_a_run_is_exported_by_its_command(tmp_path: Path) -> None:
    base = made_model("llama", tmp_path / "base")
    known = AutoModelForCausalLM.from_pretrained(base)
    with torch.no_grad():
        table, head = known.get_input_embeddings().weight, known.get_output_embeddings().weight
        head[~head.any(1)] = (
            table[~head.any(1)] * 0.02
        )  # rows of nothing count as untrained, which adapters cannot mend
    known.save_pretrained(base)
    write_lines(tmp_path / "train.jsonl", conversations(16))
    model = {"init": str(base), "new": None, "tokenizer": None, "special_tokens": None, "lora": {"rank": 4}}
    file = recipe(tmp_path / "sft.toml", model=model | {"chat_template": None}, run={"steps": 3, "save_every": 2})
    run = tmp_path / "sft"
    trained("sft", file, run)
    done = train("export", run, tmp_path / "out", "--merge", "--gguf", "f32", "--adapter", "--dtype", "f32")
    assert done.returncode == 0, done.stderr
    written = await reply(f"hf:{run}")
    for name in ("sft-f32.gguf", "sft-adapter.gguf"):
        assert str(tmp_path / "out" / name) in done.stderr
    assert await reply(f"gguf:{tmp_path / 'out' / 'sft-f32.gguf'}") == written
    assert await reply(f"hf:{tmp_path / 'out'}") == written
    for left in run.glob("*.safetensors"):
        left.unlink()
    (run / "adapter_config.json").unlink()
    done = train("export", run, tmp_path / "out", "--merge")
    assert done.returncode == 2
    assert f"export its last checkpoint: {run / 'checkpoint-3'}" in done.stderr
    trained("export", run / "checkpoint-2", tmp_path / "at-2", "--gguf", "q8_0")


@pytest.mark.parametrize(
    ("kind", "more", "said"),
    [
        ("gpt_neox", {}, "of models of type 'gpt_neox', but of llama"),
        ("qwen2", {"use_sliding_window": True, "sliding_window": 32}, "sliding_window = 32"),
        ("llama", {"hidden_act": "gelu"}, "hidden_act = gelu"),
        ("llama", {"rope_parameters": {"rope_type": "dynamic", "rope_theta": 1e4, "factor": 2.0}}, "dynamic"),
    ],
)
def test_what_llama_cpp_would_read_otherwise_is_refused(kind: str, more: dict, said: str, tmp_path: Path) -> None:
    run = made_model(kind, tmp_path / "run", **more)
    with pytest.raises(InputError, match=said):
        export(run, tmp_path / "out", ExportRequest(gguf="f16"))
    assert not list((tmp_path / "out").glob("*.gguf"))


def test_other_ways_to_cut_text_are_refused(tmp_path: Path) -> None:
    for cuts, whole_first in (
        ([{"type": "WhitespaceSplit"}], False),
        (CUTS["llama-bpe"], False),
        (CUTS["gpt-2"], True),
    ):
        run = made_model("llama", tmp_path / "run", made_tokenizer(cuts, whole_first=whole_first))
        with pytest.raises(InputError, match="cuts text as none of gpt-2, smollm"):
            export(run, tmp_path / "out", ExportRequest(gguf="f16"))
        shutil.rmtree(run)


def test_what_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    base = made_model("llama", tmp_path / "base", tie_word_embeddings=True)
    run = adapted(base, tmp_path / "run")
    head = adapted(base, tmp_path / "head", target_modules=["lm_head", "q_proj"])
    dora = adapted(base, tmp_path / "dora", use_dora=True)
    rankless = adapted(base, tmp_path / "rankless")
    change(rankless / "adapter_config.json", r=None)
    shutil.copytree(base, tmp_path / "reward")
    change(tmp_path / "reward" / "config.json", architectures=["LlamaForSequenceClassification"])
    for left in ("checkpoint-5", "checkpoint-10", "checkpoint-15", "checkpoint-old"):
        (tmp_path / "killed" / left).mkdir(parents=True)
    for whole in ("checkpoint-5", "checkpoint-10"):
        (tmp_path / "killed" / whole / "complete").touch()
    for source, wanted, said in (
        (run, ExportRequest(), "add --merge, --gguf q8_0 or --adapter"),
        (base, ExportRequest(adapter=True), "holds no adapter"),
        (head, ExportRequest(adapter=True), "lm_head.* has no place in a GGUF adapter; merge"),
        (dora, ExportRequest(adapter=True), "no use_dora; merge"),
        (rankless, ExportRequest(adapter=True), "r and lora_alpha are not numbers"),
        (tmp_path / "reward", ExportRequest(merge=True), "is a reward model"),
        (tmp_path / "none", ExportRequest(merge=True), "there is no"),
        (tmp_path, ExportRequest(merge=True), "holds no model: give the folder of a run"),
        (tmp_path / "killed", ExportRequest(merge=True), "export its last checkpoint: .*checkpoint-10"),
    ):
        with pytest.raises(LongWriterError, match=said):
            export(source, tmp_path / "out", wanted)
    with pytest.raises(InputError, match="is the run itself"):
        export(run, run, ExportRequest(merge=True))
