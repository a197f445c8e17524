"""Benchmark prompts are found in requests, lightly edited too, and passages of them in outputs; other texts are let be."""

import json
import random
import re

import pytest
from tests.helpers.places import SHARED

from longwriter.data.filters.contamination import Benchmarks

BENCH = SHARED / "bench"
TEA = "Write a 10000-word article on the history of tea in the Wuyi mountains and its merchants"
PROMPTS = [TEA, "写一篇关于气候变化对全球经济影响的20000字论文", "Write a 2000-word story"]


@pytest.mark.parametrize(
    ("request_", "index"),
    [
        (TEA, 0),
        ("please write a 3,000 word essay on the History of TEA in the Wuyi Mountains and its traders. Thank you!", 0),
        ("请你写一篇气候变化对全球经济的影响的论文，8000字，要有数据。", 1),
    ],
)
def test_edited_prompts_are_found(request_: str, index: int) -> None:
    found = Benchmarks(PROMPTS).in_request(request_)
    assert found.share >= 0.5
    assert found.prompt == PROMPTS[index]


@pytest.mark.parametrize(
    "request_",
    [
        "Write a 10000-word article on the history of coffee in Naples and its bars",
        "Write a 10000-word article on the history of porcelain",
        "Write a 2000-word story",  # says nothing that could be recognised
        "写一篇关于人工智能对教育影响的20000字论文",
        "",
    ],
)
def test_other_requests_are_let_be(request_: str) -> None:
    assert Benchmarks(PROMPTS).in_request(request_).share < 0.5


def test_the_share_is_of_the_prompts_own_words_and_pairs() -> None:
    # telling words: red, fox, sleeps; pairs: (red, fox), (fox, sleeps); found: red, fox and their pair
    assert Benchmarks(["red fox sleeps"]).in_request("A red fox runs").share == 3 / 5
    assert Benchmarks(["red fox sleeps"]).in_request("a red cat") == (1 / 5, "red fox sleeps")


def test_no_benchmark_overlaps_nothing() -> None:
    assert Benchmarks([]).in_request(TEA) == (0.0, "")
    assert Benchmarks([]).in_output(TEA) is None


def test_thirteen_words_in_a_row_betray_an_output() -> None:
    prompt = " ".join(f"w{n}" for n in range(20))
    words = [f"W{n}" for n in range(20)]
    bench = Benchmarks([prompt])
    assert bench.in_output("It said: " + ", ".join(words[3:16]) + ". And then") == (13 / 20, prompt)
    assert bench.in_output("It said: " + ", ".join(words[3:15]) + ". And then") is None


def test_short_prompts_count_whole_from_eight_words_on() -> None:
    eight, seven = "one two three four five six seven eight", "red orange yellow green blue indigo violet"
    bench = Benchmarks([eight, seven])
    assert bench.in_output(f"He counted: {eight}.") == (1.0, eight)
    assert bench.in_output(f"He saw {seven}.") is None
    assert Benchmarks(["请写一篇关于敦煌壁画的文章"]).in_output("他说：请写一篇关于敦煌壁画的文章吧。") is not None


def edited(prompt: str, rng: random.Random) -> str:
    """One word in ten replaced, the length doubled, a greeting added."""
    units = re.findall(r"[\u4e00-\u9fff]|[^\s\u4e00-\u9fff]+|\s+", prompt)
    changed = [rng.choice(("thing", "quickly", "大")) if u.strip() and rng.random() < 0.1 else u for u in units]
    return "Hello, " + re.sub(r"\d+", lambda m: str(2 * int(m[0])), "".join(changed)) + " Thank you!"


def test_the_official_prompts() -> None:
    if not BENCH.is_dir():
        pytest.skip("no benchmark files on this machine")
    prompts = [
        json.loads(line)["prompt"]
        for name in ("longbench_write.jsonl", "longwrite_ruler.jsonl")
        for line in (BENCH / name).read_text("utf-8").splitlines()
    ]
    bench, rng = Benchmarks(prompts), random.Random(1)
    assert all(bench.in_request(p).share == 1 for p in prompts)
    assert sum(bench.in_request(edited(p, rng)).share >= 0.5 for p in prompts) >= 0.95 * len(prompts)
    half = Benchmarks(prompts[:60])
    assert sum(half.in_request(p).share >= 0.5 for p in prompts[60:120]) <= 2
