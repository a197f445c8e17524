"""Rows of benchmarks in the shape of their own files."""

from typing import Any

LEVELS = {level: f"earns {level}" for level in ("1-2", "3-4", "5-6", "7-8", "9-10")}


def criterion(name: str) -> dict[str, str]:
    return {"name": name, "criteria_description": f"about {name}", **LEVELS}


def query(index: int, **more: Any) -> dict[str, Any]:
    checklist = [criterion(f"c{n}") for n in range(5)]
    row = {"index": index, "domain1": "Law", "domain2": "Contracts", "query": f"Draft lease {index}"}
    return row | {"checklist": checklist} | more


def battle(idx: int, **more: Any) -> dict[str, Any]:
    row = {"idx": idx, "question": f"Write 200 words on tin {idx}", "type": "Essay", "length": 200}
    return row | {"baseline_response": {"one": "Tin is soft.", "two": "Tin melts."}} | more
