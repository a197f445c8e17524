"""A reward model whose head is an MLP: it begins at the edge of chaos, learns, is saved and opened with its model."""

import json
import math
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

from tests.helpers.tiny import QWEN, trained  # noqa: E402
from tests.helpers.tiny_rewards import pairs, reward_recipe, scored  # noqa: E402

from longwriter.errors import InputError, RunError  # noqa: E402
from longwriter.rewards.reward_model import encode, open_scorer, scores  # noqa: E402
from longwriter.rewards.score_head import ScoreHead, make_head, read_head  # noqa: E402
from longwriter.train.methods.reward import reward  # noqa: E402
from longwriter.train.recipe import dotted, read_recipe  # noqa: E402

pytestmark = pytest.mark.recipe
MLP = 'reward={head = "mlp", widths = [16, 8], activation = [0.5, 0.5]}'


@pytest.mark.parametrize("lora", [False, True], ids=["whole", "lora"])
def test_an_mlp_learns_and_is_opened_with_the_weights_that_were_judged(tmp_path: Path, lora: bool) -> None:
    file = reward_recipe(tmp_path, QWEN)
    adapters = ("--set", "model.lora={rank = 4, alpha = 16}") if lora else ()
    trained("reward", file, tmp_path / "out", "--set", MLP, *adapters)
    told = json.loads((tmp_path / "out" / "reward.json").read_text())
    assert told["accuracy"] > 0.9
    assert read_head(tmp_path / "out") == ScoreHead(head="mlp", widths=(16, 8), activation=(0.5, 0.5))
    model, tokenizer = open_scorer(tmp_path / "out")
    names = [name for name, _ in model.named_parameters() if "score" in name and "original" not in name]
    assert len(names) == 3, "three matrices, without adapters of their own"
    ids = encode([r["prompt"] + r[s] for r in pairs(40, seed=1) for s in ("chosen", "rejected")], tokenizer)
    found = torch.tensor(scores(model, ids, tokenizer.pad_token_id, 8))
    assert float(found.mean()) == pytest.approx(told["centre"], abs=1e-4)
    good, bad = ([row[side][0]["content"] for row in pairs(10, seed=5)] for side in ("chosen", "rejected"))
    values = scored(tmp_path / "out", *good, *bad)
    assert sum(a > b for a, b in zip(values[:10], values[10:], strict=True)) >= 9
    if not lora:
        again = ("--set", f"model.init={tmp_path / 'out'}", "--set", "run.steps=1", "--set", "optim.lr=1e-9")
        trained("reward", file, tmp_path / "again", *again)
        more = json.loads((tmp_path / "again" / "reward.json").read_text())
        assert more["centre"] == pytest.approx(told["centre"], abs=1e-3), "it begins where the first ended"
        recipe = read_recipe(file, dotted((f"model.init={tmp_path / 'out'}", "reward.widths=[5]")))
        with pytest.raises(InputError, match="whose head stays mlp; leave"):
            reward(recipe, tmp_path / "other", lambda _: None)


@pytest.mark.parametrize("activation", [(0.0, 1.0), (0.5, 0.5), (0.55, 0.45), (3.0, 1.0)])
def test_scores_and_gradients_keep_their_size_at_any_depth(activation: tuple[float, float]) -> None:
    torch.manual_seed(0)
    x = torch.randn(1, 24) * 7 + 2
    squares, slopes = [], []
    for _ in range(200):
        head = make_head(ScoreHead(head="mlp", widths=(96,) * 6, activation=activation), 24)
        score = head(x)
        score.sum().backward()
        squares.append(score.item() ** 2)
        slopes.append(head[1].weight.grad.norm().item() ** 2)
    assert sum(squares) / 200 == pytest.approx(1, abs=0.4)
    assert sum(slopes) / 200 == pytest.approx(24, rel=0.4), (
        "what enters, 24 numbers of mean square 1, times what comes back"
    )


def test_the_activation_is_phi() -> None:
    a, b = 0.55, 0.45
    head = make_head(ScoreHead(head="mlp", widths=(2,), activation=(a, b)), 2)
    with torch.no_grad():
        head[1].weight.copy_(torch.eye(2))
        x = torch.tensor([[3.0, -4.0]])
        unit = x / math.sqrt(12.5)
        expected = ((a * unit + b * unit.abs()) / (a + b)) @ head[3].weight.T
        torch.testing.assert_close(head(x), expected)


def test_a_head_that_cannot_be_is_named(tmp_path: Path) -> None:
    for activation in ((0.0, 0.0), (-1.0, 1.0), (1.0, -0.5)):
        with pytest.raises(ValueError, match="neither below 0, not both 0"):
            ScoreHead(head="mlp", activation=activation)
    (tmp_path / "head.json").write_text('{"head": "mlp", "widths": [0]}')
    with pytest.raises(RunError, match=r"head\.json: damaged: .*widths"):
        read_head(tmp_path)
    (tmp_path / "head.json").write_text("{")
    with pytest.raises(RunError, match="damaged"):
        read_head(tmp_path)
