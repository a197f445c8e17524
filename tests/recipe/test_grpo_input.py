"""GRPO recipes and requests that cannot be used are named; prompts, their order and where a rollout ends."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

from tests.helpers.tiny import LLAMA, train  # noqa: E402
from tests.helpers.tiny_grpo import PLANTED, log, made, prompts, recipe_of, run  # noqa: E402, F401

from longwriter.errors import InputError  # noqa: E402
from longwriter.train.data.tokenizer import open_tokenizer  # noqa: E402
from longwriter.train.grpo.prompts import Template, order  # noqa: E402
from longwriter.train.grpo.sampling import AtTag, Sampling  # noqa: E402
from longwriter.train.grpo.settings import GrpoSettings  # noqa: E402
from longwriter.train.recipe import read_recipe  # noqa: E402

pytestmark = pytest.mark.recipe

BAD: dict[str, tuple[dict[str, dict[str, object]], str]] = {
    "unknown reward": ({"grpo": {"objectives": ["beauty"]}}, "no reward is called 'beauty'"),
    "unknown module": ({"grpo": {"objectives": ["no.such:Thing"]}}, "reward no.such:Thing: No module named 'no'"),
    "unknown class": ({"grpo": {"objectives": [PLANTED + "Thing"]}}, "has no attribute 'Thing'"),
    "reward twice": ({"grpo": {"objectives": ["length", "length"]}}, "none twice"),
    "weights": ({"grpo": {"weights": [1.0, 2.0]}}, "1 objectives need as many weights"),
    "no mode": ({"grpo": {"mode": None}}, "mode: a template of your own needs"),
    "no template": ({"grpo": {"prompt": "nowhere.txt"}}, "cannot read nowhere.txt"),
    "chat": ({"grpo": {"chat": True}, "model": {"chat_template": None}}, "grpo.chat: the tokenizer has no chat"),
    "groups": ({"run": {"batch": 18, "device_batch": 6}}, "run.batch = 18 rollouts are no whole groups"),
    "checkpoints": ({"grpo": {"iterations": 2}, "run": {"save_every": 3}}, "run.save_every = 3: checkpoints fall"),
    "no room": ({"grpo": {"completion_tokens": 48}}, "leave no room for a prompt"),
    "vllm": ({"grpo": {"vllm": "colocate"}}, "grpo.vllm = colocate: vLLM needs a GPU"),
    "kind": ({"data": {"sources": [{"kind": "messages", "path": "x.jsonl"}]}}, 'kind = "prompts"'),
    "cut": ({"data": {"too_long": "cut"}}, "data.too_long = cut: a request is not cut"),
    "tokens": ({"run": {"steps": None, "tokens": 100}}, "give run.steps or run.epochs"),
    "muon": ({"optim": {"name": "muon"}}, "grpo trains with adamw"),
    "dropout": ({"model": {"lora": {"dropout": 0.1}}}, "model.lora.dropout"),
    "beta": ({"grpo": {"beta": 0.1}}, "grpo.beta: the penalty needs"),
    "shards": (
        {"run": {"deepspeed": "recipes/zero/32b/zero3.json"}, "grpo": {"kl_every": 1}},
        "run.deepspeed: stage 3 would shard",
    ),
    "nothing fits": ({"data": {"max_tokens": 13}}, "no prompt fits: the shortest has"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_recipes_are_named_and_leave_nothing(folder: Path, name: str) -> None:
    tables, message = BAD[name]
    with pytest.raises(InputError) as refused:
        run(folder, **tables)
    assert message in str(refused.value)
    assert not (folder / "out").exists()


BAD_DATA = {
    "no id": ({"prompt": "a"}, "no column id"),
    "no prompt": ({"id": "1", "prompt": " "}, "row 0: prompt is no text, or empty"),
    "half a range": ({"id": "1", "prompt": "a", "lower": 3, "upper": None}, "row 0: lower and upper stand together"),
    "upside down": ({"id": "1", "prompt": "a", "lower": 9, "upper": 3}, "row 0: lower = 9 to upper = 3"),
    "upside down, as floats": ({"id": "1", "prompt": "a", "lower": 9.0, "upper": 3.0}, "row 0: lower = 9 to upper = 3"),
    "no number": ({"id": "1", "prompt": "a", "lower": 3.5, "upper": 9}, "row 0: lower and upper are whole numbers"),
    "twice": ({"id": "2", "prompt": "a"}, "an id stands there twice"),
    "no range": ({"id": "3", "prompt": "a"}, "no row has lower and upper"),
}


@pytest.mark.parametrize("name", BAD_DATA)
def test_bad_data_is_named(folder: Path, name: str) -> None:
    row, message = BAD_DATA[name]
    other = {"id": "2", "prompt": "b"}
    prompts(folder, [row, other] if name != "no id" else [row])
    with pytest.raises(InputError) as refused:
        run(folder, grpo={"objectives": ["length"]})
    assert message in str(refused.value)


def test_the_same_id_in_two_sources_is_named(folder: Path) -> None:
    (folder / "prompts.jsonl").rename(folder / "more.jsonl")
    prompts(folder, [{"id": "3", "prompt": "b"}])
    sources = [{"kind": "prompts", "path": str(folder / name)} for name in ("prompts.jsonl", "more.jsonl")]
    with pytest.raises(InputError, match="an id stands in two of them"):
        run(folder, data={"sources": sources})


def test_the_command_ends_with_code_2_and_one_line(folder: Path) -> None:
    (folder / "prompts.jsonl").write_text("{nonsense\n")
    done = train("grpo", recipe_of(folder), folder / "out")
    assert done.returncode == 2
    assert "prompts.jsonl" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def open_tiny(folder: Path) -> object:
    return open_tokenizer(read_recipe(recipe_of(folder)).model)


def test_a_rollout_stops_where_the_tag_is_complete(folder: Path) -> None:
    """The prompt's own tag does not stop it, nor does a tag that is half written."""
    tok = open_tiny(folder)
    asked = tok("end with </answer>")["input_ids"]
    written = [tok("<answer>a</answer> more")["input_ids"], tok("<answer>abc</answe no tag at all")["input_ids"]]
    length = min(map(len, written))
    rows = torch.tensor([asked + w[:length] for w in written])
    stop = AtTag(tok, len(asked), 2)
    seen = [stop(rows[:, : len(asked) + n], rows).tolist() for n in range(1, length + 1)]
    first = next(i for i, s in enumerate(seen) if s[0])
    assert tok.decode(written[0][: first + 1]) == "<answer>a</answer>"
    assert stop.lengths == [first + 1, None]
    assert not any(s[1] for s in seen)
    sampling = Sampling(GrpoSettings(), tok, 0)
    assert sampling._ended(written[0][: first + 1], [3])
    assert not sampling._ended(written[1], [3])
    assert sampling._ended([*written[1], 3], [3])
    assert not Sampling(GrpoSettings(stop_at_answer=False), tok, 0)._ended(written[0][: first + 1], [3])
    assert sampling.text([*written[0], 3], [3]) == "<answer>a</answer> more"


