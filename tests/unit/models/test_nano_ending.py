"""Where nano's replies end. pytest tests/unit/models/test_nano_ending.py"""

import numpy as np
import pytest

from longwriter.models.nano.backend import WEIGHTS
from longwriter.models.nano.ending import BONUS, Ending
from longwriter.models.nano.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def vocabulary():
    return Vocabulary(WEIGHTS / "tokenizer.json")


def end_after(vocabulary, prompt, text, begun=b""):
    """The end mark's logit and the other tokens' highest, all 0 before."""
    ending = Ending(vocabulary, prompt, begun)
    for token in vocabulary.encode(text):
        ending.take(token)
    logits = np.zeros(vocabulary.size, np.float32)
    ending.favour(logits)
    return logits[vocabulary.end], np.delete(logits, vocabulary.end).max()


SENTENCE = " The old boat lay by the quay."  # seven words


@pytest.mark.parametrize(
    ("sentences", "tail", "expected"),
    [
        (3, "", (-np.inf, 0)),  # 21 of 40 words
        (5, "", (-np.inf, 0)),  # 35: below 36
        (5, " It was.", (BONUS, 0)),  # 37: between 36 and 44
        (5, " It was", (-np.inf, 0)),  # 37, inside a sentence
        (6, " It was.", (BONUS, 0)),  # 44
        (6, " It was so.", (0, -np.inf)),  # 45: it ends here
        (6, " It was so", (-np.inf, 0)),  # 45, inside a sentence
    ],
)
def test_the_end_comes_near_the_words_asked_for(vocabulary, sentences, tail, expected):
    assert end_after(vocabulary, "Write a story about boats. About 40 words.", SENTENCE * sentences + tail) == expected


@pytest.mark.parametrize("prompt", ["Write a story about boats.", "Write about 2 boats", "A novel of 50,000 words"])
def test_without_a_number_of_words_for_one_reply_nothing_changes(vocabulary, prompt):
    assert end_after(vocabulary, prompt, SENTENCE) == (0, 0)


def test_a_line_of_its_own_wins_over_the_whole_text_s_words(vocabulary):
    prompt = "Write a story of 700 words.\nPart: Boat: quay\nWords: 7\nSo far: It took 300 words."
    assert end_after(vocabulary, prompt, SENTENCE) == (BONUS, 0)


def test_the_reply_s_beginning_counts(vocabulary):
    assert end_after(vocabulary, "Words: 14", SENTENCE, SENTENCE.encode()) == (BONUS, 0)
