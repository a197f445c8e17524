"""ConStory-Bench: its files, a judge whose quotes are looked up, what rules find, and scores from what is stored."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.helpers.bench_runs import run, settings, speaking
from tests.helpers.data_runs import saved
from tests.helpers.server import Server

from longwriter.bench.benchmarks.base import open_benchmark
from longwriter.bench.judging.consistency import Consistency, kinds, verified
from longwriter.bench.judging.quoted import QuotedText
from longwriter.bench.records import BenchItem
from longwriter.bench.scores import score_run
from longwriter.errors import InputError

ROWS = [
    {"id": 0, "language": "en", "task_type": "generation", "prompt": "Write a story of a lamp."},
    {"id": 1, "language": "zh", "task_type": "completion", "prompt": "写一个灯塔的故事。"},
]
STORY = (
    "Ada had green eyes and a red coat. " + "The lamp burned all night long. " * 10 + "Her brown eyes were wet then."
)
ITEM = BenchItem(id="0", prompt="Write")
EYES = {
    "kind": "appearance_mismatches",
    "earlier": "Ada had green  eyes",
    "later": "Her “brown eyes” were",
    "why": "two colours",
}


def _prompts(folder: Path) -> Path:
    pq.write_table(pa.Table.from_pylist(ROWS), folder / "prompts.parquet")
    return folder


def _evaluations(folder: Path) -> None:
    (folder / "evaluations").mkdir()
    columns = [f"{category}_{kind}" for category, table in kinds().items() for kind in table]
    for name, words, wrong in (("best", 400, 0), ("worst", 10, 2)):
        row = dict.fromkeys(columns, "[]") | {"id": 0, "generated_story": "word " * words}
        row |= dict.fromkeys(columns[:wrong], json.dumps([{"exact_quote": "word"}, {"exact_quote": "word word"}]))
        with (folder / "evaluations" / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(row))
            writer.writeheader()
            writer.writerow(row)


def test_its_files_are_read_as_they_are_published(tmp_path: Path) -> None:
    _evaluations(_prompts(tmp_path))
    data = open_benchmark("constory").read(str(tmp_path))
    first, second = data.items
    assert (first.id, first.language, first.type, second.language) == ("0", "en", "generation", "zh")
    assert json.loads(first.facts["per_error"]) == {"best": 400.0, "worst": 10 / 3}
    assert second.facts == {}
    assert [file.name for file in data.files] == ["prompts.parquet", "best.csv", "worst.csv"]
    with pytest.raises(InputError, match="needs --data"):
        open_benchmark("constory").read(None)
    (tmp_path / "prompts.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(InputError, match=r"cannot read .*prompts\.parquet"):
        open_benchmark("constory").read(str(tmp_path))


def test_a_story_stands_in_the_column_named_after_its_system(tmp_path: Path) -> None:
    folder = _prompts(tmp_path) / "evaluations"
    folder.mkdir()
    file = folder / "gpt5_reasoning.csv"
    null = json.dumps([{"exact_quote": "word", "contradiction_pair": None}])
    file.write_text(
        "id,prompt,gpt5_reasoning_story,timeline_plot_causeless_effects\n" + f"0,Write,word word,'{null}'\n", "utf-8"
    )
    first, _ = open_benchmark("constory").read(str(tmp_path)).items
    assert json.loads(first.facts["per_error"]) == {"gpt5_reasoning": 1.0}
    file.write_text("id,prompt\n0,Write\n", "utf-8")
    with pytest.raises(InputError, match="no column story; there are id, prompt"):
        open_benchmark("constory").read(str(tmp_path))


def test_there_are_nineteen_kinds_in_five_categories() -> None:
    assert [len(table) for table in kinds().values()] == [4, 3, 3, 6, 3]


def test_a_judge_is_asked_five_times_and_only_quotes_that_stand_in_the_text_count(tmp_path: Path) -> None:
    _evaluations(_prompts(tmp_path))
    invented = EYES | {"later": "Her blue eyes were dry"}
    same = EYES | {"earlier": "green eyes and a red", "later": "eyes and a red coat"}
    elsewhere = EYES | {"kind": "memory_contradictions"}

    def judge(body: dict[str, Any]) -> str:
        asked = body["messages"][-1]["content"]
        errors = [EYES, EYES, invented, same, elsewhere] if "appearance_mismatches" in asked else []
        return json.dumps({"errors": errors})

    own = saved(tmp_path / "t.jsonl", [{"id": 0, "text": STORY}, {"id": 1, "text": ""}])
    with Server(speak=speaking(judge)) as server:
        chosen = settings(str(tmp_path), own, benchmark="constory", judge="judge", url=server.url)
        scores = run(chosen, tmp_path / "run")
        assert len(server.requests) == 5
    words = 74
    values = {name: metric.value for name, metric in scores.metrics.items()}
    assert values["CED"] == pytest.approx(1e4 / words)
    assert values["errors_10k"] == values["factual_detail"] == pytest.approx(1e4 / words)
    assert values["characterization"] == 0
    assert values["unverified"] == pytest.approx(4 / 5)
    assert values["per_error"] == words / 2
    assert values["GRR"] == 2  # 400 words without an error are better, 10 with two are not
    assert scores.metrics["CED"].missing == 1  # the empty text
    assert values["earlier_at"] == 0
    assert values["gap"] == values["later_at"] == pytest.approx(100 * STORY.index("Her brown") / len(STORY))
    assert scores.by["kind"]["factual_detail/appearance_mismatches"]["errors_10k"].n == 1
    assert [m["errors"].value for m in scores.by["place of the later passage"].values()] == [0] * 9 + [1]
    assert '"Ada had green eyes" / "Her brown eyes were" two colours' in scores.items[0].reasons["CED"]
    before = (tmp_path / "run" / "scores.json").read_bytes()
    score_run(tmp_path / "run")
    assert (tmp_path / "run" / "scores.json").read_bytes() == before


def test_without_a_judge_rules_say_what_they_can_prove(tmp_path: Path) -> None:
    chosen = settings(
        str(_prompts(tmp_path)), saved(tmp_path / "t.jsonl", [{"id": 0, "text": STORY}]), benchmark="constory"
    )
    scores = run(chosen, tmp_path / "run")
    assert list(scores.metrics) == ["rules_10k"]
    assert scores.metrics["rules_10k"].missing == 1
    assert scores.items[0].scores["rules_10k"] is not None


def test_quotes_are_found_whatever_their_marks_and_blanks() -> None:
    said = "He said:\n\n“It’s  *the* lamp—still”, and it’s the lamp still."
    text, again = QuotedText(said), said.index("it’s")
    assert text.find("It's the lamp-still") == (said.index("It’s"), said.index("”"))
    assert text.find("it's the lamp still.") == (again, len(said) - 1)
    assert text.find("It's the lamp", 12) == (again, again + 13)
    assert text.find("the lamp") is None  # too short to say
    assert text.find("It's the lamps") is None
    chinese = QuotedText("他说：“灯还亮着。”")
    assert chinese.find("“灯还亮着。”") == (4, 9)


def test_a_reply_in_the_published_form_is_read_too() -> None:
    reply = json.dumps({"appearance_mismatches": [{"exact_quote": "b c d", "contradiction_pair": ["a", "b c"]}]})
    reading = Consistency().read(f"```json\n{reply}\n```")
    assert reading is not None
    assert reading.marks == {"appearance_mismatches": 1}
    assert reading.errors[0][:3] == ("appearance_mismatches", "a b c", "b c d")


@pytest.mark.parametrize("reply", ["none", "[]", "{}", '{"errors": "none"}', '{"errors": ["x"]}', '{"kinds": []}'])
def test_a_reply_that_lists_nothing_is_not_read(reply: str) -> None:
    assert Consistency().read(reply) is None


def test_a_category_without_a_reply_is_missing_and_so_is_the_whole() -> None:
    judging = Consistency()
    none = judging.read('{"errors": []}')
    readings = dict.fromkeys(kinds(), none) | {"timeline_plot": None}
    scores = judging.judged_in(ITEM, STORY, readings).scores
    assert scores["CED"] is None
    assert scores["timeline_plot"] is None
    assert scores["world_building"] == 0
    assert verified(STORY, readings) == []


def test_a_quote_that_stands_twice_may_be_both_passages() -> None:
    text = "The clock struck nine. " + "Rain fell on it. " * 5 + "The clock struck nine. Ada left."
    error = {
        "kind": "absolute_time_contradictions",
        "earlier": "The clock struck nine",
        "later": "The clock struck nine",
    }
    reading = Consistency().read(json.dumps({"errors": [error]}))
    [found] = verified(text, {"timeline_plot": reading})
    assert (found.earlier.start, found.later.start) == (0, text.rindex("The clock"))
