"""How many tokens a model may see, as configs write it."""

import pytest

from longwriter.models.local.hf import positions


@pytest.mark.parametrize(
    ("shape", "room"),
    [
        ({}, None),
        ({"n_positions": 1024}, 1024),  # GPT-2
        ({"max_seq_len": 2048, "max_position_embeddings": None}, 2048),  # MPT
        ({"max_position_embeddings": 1024, "rope_parameters": {"rope_type": "default"}}, 1024),
        ({"max_position_embeddings": 32768, "rope_parameters": {"rope_type": "yarn", "factor": 4.0}}, 131072),
        # already stretched, as Llama 3.1 gives it: no second time
        (
            {
                "max_position_embeddings": 131072,
                "rope_parameters": {"factor": 8.0, "original_max_position_embeddings": 8192},
            },
            131072,
        ),
    ],
)
def test_positions_are_those_of_a_stretched_model(shape: dict[str, object], room: int | None) -> None:
    assert positions(shape) == room
