"""Which filters a reply runs through, the windowed penalty and the draw, with numbers worked out by hand."""

import pytest

from longwriter.models.local.hf_sampling import Draw, Penalty, penalty_of, sampling_of
from longwriter.types import Message, Request

torch = pytest.importorskip("torch", reason="the extra [local] is not installed")
pytest.importorskip("transformers", reason="the extra [local] is not installed")


def asked(**fields):
    return Request(messages=(Message(role="user", content="."),), **fields)


@pytest.mark.parametrize(
    ("request_", "own", "filters"),
    [
        ({}, {}, {"temperature": 0.8, "top_p": 0.95}),
        ({}, {"do_sample": None, "temperature": None}, {"temperature": 0.8, "top_p": 0.95}),
        ({"temperature": 1.0}, {}, {"temperature": 1.0}),
        ({"min_p": 0.05}, {}, {"temperature": 0.8, "min_p": 0.05}),
        ({"top_p": 1.0}, {}, {"temperature": 0.8}),
        ({"temperature": 0}, {"temperature": 0.6, "do_sample": True}, {}),
        ({}, {"do_sample": False}, {}),
        ({"top_p": 0.9}, {"do_sample": False}, {"temperature": 0.8, "top_p": 0.9}),
        ({}, {"do_sample": True}, {"temperature": 1.0}),
        ({}, {"do_sample": True, "top_k": 64, "top_p": 0.95}, {"temperature": 1.0, "top_k": 64, "top_p": 0.95}),
        ({"temperature": 0.7}, {"temperature": 0.6, "top_k": 20}, {"temperature": 0.7, "top_k": 20}),
    ],
)
def test_the_request_comes_first_then_the_weights_then_ours(request_, own, filters):
    assert sampling_of(asked(**request_), own) == filters


@pytest.mark.parametrize(
    ("fields", "scores"),
    [
        ({"repeat_last_n": 2}, [4.0, 1.0, -4.0, 3.0]),  # the last two: 1 and 2, whose 2 and -2 are halved and doubled
        ({"repeat_last_n": 1}, [4.0, 2.0, -4.0, 3.0]),
        ({"repeat_last_n": -1}, [2.0, 1.0, -4.0, 3.0]),
        ({}, [2.0, 1.0, -4.0, 3.0]),
        ({"repeat_last_n": 0}, [4.0, 2.0, -2.0, 3.0]),
    ],
)
def test_the_penalty_looks_back_as_far_as_asked(fields, scores):
    ids, raw = torch.tensor([[0, 1, 1, 2]]), torch.tensor([[4.0, 2.0, -2.0, 3.0]])
    for penalty in penalty_of(asked(repeat_penalty=2.0, **fields)):
        raw = penalty(ids, raw)
    assert raw.tolist() == [scores]


def test_no_penalty_is_none():
    assert penalty_of(asked()) == penalty_of(asked(repeat_penalty=1)) == []
    assert isinstance(penalty_of(asked(repeat_penalty=1.1))[0], Penalty)


def test_without_a_seed_no_two_draws_are_alike():
    even = torch.zeros(1, 1_000_000)
    assert len({int(Draw({"temperature": 1.0}, None, "cpu")(None, even).argmax()) for _ in range(4)}) > 1
    assert len({int(Draw({"temperature": 1.0}, 1, "cpu")(None, even).argmax()) for _ in range(4)}) == 1


def test_the_draw_takes_tokens_as_often_as_their_chance():
    draw = Draw({"temperature": 0.5}, 1, "cpu")
    scores = torch.tensor([[0.0, 0.5493, -9.0]])  # at temperature 0.5: 1 to e^1.0986 = 3
    drawn = [int(draw(None, scores).argmax()) for _ in range(4000)]
    assert 0.72 < drawn.count(1) / 4000 < 0.78
    assert draw(None, scores).isfinite().sum() == 1
    assert int(Draw({}, None, "cpu")(None, scores).argmax()) == 1
