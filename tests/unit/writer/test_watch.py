"""One reply as it streams: ended when it loops or is long enough, kept by whole sentences, trimmed at one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.writer.making import varied

from longwriter.errors import EmptyReply, Refused
from longwriter.text import count_words, sentence_ends
from longwriter.types import Reply
from longwriter.writer.reply.watch import BEYOND, KEEP_AFTER_S, LOOK_EVERY, Bounds, ReplyWatch, fit, kept

FIVE = "One two three four five. "
STORY = varied("The harbour lay still", 12).strip()  # 84 words in sentences of 7


def bounds(most: int = 100, before: str = "") -> Bounds:
    return Bounds(before, most, "Write a story about a harbour.", ("The Harbour", "Morning"))


def heard(watch: ReplyWatch, pieces: list[str]) -> int:
    """Pieces until it is enough, all of them where it never is."""
    watch.begin()
    return next((n for n, piece in enumerate(pieces, 1) if watch.hear(piece)), len(pieces))


def test_a_stream_of_one_word_is_ended_at_the_first_look() -> None:
    shown: list[str] = []
    watch = ReplyWatch(bounds(most=20_000), show=shown.append)
    assert heard(watch, ["word "] * 10_000) == LOOK_EVERY / len("word ")
    assert "".join(shown) == watch.text == "word " * 64


def test_a_stream_is_ended_when_it_says_earlier_text_again() -> None:
    sentences = [f"{s}. " for s in varied("The harbour lay still", 200).split(". ") if s]
    before = "".join(sentences)
    assert heard(ReplyWatch(bounds(most=20_000)), sentences) == len(sentences)
    assert heard(ReplyWatch(bounds(most=20_000, before=before)), sentences) < 20


def test_a_stream_beyond_its_words_is_ended_within_a_look() -> None:
    words = [f"word{n} " for n in range(1000)]  # 8 characters a piece at most: a look every 40 words and more
    heard_of = heard(ReplyWatch(bounds(most=100)), words)
    assert 100 + BEYOND < heard_of <= 100 + BEYOND + LOOK_EVERY / 6


def test_a_new_try_begins_empty() -> None:
    watch = ReplyWatch(bounds())
    watch.hear("A first try. ")
    watch.begin()
    watch.hear("Another.")
    assert watch.text == "Another."


def test_whole_sentences_are_handed_over_once_after_two_seconds() -> None:
    saved: list[str] = []
    watch = ReplyWatch(bounds(most=1000), keep=saved.append)
    long = varied("The harbour lay still", 40)
    watch.hear(long[:400])
    assert saved == [], "it has only begun"
    watch._began -= KEEP_AFTER_S + 0.1
    watch.hear(long[400 : 400 + LOOK_EVERY])
    assert len(saved) == 1
    assert watch.text.startswith(saved[0])
    assert saved[0].endswith(".")
    watch.save()
    assert len(saved) == 1, "no new sentence"
    watch.text += " A last one, with some words of its own. And half"
    watch.save()
    assert saved[1].endswith("of its own.")


def test_a_few_words_are_not_handed_over() -> None:
    saved: list[str] = []
    watch = ReplyWatch(bounds(), keep=saved.append)
    watch.text = FIVE * 3  # 15 words
    watch.save()
    assert saved == []
    watch.text = FIVE * 4
    watch.save()
    assert saved == [(FIVE * 4).strip()]


def test_a_reply_is_trimmed_at_a_sentence_and_then_cut() -> None:
    text = " ".join(
        f"{word} stands alone by the water." for word in ["Anna", "Ben", "Clara", "Dora", "Emil", "Fanny"]
    )  # 6 x 6 words
    whole = kept(Reply(text=text, finish="stop"), bounds(36))
    assert (whole.text, whole.finish) == (text, "stop")
    fitted = kept(Reply(text=text, finish="stop"), bounds(35))
    assert fitted.text == text[: text.index(" Fanny")]
    assert fitted.finish == "cut"
    assert kept(Reply(text=text, finish="length"), bounds(35)).finish == "length"


def test_a_circle_is_left_out() -> None:
    found = kept(Reply(text=STORY + " It is a place where people can visit." * 10, finish="length"), bounds(1000))
    assert found.text.startswith(STORY)
    assert found.text.count("people can visit") <= 1


@pytest.mark.parametrize("text", ["I'm ready to help. What's your request?", "Sure! Here's the section:", "", "***"])
def test_talk_alone_is_an_empty_reply(text: str) -> None:
    with pytest.raises(EmptyReply, match="talk about the task") as caught:
        kept(Reply(text=text, finish="stop"), bounds())
    assert not isinstance(caught.value, Refused)


def test_a_circle_alone_is_an_empty_reply_and_a_refusal_is_refused() -> None:
    with pytest.raises(EmptyReply, match="round in circles"):
        kept(Reply(text="word " * 400, finish="length"), bounds())
    with pytest.raises(Refused, match="can't help"):
        kept(Reply(text="I'm sorry, but I can't help with that.", finish="stop"), bounds())


def test_as_many_whole_sentences_fit_as_the_words_hold() -> None:
    text = (FIVE * 4).strip()
    assert fit(text, 20) == text
    assert fit(text, 19) == fit(text, 15) == (FIVE * 3).strip()
    assert fit(text, 14) == (FIVE * 2).strip()
    assert fit(text, 1) == fit(text, 0) == FIVE.strip(), "at least one"
    assert fit("no end of a sentence in here", 2) == "no end of a sentence in here"
    assert fit("港口很安静。船来了。", 6) == "港口很安静。"


@given(
    st.lists(st.sampled_from([FIVE, "Yes! ", "Why not? ", "港口很安静。", "\n\n", "a, b ", "“Go.” "]), max_size=20),
    st.integers(0, 60),
)
def test_what_fits_is_a_beginning_that_ends_with_a_sentence(parts: list[str], most: int) -> None:
    text = "".join(parts)
    fitted = fit(text, most)
    ends = list(sentence_ends(text))
    assert text.startswith(fitted)
    assert fitted == text or len(fitted) in ends
    assert count_words(fitted) <= most or not ends or fitted == text[: ends[0]]
