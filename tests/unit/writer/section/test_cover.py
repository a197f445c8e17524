"""How much of a plan's line a text keeps, by stems."""

from longwriter.writer.section.cover import content_words, covered, missing_words


def test_content_words_are_those_without_a_function_words_role_by_stem() -> None:
    assert list(content_words("The keeper climbs the tower, and the keepers climbed it").values()) == [
        "keeper",
        "climbs",
        "tower",
    ]
    assert list(content_words("他爬上灯塔的台阶").values()) == ["爬", "灯", "塔", "台", "阶"]


def test_the_share_of_a_line_is_that_of_its_words_which_the_text_has() -> None:
    line = "Tomas climbs the tower and trims the lamp"  # Tomas, climb, tower, trim, lamp
    assert covered(line, "He climbed to the lamp.") == 2 / 5
    assert missing_words(line, "He climbed to the lamp.") == ["Tomas", "tower", "trims"]
    assert covered(line, f"So {line}.") == 1
    assert covered(line, "") == 0
    assert covered("", "anything") == 1
    assert covered("the and of", "") == 1, "a line of function words asks for nothing"
    assert covered("灯塔", "塔在海边。") == 1 / 2
