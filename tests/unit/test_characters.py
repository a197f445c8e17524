"""Half characters, controls and tricks of terminals."""

from hypothesis import given
from hypothesis import strategies as st

from longwriter.characters import Joiner, printable, whole
from longwriter.types import Reply

ODD = st.text(st.sampled_from("a\n\r\t\x00\x0b\x1b[]\x85\u2028\ud83d\ude00\ufeff字\U0001f600\u202e"), max_size=12)


def test_whole():
    assert whole("plain 字 \U0001f600\tx\n") == "plain 字 \U0001f600\tx\n"
    assert whole("half \ud83d x \ude00") == "half � x �"
    assert whole("pair \ud83d\ude00") == "pair \U0001f600"
    assert whole("a\r\nb\rc\x0bd\x85e\x0cf") == "a\nb\ncdef"
    assert whole("\ufeffa\x00b\x1b[31m\x9b\x7f\uffff") == "ab[31m"


@given(ODD)
def test_whole_is_final_and_can_be_written(text):
    once = whole(text)
    assert whole(once) == once
    assert len(once) <= len(text)
    once.encode("utf-8")


@given(ODD, st.integers(0, 12), st.integers(0, 12))
def test_pieces_give_the_same(text, one, other):
    cuts = sorted((one, other))
    joiner = Joiner()
    pieces = [text[: cuts[0]], text[cuts[0] : cuts[1]], text[cuts[1] :]]
    assert "".join([joiner.feed(p) for p in pieces] + [joiner.close()]) == whole(text)


def test_printable():
    assert printable("bad \x1b]0;TITLE\x07\x1b[31mred\x1b[2J\u202e!") == "bad red!"
    assert printable("\x9b31mX \x9d0;T\x9c Y\x08\x1bc") == "X  Y"


@given(ODD)
def test_nothing_printable_drives_a_terminal(text):
    shown = printable(text)
    assert not any(c < " " and c not in "\n\t" for c in shown)
    assert not set("\x7f\x85\x9b\u202e") & set(shown)


def test_a_reply_is_whole_whoever_makes_it():
    reply = Reply(text="half \ud83d\x00", finish="stop", thinking="a\r\nb")
    assert (reply.text, reply.thinking) == ("half �", "a\nb")
