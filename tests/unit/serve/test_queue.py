import pytest

from longwriter.serve.queue import QueueFull, Turns


def test_turns_are_given_in_order_and_once() -> None:
    begun: list[str] = []
    turns = Turns(2, 2, begun.append)
    for name in ("a", "b", "c", "a", "c", "d"):
        turns.ask(name)
    assert begun == ["a", "b"]
    assert turns.waiting == ("c", "d")
    turns.withdraw("c")
    turns.leave("a")
    assert begun == ["a", "b", "d"]
    turns.leave("b")
    turns.ask("a")
    assert begun == ["a", "b", "d", "a"]


def test_new_runs_are_refused_when_no_other_could_wait() -> None:
    turns = Turns(1, 1, lambda _: None)
    with turns.place():
        turns.ask("a")
    with turns.place():
        turns.ask("b")
    with pytest.raises(QueueFull, match="1 runs wait already") as full, turns.place():
        pass
    assert full.value.retry_s == 60
    turns.ask("c")  # a run that is there is never refused
    assert turns.waiting == ("b", "c")


def test_nobody_has_a_turn_after_the_end() -> None:
    begun: list[str] = []
    turns = Turns(1, 5, begun.append)
    for name in ("a", "b"):
        turns.ask(name)
    turns.close()
    turns.leave("a")
    turns.ask("c")
    assert begun == ["a"]


def test_a_run_that_is_being_made_has_its_place() -> None:
    turns = Turns(1, 1, lambda _: None)
    with turns.place(), turns.place(), pytest.raises(QueueFull), turns.place():
        pass
    with turns.place():
        pass