def test_prompts_are_in_the_requests_language_and_may_be_chat(folder: Path) -> None:
    tok = open_tiny(folder)
    for name, tags in (("think", ["<think>", "<answer>"]), ("direct", ["<answer>"])):
        template = Template(GrpoSettings(prompt=name), tok)
        english, chinese = template.render("Write {on} lamps."), template.render("写一篇关于灯塔的文章。")
        assert template.mode == name
        assert english.count("Write {on} lamps.") == 1
        assert english.endswith("Writer:\n")
        assert chinese.endswith("作者：\n")
        assert all(tag in text for tag in tags for text in (english, chinese))
        assert ("<think>" in english) == (name == "think")
    chat = Template(GrpoSettings(prompt="direct", chat=True), tok).render("Lamps.")
    assert chat.startswith("<|user|>")
    assert chat.endswith("<|write|>")


def test_the_order_asks_everything_before_it_asks_again() -> None:
    drawn = order(5, 13, seed=3)
    assert sorted(drawn[:5]) == sorted(drawn[5:10]) == [0, 1, 2, 3, 4]
    assert drawn == order(5, 13, seed=3)
    assert drawn[:10] == order(5, 10, seed=3)
    assert drawn != order(5, 13, seed=4)


def begins(folder: Path, tail: str, mode: str) -> str:
    """What a prompt that ends with `tail` has begun."""
    (folder / "own.txt").write_text("Write.\n{request}\n" + tail)
    return Template(GrpoSettings(prompt=str(folder / "own.txt"), mode=mode), open_tiny(folder)).opened


