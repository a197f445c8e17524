"""What the checks found, as the verdict of a finished text says it: to be looked at, and no flaw."""

from longwriter.checks.finding import TextFinding, TextPlace
from longwriter.writer.outcome.verdict import flawed, remarks


def _found(kind: str, check: str, message: str, quotes: dict[str, int]) -> TextFinding:
    places = tuple(TextPlace(start=0, end=len(quote), section=section) for quote, section in quotes.items())
    return TextFinding(kind=kind, check=check, places=places, quotes=tuple(quotes), message=message)


AGE = _found("contradiction", "age", "Ada is 30 and 41", {"Ada was thirty.": 2, "Ada, forty-one,\nlaughed.": 5})
NAME = _found("contradiction", "spelling", "Ada is also Adda", {"Ada": 1, "Adda": 5})
PHRASE = _found("slop", "phrase", "“a testament to” stands 4 times", {"a testament to": 3})
RATE = _found("slop", "rate", "9.1 stock phrases per 1,000 words", {"a testament to": 3})


def test_a_contradiction_is_named_with_both_quotes_and_its_sections() -> None:
    [said] = remarks([AGE, NAME])
    assert (said.kind, said.ok, said.sections) == ("contradictions", False, (1, 2, 5))
    assert said.text == (
        '2 contradictions, by rules: Ada is 30 and 41 ("Ada was thirty." / "Ada, forty-one, laughed.")'
    )
    assert flawed([said]) == []


def test_stock_phrases_are_said_only_where_people_hardly_have_as_many() -> None:
    assert remarks([PHRASE]) == ()
    [said] = remarks([PHRASE, RATE])
    assert (said.kind, said.text) == ("slop", "9.1 stock phrases per 1,000 words")


def test_nothing_found_is_nothing_said() -> None:
    assert remarks([]) == ()
