"""How nano draws a token, on logits made by hand and the shipped vocabulary."""

import re

import numpy as np
import pytest

from longwriter.models.nano.backend import WEIGHTS
from longwriter.models.nano.sampling import LONGEST_NUMBER, NEAR, NGRAM, STUTTER, Sampler
from longwriter.models.nano.vocabulary import CONTRACTIONS, Vocabulary
from longwriter.models.nano.wanted import Wanted
from longwriter.types import Message, Request


@pytest.fixture(scope="module")
def vocabulary():
    return Vocabulary(WEIGHTS / "tokenizer.json")


def ask(**options) -> Request:
    return Request(messages=(Message(role="user", content="x"),), **options)


def test_nucleus_keeps_the_likeliest_tokens_in_proportion(vocabulary):
    digits = [vocabulary.encode(d)[0] for d in "1234"]
    logits = np.full(vocabulary.size, -9, np.float32)
    logits[digits] = np.log([0.5, 0.3, 0.15, 0.05])
    allowed = np.isin(np.arange(vocabulary.size), digits)
    sampler = Sampler(vocabulary, ask(temperature=1, top_p=0.9), [], [])
    drawn = [sampler.draw(logits, allowed) for _ in range(4000)]
    shares = [drawn.count(d) / 4000 for d in digits]
    assert shares == pytest.approx([0.5 / 0.95, 0.3 / 0.95, 0.15 / 0.95, 0], abs=0.03)
    coldest = Sampler(vocabulary, ask(temperature=0), [], [])
    assert {coldest.draw(logits, allowed) for _ in range(9)} == {digits[0]}


def test_a_loop_is_left_at_the_next_word(vocabulary):
    the, said = vocabulary.encode(" the said")
    logits = np.linspace(0, 1, vocabulary.size, dtype=np.float32)
    logits[[the, said]] = 9, 8
    sampler = Sampler(vocabulary, ask(temperature=0), [], [])
    drawn = [sampler.draw(logits) for _ in range(60)]
    assert drawn[: STUTTER + 1] == [the] * STUTTER + [said]
    near = [tuple(drawn[i : i + STUTTER]) for i in range(NEAR - STUTTER)]
    assert len(near) == len(set(near))
    grams = [tuple(drawn[i : i + NGRAM]) for i in range(len(drawn) - NGRAM + 1)]
    opening = [g for g in grams if vocabulary.opens_word[g[-1]]]
    assert len(opening) == len(set(opening))


def test_single_quotes_only_close_contractions(vocabulary):
    logits = np.zeros(vocabulary.size, dtype=np.float32)
    logits[[i for i, piece in enumerate(vocabulary.pieces) if b"'" in piece]] = 50
    sampler = Sampler(vocabulary, ask(), [], vocabulary.encode("He said, "))
    assert b"'" not in vocabulary.pieces[sampler.draw(logits)]
    sampler = Sampler(vocabulary, ask(), [], vocabulary.encode("he"))
    drawn = vocabulary.pieces[sampler.draw(logits)]
    assert b"'" not in drawn or drawn in CONTRACTIONS


def test_a_number_comes_to_an_end(vocabulary):
    logits = np.where(vocabulary.digits, 9, np.linspace(0, 1, vocabulary.size)).astype(np.float32)
    sampler = Sampler(vocabulary, ask(temperature=1), vocabulary.encode("It was in"), [])
    text = b"".join(vocabulary.pieces[sampler.draw(logits)] for _ in range(60)).decode(errors="ignore")
    assert 1 < max(len(run) for run in re.findall(r"\d+", text)) <= LONGEST_NUMBER


def test_words_of_the_part_are_favoured_until_they_stand(vocabulary):
    logits = np.zeros(vocabulary.size, np.float32)
    wanted = Wanted(vocabulary, "Write a story.\nPart: Storm and Keeper: lighthouse\nSo far: rocks")
    wanted.take(vocabulary.encode(" the")[0])
    wanted.favour(logits)
    first = {vocabulary.encode(f" {w}")[0] for w in ("Storm", "storm", "Keeper", "keeper", "lighthouse")}
    assert set(np.flatnonzero(logits).tolist()) == first
    for token in vocabulary.encode(" lighthouse Storm"):
        wanted.take(token)
    assert wanted.missing == {"keeper"}
    begun = vocabulary.encode(" keeper")
    assert len(begun) > 1  # else there is nothing to finish
    wanted.take(begun[0])
    logits[:] = 0
    wanted.favour(logits)
    assert logits.argmax() == begun[1]
