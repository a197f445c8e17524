"""What the page's files must keep to; no browser needed."""

import json
import re

import pytest
from tests.helpers.page_server import ASSETS

SCRIPTS = sorted(ASSETS.glob("*.js"))
WORDS = {name: json.loads((ASSETS / f"{name}.json").read_text("utf-8")) for name in ("en", "zh")}


def test_scripts_stay_small() -> None:
    texts = {path.name: path.read_text("utf-8").splitlines() for path in SCRIPTS}
    assert max(map(len, texts.values())) <= 400
    assert max(len(line) for lines in texts.values() for line in lines) <= 150
    code = [line for lines in texts.values() for line in lines if not re.match(r"\s*($|//|/\*\*|\*)", line)]
    assert len(code) <= 1850


def test_html_comes_in_at_one_place_and_nothing_from_elsewhere() -> None:
    entries = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function|setAttribute\(\"on"
    )
    found = {path.name: len(entries.findall(path.read_text("utf-8"))) for path in SCRIPTS}
    assert {name: n for name, n in found.items() if n} == {"dom.js": 1}
    for path in ASSETS.iterdir():
        addresses = re.findall(r"https?://[^\"' ]+", path.read_text("utf-8"))
        assert set(addresses) <= {"http://www.w3.org/2000/svg"}, path.name
    page = (ASSETS / "index.html").read_text("utf-8")
    assert "<style" not in page
    assert " style=" not in page
    assert not re.search(r"<script(?![^>]*src=)", page)


def test_both_languages_say_the_same_things() -> None:
    english, chinese = WORDS["en"], WORDS["zh"]
    assert list(english) == list(chinese)
    for key, text in english.items():
        fields = set(re.findall(r"\{(\w+)\}", text))
        assert set(re.findall(r"\{(\w+)\}", chinese[key])) | {"n"} == fields | {"n"}, key


def test_every_word_of_the_page_is_in_the_tables() -> None:
    keys = {re.sub(r"\.(one|other)$", "", key) for key in WORDS["en"]}
    for path in SCRIPTS:
        named = re.findall(r"\bt\(\s*\"([\w.]+)\"", path.read_text("utf-8"))
        assert set(named) <= keys, path.name


@pytest.mark.parametrize("prefix", ["state", "why", "fate", "context", "section", "export", "mend", "finding"])
def test_words_chosen_by_a_value_are_there(prefix: str) -> None:
    wanted = {
        "state": "queued planning writing to_revise revising paused approval review ceiling failed unfinished plan no_plan "
        "finished",
        "why": "written redone draft edited merged kept",
        "fate": "new rewrite stale",
        "context": "auto full window",
        "section": "todo writing done",
        "export": "md docx epub html pdf txt bib json",
        "mend": "mended partly gone unmended waiting",
        "finding": "refusal.ok looping.fault length.ok ending.fault language.ok sections.fault asked.ok",
    }[prefix]
    assert {f"{prefix}.{name}" for name in wanted.split()} <= set(WORDS["en"])
