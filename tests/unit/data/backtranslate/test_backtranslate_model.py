"""Back-translation by a model: it gives words, the text gives numbers; what it says is read strictly and kept once."""

import json
import random
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.helpers.data_runs import MADE
from tests.helpers.server import Script, Server

from longwriter.data.backtranslate.build import BacktranslateSettings, make_triples
from longwriter.data.backtranslate.by_model import SHOWN_WORDS, Instructed, read_reply, schema, shown
from longwriter.data.backtranslate.request_templates import with_length
from longwriter.data.prompts import HERE
from longwriter.errors import InputError, Unavailable
from longwriter.length.target import read_target
from longwriter.models.base import ModelConfig
from longwriter.models.verdicts import Unreadable
from longwriter.prompts import prompt_set
from longwriter.steps.local import LocalEngine
from longwriter.text import count_words

PARAGRAPH = "The keeper climbed the stair, lit the lamp and wrote the hour in his book. " * 6
LINES = [{"title": "Night", "point": "The lamp is lit."}, {"title": "Morning", "point": "The book is closed."}]


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (json.dumps({"instruction": "Write on lamps.", "sections": LINES}), None),
        ("```json\n" + json.dumps({"instruction": "Write on lamps.", "sections": LINES}) + "\n```", None),
        ("I cannot do that.", "no JSON"),
        (json.dumps({"sections": LINES}), "no instruction"),
        (json.dumps({"instruction": "...", "sections": LINES}), "no instruction"),
        (json.dumps({"instruction": "Write 500 words on lamps.", "sections": LINES}), "length of its own"),
        (json.dumps({"instruction": "写一篇五百字的文章。", "sections": LINES}), "length of its own"),
        (json.dumps({"instruction": "Write on lamps.", "sections": LINES[:1]}), "another number"),
        (json.dumps({"instruction": "Write on lamps.", "sections": [{"point": "x"}] * 2}), "no title"),
        (json.dumps({"instruction": "Write on lamps.", "sections": ["x", "y"]}), "no title"),
        (json.dumps({"instruction": "<the request>", "sections": LINES}), "no instruction"),
        (json.dumps({"instruction": "Write on lamps.", "sections": [{"title": "...", "point": "x"}] * 2}), "no title"),
        (json.dumps({"instruction": "Write on lamps.", "sections": [{"title": "<of section 1>"}] * 2}), "no title"),
    ],
)
def test_a_reply_is_read_whole_or_its_fault_is_named(reply, fault) -> None:
    if fault is None:
        lines = (("Night", "The lamp is lit."), ("Morning", "The book is closed."))
        assert read_reply(reply, 2) == Instructed(instruction="Write on lamps.", lines=lines)
    else:
        with pytest.raises(Unreadable, match=fault):
            read_reply(reply, 2)


@pytest.mark.parametrize(
    "instruction", ["Write on lamps.", "What is a lamp?", "Lamps", "写一篇关于灯的文章。", "灯是什么？"]
)
def test_a_length_is_added_in_words_that_the_writer_reads(instruction) -> None:
    rng, language = random.Random(1), "zh" if instruction > "z" else "en"
    for _ in range(60):
        asked = with_length(instruction, 1234, language, rng, share=1)
        target = read_target(asked.text)
        assert asked.required in (1230, 1240)
        assert target is None or asked.required in (target.low, target.high, target.aim)
        assert target is not None or "Words: " in asked.text
        assert not any(bad in asked.text for bad in ("..", "。。", "?.", "？。", " ."))
    assert with_length(instruction, 1234, language, rng, share=0) == (instruction, None)


def test_a_long_text_is_shown_by_the_ends_of_its_sections() -> None:
    sections = [f"Begin {n}. " + PARAGRAPH * 40 + f"End {n}." for n in range(5)]
    seen = shown(sections)
    assert count_words(seen) < 1.1 * SHOWN_WORDS
    assert all(f"[{n + 1}]\nBegin {n}." in seen and f"End {n}." in seen for n in range(5))
    assert seen.count("[...]") == 5
    assert shown(["One.", "Two."]) == "[1]\nOne.\n\n[2]\nTwo."


def test_both_languages_ask_for_the_same_json() -> None:
    for language in ("en", "zh"):
        text = prompt_set(HERE / language).render("backtranslate_model", title="<T>", sections="<S>", count=3)
        assert "<T>" in text
        assert "<S>" in text
        assert '"instruction"' in text
        assert '"point"' in text
    names = [{p.name for p in (HERE / language).glob("backtranslate*.txt")} for language in ("en", "zh")]
    assert names[0] == names[1]
    assert schema(3)["properties"]["sections"]["minItems"] == 3


