"""The way back, with a writer that draws tokens from a hat."""

import random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from longwriter.checks.phrases import Phrases
from longwriter.models.local.ban.ban import TRIES, Ban

TOKENS = ["a", "b", " a", " b", "ab", " ab", "A", ".", "\n", "茶", " bab"]


def drawn(phrases, seed, wanted, tokens=TOKENS, before=""):
    """(the ban, all that was shown, tokens drawn) of a reply of so many tokens."""
    ban, hat, shown, draws, ruled_out = Ban(Phrases(phrases), before), random.Random(seed), "", 0, ()
    while True:
        if ban.tokens == wanted:
            back = ban.close()
            if back is None:
                return ban, shown + ban.rest(), draws
            ruled_out = back.ruled_out
        draws += 1
        assert draws < 100 * (wanted + 1)
        token = hat.choice([t for t in tokens if t not in ruled_out] or tokens)
        back = ban.take(token, 1)
        ruled_out = back.ruled_out if back else ()
        if back is None:
            shown += ban.ready()
        assert ban.text.startswith(shown)


@given(st.lists(st.text("ab .茶", min_size=1, max_size=5), max_size=8), st.integers(0, 10**6), st.integers(0, 40))
@example(["b", "茶."], 20503, 19)  # what was shown was the beginning of a phrase after a way back
@settings(max_examples=300)
def test_nothing_shown_is_taken_back_and_no_phrase_is_left_that_was_not_let_through(phrases, seed, wanted):
    ban, shown, draws = drawn(phrases, seed, wanted)
    assert shown == ban.text
    found = Phrases(phrases).find(shown)
    assert len(found) <= ban.let_through
    assert ban.tokens == wanted
    assert draws <= wanted + (TRIES + 1) * (len(shown) + 6) * 6


def test_a_phrase_is_taken_back_to_the_token_that_began_it():
    ban = Ban(Phrases(["rich tapestry"]))
    assert [ban.take(token, 1) for token in ("It", " is", " a", " rich", " tap", "estry")] == [None] * 6
    assert ban.ready() == "It is a"
    back = ban.take(" of", 1)
    assert back == (3, (" RICH", " Rich", " rich"))
    assert (ban.text, ban.avoided, ban.let_through) == ("It is a", 1, 0)
    assert ban.take(" plain", 1) is None
    assert ban.take(" cloth", 1) is None
    assert ban.ready() == " plain cloth"
    assert ban.take(" rich", 1) is None  # it was ruled out at that place alone
    assert ban.rest() == " rich"


def test_a_phrase_that_every_try_comes_back_to_is_let_through_and_counted():
    ban, shown, draws = drawn(["ab"], 0, 1, tokens=["ab"])
    assert (shown, ban.avoided, ban.let_through) == ("ab", 0, 1)
    assert draws == TRIES + 1


def test_what_is_ruled_out_at_a_place_adds_up_and_is_forgotten_where_the_text_before_it_changed():
    ban = Ban(Phrases(["x y", "z y", "q"]))
    for token in ("w", " x", " y"):
        assert ban.take(token, 1) is None
    assert ban.take(".", 1) == (1, (" X", " x"))
    assert ban.take(" z", 1) is None
    assert ban.take(" y", 1) is None
    assert ban.take(".", 1) == (1, (" X", " Z", " x", " z"))
    assert ban.take("q", 1) is None  # no word of its own: "wq"
    assert ban.take(" q", 1) is None
    assert ban.take(".", 1) == (2, (" Q", " q"))


def test_a_phrase_that_began_in_the_request_is_taken_back_to_the_start_of_the_reply():
    ban = Ban(Phrases(["a testament to"]), "It was a testa")
    assert ban.take("ment", 1) is None
    assert ban.ready() == ""
    assert ban.take(" to", 1) is None
    assert ban.take(" it", 1) == (0, ("MENT", "Ment", "ment"))
    assert ban.text == ""


def test_what_was_shown_stays_where_a_way_back_makes_a_phrase_of_it_possible_again():
    ban = Ban(Phrases(["茶.", "b"]))
    assert ban.take("茶", 1) is None
    assert ban.take("b", 1) is None
    assert ban.ready() == "茶"
    assert ban.close() == (1, ("B", "b"))
    assert ban.take(".", 1) == (1, (".", "B", "b"))
    assert ban.text == "茶"


def test_the_end_of_a_reply_ends_a_word():
    ban = Ban(Phrases(["tapestry"]))
    assert ban.take("A", 1) is None
    assert ban.take(" tapestry", 2) is None
    assert ban.ready() == "A"
    assert ban.close() == (1, (" TAPESTRY", " Tapestry", " tapestry"))