OPENED = [
    ("think", "", ""),
    ("think", "<think>\n", "<think>\n"),
    ("think", "<think></think><answer>", "<think></think><answer>"),
    ("direct", "<think>\n\n</think>\n\n", ""),
    ("direct", "<answer>", "<answer>"),
    ("plain", "<think>\n\n</think>\n\n", ""),
]


@pytest.mark.parametrize(("mode", "tail", "opened"), OPENED)
def test_a_prompt_may_begin_what_the_completion_goes_on_with(folder: Path, mode: str, tail: str, opened: str) -> None:
    assert begins(folder, tail, mode) == opened


@pytest.mark.parametrize(("mode", "tail"), [("plain", "<think>\n"), ("direct", "<think>"), ("think", "<answer>")])
def test_a_prompt_that_begins_what_the_mode_does_not_have_is_refused(folder: Path, mode: str, tail: str) -> None:
    with pytest.raises(InputError, match=f"the prompt ends with {tail.strip()}, with which no {mode} completion"):
        begins(folder, tail, mode)


def test_rollouts_are_read_with_the_tag_that_their_chat_template_opened(folder: Path) -> None:
    """DeepSeek-R1, QwQ and Qwen3-Thinking begin the thinking for the model; a request that ends so does not."""
    thinking = (folder / "chat.jinja").read_text().replace("<|write|>{% endif %}{% endfor", "{% endif %}{% endfor")
    (folder / "chat.jinja").write_text(thinking.replace("<|write|>{% endif %}", "<|write|><think>\n{% endif %}"))
    (folder / "template.txt").write_text("{request}")
    prompts(folder, [{"id": "1", "prompt": "Say <think>", "lower": 1, "upper": 8}])
    grpo: dict[str, object] = {"chat": True, "mode": "think", "objectives": ["format", PLANTED + "Planted"]}
    rollouts = run(folder, grpo=grpo, run={"steps": 1})[0]
    assert all(r.prompt.endswith("Say <think><|write|><think>\n") for r in rollouts)
    assert all(r.completion.startswith("<think>\n") for r in rollouts)
    assert {r.why["format"]["fault"] for r in rollouts} == {"no </think>"}, "the opened one is seen"
    plain = Template(GrpoSettings(prompt=str(folder / "template.txt"), mode="plain"), open_tiny(folder))
    assert plain.render("Say <think>") == "Say <think>"
    assert plain.opened == ""


def test_dropout_of_the_models_own_is_off(folder: Path) -> None:
    """Else the policy that is compared is not the one that wrote: the second iteration would be clipped, and KL not 0."""
    shape = LLAMA | {"attention_dropout": 0.5}
    run(folder, model={"new": shape}, grpo={"iterations": 2, "kl_every": 2}, optim={"lr": 1e-9}, run={"steps": 2})
    entries = log(folder)
    assert [entry.get("clipped", 0) for entry in entries] == [0, 0]
    assert entries[0]["kl"] == pytest.approx(0, abs=1e-6)