def source(folder: Path, count: int = 6) -> str:
    path = folder / "texts.jsonl"
    rows = [
        {"id": f"t{n}", "title": f"Lamp {n}", "book": f"b{n}", "text": "\n\n".join([PARAGRAPH.strip()] * (8 + n))}
        for n in range(count)
    ]
    rows += [{"id": "tiny", "text": "Too short.", "book": "b0"}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def reader(body: dict[str, Any], script: Script) -> str:
    count = body["response_format"]["json_schema"]["schema"]["properties"]["sections"]["minItems"]
    title = body["messages"][0]["content"].split('title="')[1].split('"')[0]
    sections = [{"title": f"Part {n}", "point": "x"} for n in range(count)]
    return json.dumps({"instruction": f"Tell of {title}.", "sections": sections})


def settings(path: str, url: str, **more: Any) -> BacktranslateSettings:
    return BacktranslateSettings(source=path, model=ModelConfig(model="reader", base_url=url, retry_s=0.2), **more)


def run(chosen: BacktranslateSettings, folder: Path) -> Any:
    return make_triples(chosen, folder, LocalEngine(3), lambda _: None, MADE)


def test_requests_are_the_model_s_and_numbers_the_text_s(tmp_path: Path) -> None:
    path = source(tmp_path)
    with Server(speak=reader) as server:
        made = run(settings(path, server.url, held_out_books=("b5",)), tmp_path / "out")
        asked = len(server.requests)
        again = run(settings(path, server.url, held_out_books=("b5",)), tmp_path / "out")
        assert len(server.requests) == asked == 6
    assert made.train == again.train
    assert made.train["dropped"] == {"text of fewer words than --texts": 1}
    rows = pq.read_table(tmp_path / "out" / "train.parquet").to_pylist()
    held = pq.read_table(tmp_path / "out" / "held" / "train.parquet").to_pylist()
    assert [r["book"] for r in rows] == ["b0", "b1", "b2", "b3", "b4"]
    assert [r["book"] for r in held] == ["b5"]
    for n, row in enumerate([*rows, *held]):
        assert row["messages"][0]["content"].startswith(f"Tell of Lamp {n}.")
        assert row["words"] == count_words(row["messages"][1]["content"]) == 90 * (8 + n)
        assert abs(sum(s["words"] for s in row["plan"]) - row["words"]) <= 5 * len(row["plan"])
        assert row["model"] == "reader"
        assert row["required"] is None or row["required"] == row["words"]


def test_a_changed_text_is_asked_about_again(tmp_path: Path) -> None:
    path = source(tmp_path)
    with Server(speak=reader) as server:
        run(settings(path, server.url), tmp_path / "out")
        Path(path).write_text(Path(path).read_text().replace("climbed", "went up", 1))
        run(settings(path, server.url), tmp_path / "out")
        assert len(server.requests) == 7


def test_a_data_set_that_an_earlier_version_began_goes_on(tmp_path: Path) -> None:
    with Server(speak=reader) as server:
        path = source(tmp_path)
        run(settings(path, server.url), tmp_path / "out")
        saved = tmp_path / "out" / "settings.json"
        gone = {"form": "chat", "direct": [30, 450], "max_parts": 10}
        saved.write_text(json.dumps(json.loads(saved.read_text()) | gone))
        run(settings(path, server.url), tmp_path / "out")
        assert len(server.requests) == 6
    assert not gone.keys() & json.loads(saved.read_text()).keys()


def test_unreadable_replies_are_asked_for_again_and_then_dropped_with_the_reason(tmp_path: Path) -> None:
    def stubborn(body: dict[str, Any], script: Script) -> str:
        return "no" if "Lamp 2" in str(body) or (body["seed"] == 7 and "Lamp 3" in str(body)) else reader(body, script)

    with Server(speak=stubborn) as server:
        made = run(settings(source(tmp_path), server.url), tmp_path / "out")
        assert len(server.requests) == 6 + 2 + 1
    assert made.train["dropped"]["the reply holds no JSON object"] == 1
    assert made.train["rows"] == 5


def test_a_server_s_failure_stops_it_and_the_same_command_goes_on(tmp_path: Path) -> None:
    path = source(tmp_path)
    with Server(speak=reader, faults=["500"] * 40) as server, pytest.raises(Unavailable, match="6 of 6 items failed"):
        run(settings(path, server.url), tmp_path / "out")
    assert not (tmp_path / "out" / "train.parquet").exists()
    with Server(speak=reader) as server:
        assert run(settings(path, server.url), tmp_path / "out").train["rows"] == 6


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="no range"):
        BacktranslateSettings.model_validate({"source": "x", "texts": (9, 3)})


def test_a_model_that_is_too_small_to_read_a_text_is_refused(tmp_path: Path) -> None:
    chosen = settings(source(tmp_path), "").model_copy(update={"model": ModelConfig(model="gguf:smollm2")})
    with pytest.raises(InputError, match=r"smollm2 is too small .* give --by another model"):
        run(chosen, tmp_path / "out")


def test_the_fake_model_makes_a_data_set_offline(tmp_path: Path) -> None:
    chosen = settings(source(tmp_path), "").model_copy(update={"model": ModelConfig(model="fake")})
    assert run(chosen, tmp_path / "out").train["rows"] == 6
