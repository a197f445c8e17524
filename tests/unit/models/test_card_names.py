"""A card goes by the model's own name, not by the folders that its file lies in."""

from longwriter.models.cards import card_of


def test_folders_do_not_choose_a_card() -> None:
    assert card_of("gguf:/home/a/smollm2/other-70b.gguf").name == "default"
    assert card_of("gguf:/home/a/SmolLM2-135M.Q4_1.gguf").name == "smollm2"
    assert card_of("gguf:smollm2").name == card_of("hf:HuggingFaceTB/SmolLM2-135M").name == "smollm2"
