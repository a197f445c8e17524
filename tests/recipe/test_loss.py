"""A loss that does not depend on packing, accumulation, or the number of processes."""

import itertools
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

from tests.helpers.tiny import LLAMA, QWEN, conversations, losses, norms, recipe, tokenizer, train, write_lines  # noqa: E402

from longwriter.train.data.chat import TokenisedSample, encode  # noqa: E402
from longwriter.train.data.rows import collate, pack_rows  # noqa: E402
from longwriter.train.data.tokenised import TokenisedData  # noqa: E402
from longwriter.train.data.tokenizer import open_tokenizer  # noqa: E402
from longwriter.train.recipe import read_recipe  # noqa: E402
from longwriter.train.run.setup import open_model  # noqa: E402
from longwriter.train.run.trainer import log_probs  # noqa: E402

pytestmark = pytest.mark.recipe


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tiny")
    tokenizer(path)
    write_lines(path / "train.jsonl", conversations(24))
    return path


def weighted(model: torch.nn.Module, rows, lean: bool) -> tuple[float, list[torch.Tensor]]:
    """The loss over all rows, and its gradients."""
    batch = collate(rows)
    weights = batch.pop("weights")[:, 1:]
    model.zero_grad()
    loss = -(log_probs(model, batch, lean=lean) * weights).sum() / weights.sum()
    loss.backward()
    return loss.item(), [p.grad.clone() for p in model.parameters()]


@pytest.mark.parametrize(("shape", "attention"), [(LLAMA, "sdpa"), (QWEN, "sdpa"), (QWEN, "eager")])
def test_packed_samples_have_the_logits_the_loss_and_the_gradients_of_lonely_ones(
    folder: Path, shape, attention
) -> None:
    settings = read_recipe(recipe(folder / "r.toml", model={"new": shape, "attention": attention}))
    tok = open_tokenizer(settings.model)
    torch.manual_seed(0)
    model = open_model(settings, tok)
    with torch.no_grad():
        for p in model.parameters():  # as they begin, a leak would hardly show
            p.add_(torch.randn_like(p) * 0.05)
    samples = encode([r["messages"] for r in conversations(24)], tok)
    data = {"all": TokenisedData.of(samples)}
    for by_sequence in (False, True):
        alone, _ = pack_rows(data, 128, "refuse", packing=False, by_sequence=by_sequence, seed=0)
        together, told = pack_rows(data, 128, "refuse", packing=True, by_sequence=by_sequence, seed=0)
        assert told["all"].rows < 24
        a, ga = weighted(model, [alone[i] for i in range(len(alone))], lean=False)
        b, gb = weighted(model, [together[i] for i in range(len(together))], lean=False)
        assert a == pytest.approx(b, abs=2e-6)
        assert max((x - y).abs().max().item() for x, y in zip(ga, gb, strict=True)) < 2e-5
    row, pack = together[0], together.packs[0]
    logits = model(**{k: v[None] for k, v in row.items() if k in ("input_ids", "position_ids")}).logits[0]
    start = 0
    for i in pack:
        ids = torch.from_numpy(samples[together.pieces.sample[i]].ids).long()
        assert torch.allclose(logits[start : start + len(ids)], model(ids[None]).logits[0], atol=2e-5)
        start += len(ids)


def test_an_attention_mask_would_open_samples_to_each_other(folder: Path) -> None:
    """Why rows carry none: the test above can tell."""
    settings = read_recipe(recipe(folder / "r.toml", model={"new": QWEN}))
    tok = open_tokenizer(settings.model)
    torch.manual_seed(0)
    model = open_model(settings, tok)
    samples = encode([r["messages"] for r in conversations(6)], tok)
    data = {"all": TokenisedData.of(samples)}
    together, _ = pack_rows(data, 128, "refuse", packing=True, by_sequence=False, seed=0)
    row = next(together[i] for i, pack in enumerate(together.packs) if len(pack) > 1)
    batch = {k: v[None] for k, v in row.items() if k in ("input_ids", "position_ids")}
    closed = model(**batch).logits
    opened = model(**batch, attention_mask=torch.ones_like(batch["input_ids"])).logits
    assert (closed - opened).abs().max() > 0.001


