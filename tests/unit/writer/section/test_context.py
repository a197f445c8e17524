"""What a section sees: blocks that never change, passages by relevance, windows that are kept."""

from hypothesis import given
from hypothesis import strategies as st

from longwriter.checks.passages import PassageIndex
from longwriter.text import count_words
from longwriter.types import Plan, Section
from longwriter.writer.prompts import prompt_set
from longwriter.writer.section.context import Outline
from longwriter.writer.section.earlier import TAIL_WORDS, EarlierText


def blocks_of(texts: list[str]) -> tuple[list[str], str]:
    earlier = EarlierText()
    for text in texts:
        earlier.add(text)
    return earlier.blocks()


def related(passages: list[str], query: str, most_words: int) -> list[str]:
    index = PassageIndex()
    for passage in passages:
        index.add(passage)
    return index.related(query, most_words)


def words(n: int, name: str = "w") -> str:
    return " ".join(f"{name}{i}" for i in range(n))


@given(st.lists(st.integers(50, 900), max_size=25))
def test_blocks_hold_all_text_once_in_order_and_never_change(sizes: list[int]) -> None:
    texts = [words(n, f"s{i}x") for i, n in enumerate(sizes)]
    blocks, recent = blocks_of(texts)
    assert "\n\n".join([*blocks, recent]) == "\n\n".join(texts) or not texts
    assert count_words(recent) >= min(TAIL_WORDS, sum(sizes))
    for upto in range(len(texts)):
        earlier, _ = blocks_of(texts[:upto])
        assert blocks[: len(earlier)] == earlier


def test_related_prefers_the_rare_word_and_keeps_the_room() -> None:
    passages = ["the mill stood by the river", "a storm broke the mill wheel", "the river ran on", "bread and butter"]
    assert related(passages, "storm", 100) == [passages[1]]
    assert related(passages, "mill river", 6) == [passages[0]]
    assert related(passages, "nothing of this", 100) == []
    assert related(["茶馆在河边", "山上有雪"], "河边的茶", 100) == ["茶馆在河边"]


def test_outline_of_one_chapter_keeps_all_chapter_titles() -> None:
    sections = [Section(title=f"S{i}", point="p", words=100, chapter=f"C{i // 2}") for i in range(6)]
    plan = Plan(sections=tuple(sections))
    assert Outline(plan, prompt_set("en")).of("C1").splitlines() == [
        "## C0", "## C1", "3. S2 (100 words): p", "4. S3 (100 words): p", "## C2",
    ]  # fmt: skip
    assert Outline(plan, prompt_set("zh")).whole.splitlines()[1] == "1. S0（100 字）：p"
