"""What stands before a Markdown text about it, and what only looks like that."""

import pytest

from longwriter.front_matter import front_matter

YAML = (
    "---\ntitle: \"The Fog: a tale\"\nauthor: [Ada Woods, B. C.]\nsubjects:\n  - sea\n  - 'fog'\nmade:\n  by: hand\n"
    "date: 2026-01-02\n---\n"
)
TOML = '+++\ntitle = "The Fog"\nauthors = ["Ada", "Ben"]\ndate = 2026-01-02\nwords = 3\n[extra]\na = 1\n+++\n'


def test_yaml_and_toml() -> None:
    fields, length = front_matter(YAML + "# T\n")
    assert fields == {
        "title": ["The Fog: a tale"], "author": ["Ada Woods", "B. C."], "subjects": ["sea", "fog"], "made": [],
        "date": ["2026-01-02"],
    }  # fmt: skip
    assert (YAML + "# T\n")[length:] == "# T\n"
    fields, length = front_matter(TOML.replace("\n", "\r\n") + "x")
    assert fields == {
        "title": ["The Fog"],
        "authors": ["Ada", "Ben"],
        "date": ["2026-01-02"],
        "words": ["3"],
        "extra": [],
    }
    assert length == len(TOML.replace("\n", "\r\n"))


@pytest.mark.parametrize(
    "text",
    ["", "---", "---\n\nIt was late.\n\n---\n", "---\nHe said: no.\nAnd went.\n---\n", "+++\nnot toml\n+++\n",
     "x\n---\ntitle: y\n---\n",
     "---\nAnna: Well.\nBen: No.\n---\n", "---\ntitle: y\n", "----\ntitle: y\n---\n", "+++\n" + "[" * 9000 + "\n+++\n"],
)  # fmt: skip
def test_what_is_text(text: str) -> None:
    assert front_matter(text) == ({}, 0)