def test_lean_logits_change_nothing(folder: Path) -> None:
    file = recipe(folder / "r.toml", run={"lean_logits": True})
    settings = read_recipe(file)
    tok = open_tokenizer(settings.model)
    torch.manual_seed(0)
    model = open_model(settings, tok)
    data = {"all": TokenisedData.of(encode([r["messages"] for r in conversations(8)], tok))}
    rows, _ = pack_rows(data, 128, "drop", packing=True, by_sequence=False, seed=0)
    batch = [rows[i] for i in range(len(rows))]
    a, ga = weighted(model, batch, lean=True)
    b, gb = weighted(model, batch, lean=False)
    assert a == pytest.approx(b, abs=1e-6)
    assert max((x - y).abs().max().item() for x, y in zip(ga, gb, strict=True)) < 1e-5


def test_weights_by_hand() -> None:
    """Two and four target tokens: each counts 1 by token; a half and a quarter by sequence."""
    samples = [TokenisedSample(np.arange(n + 1, dtype=np.int32), np.arange(n + 1) > 0) for n in (2, 4)]
    for by_sequence, weights in ((False, {2: 1.0, 4: 1.0}), (True, {2: 0.5, 4: 0.25})):
        data = {"all": TokenisedData.of(samples)}
        rows, told = pack_rows(data, 8, "refuse", packing=True, by_sequence=by_sequence, seed=0)
        assert (told["all"].rows, told["all"].targets, told["all"].tokens) == (1, 6, 8)
        row = rows[0]
        ends = [i for i, p in enumerate(row["position_ids"].tolist()) if p == 0] + [8]
        for start, stop in itertools.pairwise(ends):
            n = stop - start - 1
            assert row["weights"][start:stop].tolist() == [0.0] + [weights[n]] * n
            assert row["labels"][start] == -100


RUNS = {  # what must not matter -> settings of the run, processes
    "packed, one row at a time": ({"packing": True}, {"device_batch": 1}, 1),
    "packed, all at once": ({"packing": True}, {}, 1),
    "alone, three at a time": ({"packing": False}, {"device_batch": 3}, 1),
    "packed, two processes": ({"packing": True}, {"device_batch": 1}, 2),
    "alone, two processes": ({"packing": False}, {"device_batch": 4}, 2),
}


@pytest.mark.parametrize("loss", ["token", "sequence"])
def test_losses_and_gradients_of_whole_steps_are_equal(folder: Path, tmp_path: Path, loss: str) -> None:
    """Each step is the whole data set, so that every run sees the same samples in it."""
    settings = read_recipe(recipe(folder / "r.toml"))
    tok = open_tokenizer(settings.model)
    data = {"all": TokenisedData.of(encode([r["messages"] for r in conversations(24)], tok))}
    rows, _ = pack_rows(data, 512, "refuse", packing=True, by_sequence=False, seed=0)
    found = {}
    for number, (name, (data, run, processes)) in enumerate(RUNS.items()):
        batch = len(rows) if data["packing"] else 24
        if batch % 2:
            pytest.fail("choose other sizes: the packs must be an even number")
        more = {"batch": batch, "device_batch": batch, "steps": 3} | run
        file = recipe(
            folder / f"{number}.toml", data={"loss": loss, "max_tokens": 512} | data, run=more, model={"new": QWEN}
        )
        out = tmp_path / str(number)
        done = train("sft", file, out, processes=processes)
        assert done.returncode == 0, done.stderr[-3000:]
        found[name] = (losses(out), norms(out))
    (_, (first, norm)), *others = found.items()
    assert len(first) == 3
    assert first[3] < first[1]
    for other, (values, gradients) in others:
        assert values == pytest.approx(first, abs=2e-5), other
        assert gradients == pytest.approx(norm, rel=2e-3), other
    (folder / loss).write_text(str(first[1]))
    both = [float(p.read_text()) for p in (folder / "token", folder / "sequence") if p.exists()]
    for a, b in itertools.pairwise(both):
        assert abs(a - b) > 1e-4, "the two means are told apart"
