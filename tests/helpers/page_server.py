"""A stand-in for the desk's server: the JSON of the page, canned, and a scripted stream; for tests of views alone.

What the views do with a real server is tested against one (`tests/page/test_flows.py`); here stand the states that a
real run reaches only by luck: a failure, a hostile text, a stream of a given speed, a text of a given length.
"""

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from markdown_it import MarkdownIt
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

import longwriter

ASSETS = Path(longwriter.__file__).parent / "serve" / "page" / "assets"
POLICY = "default-src 'self'"
MARKDOWN = MarkdownIt("commonmark", {"html": False})
NOW = 1_795_000_000.0
TITLES = (
    "The lamp is lit", "A letter from the mainland", "What the keeper's daughter saw", "Low water", "The inspector",
    "Three nights of fog", "The boat that did not answer", "An account is settled", "The light moves", "Morning",
)  # fmt: skip
PROSE = (
    "The tower had been built in a decade of wrecks, when the county still paid for stone, and it stood on the last "
    "of the hard ground before the flats. From the gallery one saw the whole of the estuary at once: the channel, the "
    "two sandbanks that the charts called the Sisters, and the town as a low brown line to the north.",
    "He kept the log in a hand so small that the inspector, every spring, asked for a glass. Wind, sea, oil, ships. "
    "On most days nothing else was wanted, and he had long ago stopped wishing that something else would be.",
    "“You will write to them,” she said. It was not a question. She had put the kettle down between them as one puts "
    "down a card that wins, and now she waited, with her red hands folded, for him to look at it.",
    "The fog came up the channel as it always did, without hurry, and took the Sisters first. Then the buoy went, then "
    "the water below the rocks; and when he lit the lamp there was nothing left for it to fall upon but the fog itself.",
    "There are sounds that belong to a house and sounds that do not. The knocking, when it came, was of neither kind.",
)


def prose(words: int, at: int = 0) -> str:
    """About so many words of paragraphs."""
    parts, count = list[str](), 0
    while count < words:
        parts.append(PROSE[(at + len(parts)) % len(PROSE)])
        count += len(parts[-1].split())
    return "\n\n".join(parts)


@dataclass
class CannedRun:
    """A run as the page sees it; tests change it before the page is opened."""

    name: str = "lighthouse"
    title: str = "The Keeper of Sisters Light"
    instruction: str = (
        "A novella of ten chapters on a lighthouse keeper at the end of the age of oil, about 6,000 words."
    )
    state: str = "writing"
    why: str = ""
    done: int = 6
    count: int = 10
    words: int = 600
    chapters: tuple[str, ...] = ()
    stale: frozenset[int] = frozenset({4})
    texts: dict[int, str] = field(default_factory=dict)
    speed: float = 0.0
    """Words a second that the stream sends; 0: it stands."""
    finish_after: int = 10**9
    """Words after which the section under way is finished."""
    calls: list[tuple[str, str, Any]] = field(default_factory=list)
    """What the page asked for with anything but GET: method, path, body."""
    position: int = 40

    def text(self, index: int) -> str:
        if index not in self.texts:
            self.texts[index] = prose(self.words, index)
        return self.texts[index]

    def html(self, index: int) -> str:
        return MARKDOWN.render(self.text(index))

    def section(self, index: int) -> dict[str, Any]:
        done = index < self.done
        chapter = self.chapters[index * len(self.chapters) // self.count] if self.chapters else ""
        writing = index == self.done and self.state == "writing"
        return {
            "index": index,
            "id": f"id{index}",
            "title": TITLES[index % len(TITLES)],
            "chapter": chapter,
            "point": "He tends the lamp as every night. Something is in the water. End on the sound of oars.",
            "words": self.words,
            "written": len(self.text(index).split()) if done else 0,
            "state": "done" if done else "writing" if writing else "todo",
            "stale": index in self.stale,
            "hand": index == 2,
            "version": 10 + index if done else None,
            "drafts": 2 if index == 3 else 0,
            "locked": index == 1,
        }

    def meter(self) -> dict[str, Any]:
        return {
            "calls": 9, "prompt_tokens": 48210, "completion_tokens": 9120, "cached_tokens": 31180, "cost": 0.214,
            "rest_cost": 0.15, "budget": 1.0, "words": sum(len(self.text(i).split()) for i in range(self.done)),
            "aim": self.count * self.words,
            "words_per_minute": 1240.0, "minutes_left": 4.2,
        }  # fmt: skip

    def row(self) -> dict[str, Any]:
        meter = self.meter()
        return {
            "name": self.name, "title": self.title, "instruction": self.instruction, "state": self.state, "why": self.why,
            "asked": meter["aim"], "written": meter["words"], "done": self.done, "sections": self.count, "cost": 0.214,
            "active": time.time() - 200, "here": True,
        }  # fmt: skip

    def whole(self) -> dict[str, Any]:
        return {
            "name": self.name, "position": self.position, "state": self.state, "why": self.why, "instruction": self.instruction,
            "title": self.title, "aim": self.count * self.words, "settings": {"model": "smollm2", "context": "auto"},
            "control": {"going": True, "review": False, "after": False, "approve": False}, "meter": self.meter(),
            "plan_position": 3, "locks": ["id1"], "sections": [self.section(i) for i in range(self.count)], "here": True,
        }  # fmt: skip

    def versions(self, index: int) -> dict[str, Any]:
        def version(entry: int, number: int, why: str, **more: Any) -> dict[str, Any]:
            return {
                "entry": entry, "number": number, "section": f"id{index}", "why": why, "instruction": "", "model": "qwen3-8b",
                "parent": None, "words": 312, "cost": 0.012, "at": time.time() - 4000 + entry, "final": entry == 10 + index,
                "hand": why == "edited",
            } | more  # fmt: skip

        asked = {"instruction": "Quieter; end on the oars.", "parent": 10 + index}
        first = version(10 + index, 1, "written")
        return {
            "versions": [first, version(70, 2, "draft", **asked), version(71, 3, "draft", model="gpt-5-mini", **asked)],
            "final": 10 + index,
            "waiting": [70, 71],
            "withdrawn": ["a draft of section 3 came to nothing: gpt-5-mini said nothing"],
        }

    def diff(self) -> dict[str, Any]:
        changed = [
            ["=", "He kept the log in a hand so "],
            ["-", "small"],
            ["+", "fine"],
            ["=", " that the inspector, every spring, asked for a glass."],
        ]
        return {
            "paragraphs": [
                {"kind": "same", "a": PROSE[0], "b": PROSE[0], "words": []},
                {"kind": "changed", "a": "He kept", "b": "He kept", "words": changed},
                {"kind": "removed", "a": PROSE[4], "b": None, "words": []},
                {"kind": "added", "a": None, "b": "The oars stopped. Nobody called.", "words": []},
            ]
        }

    def report(self) -> dict[str, Any]:
        lengths = [
            {
                "number": i + 1,
                "title": self.section(i)["title"],
                "planned": self.words,
                "asked": self.words,
                "written": int(self.words * (0.6 + 0.13 * (i % 6))),
            }
            for i in range(self.count)
        ]
        verdict = [
            {
                "kind": "repetition",
                "ok": False,
                "text": "Section 7 says again what stood in section 2.",
                "at": {"section": 6, "paragraph": 1},
            },
            {"kind": "length", "ok": True, "text": "6,120 words: 2 % over what was asked."},
        ]
        along = [0.0, 0.01, 0.02, 0.01, 0.04, 0.03, 0.12, 0.05, 0.04, 0.06]
        return {
            "finished": True,
            "verdict": verdict,
            "lengths": lengths,
            "repetition": {"share": 0.038, "along": along, "passages": []},
            "checks": [self.finding(n) for n in range(4)],
            "style": {
                "own": 71.5,
                "others": 12.0,
                "along": [{"words": 1200 * n, "percentile": 55 + 9 * n} for n in range(5)],
            },
            "spent": {"cost": 0.36},
        }

    def finding(self, n: int) -> dict[str, Any]:
        """A finding of the checks: two that can be mended, one that no passage can, one that a person dismissed."""
        message, mend = (
            ("Mara's eyes are grey here and brown there", ""),
            ("17 words say again, word for word, what stood earlier", ""),
            ("stock phrases stand in it 4.1 times in 1,000 words", "it is about the whole text, and no single passage"),
            ("a paragraph stops inside a sentence", ""),
        )[n]
        places = [{"section": s, "paragraph": 1, "text": "Wind, sea, oil, ships."} for s in (2, 5)]
        own = {"key": f"{n:016x}", "dismissed": n == 3, "mend": mend}
        return {"kind": "contradiction", "check": "eyes", "message": message, "source": "rule", "places": places} | own

    def revision(self) -> dict[str, Any]:
        edit = {
            "section": 2,
            "entry": 61,
            "before": PROSE[1],
            "after": PROSE[1].replace("small", "fine"),
            "stands": True,
            "words": [
                ["=", "He kept the log in a hand so "],
                ["-", "small"],
                ["+", "fine"],
                ["=", " that the inspector asked for a glass."],
            ],
        }
        told = {"kind": "contradiction", "check": "eyes", "why": ""}
        rows = [
            told | {"key": "a" * 16, "message": "the hand is small here, fine there", "state": "mended", "edits": [edit]},
            told | {"key": "b" * 16, "message": "a paragraph says again what stood earlier", "state": "unmended", "edits": []}
            | {"why": "it keeps 12 % of the passage's words, and 50 % should stay"},
            told | {"key": "c" * 16, "message": "an older one", "state": "mended", "edits": [edit | {"stands": False}]},
        ]  # fmt: skip
        return {"over": True, "findings": rows, "small": True, "why": ""}


def _event(kind: str, data: object, position: int | None = None) -> str:
    return (f"id: {position}\n" if position is not None else "") + f"event: {kind}\ndata: {json.dumps(data)}\n\n"


class PageServer:
    """The stand-in, with the runs it shows."""

    def __init__(self, *runs: CannedRun) -> None:
        self.runs = {run.name: run for run in runs}
        self.token: str | None = None
        routes = [
            Route("/assets/{name}", self.asset),
            Route("/api/{path:path}", self.api, methods=["GET", "POST", "PUT", "DELETE"]),
            Route("/{path:path}", self.page),
        ]
        self.app = Starlette(routes=routes)

    async def page(self, request: Request) -> Response:
        return FileResponse(ASSETS / "index.html", headers={"content-security-policy": POLICY})

    async def asset(self, request: Request) -> Response:
        kinds = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json"}
        path = ASSETS / request.path_params["name"]
        return FileResponse(path, media_type=kinds[path.suffix]) if path.is_file() else PlainTextResponse("no", 404)

    async def api(self, request: Request) -> Response:
        path = request.path_params["path"].split("/")
        body = json.loads(await request.body() or b"null")
        if request.method != "GET":
            assert request.headers["x-longwriter"] == "1"
            for run in self.runs.values():
                run.calls.append((request.method, "/".join(path), body))
        match path:
            case ["me"]:
                return JSONResponse(
                    {"version": "0", "read_only": False, "languages": ["en", "zh"], "exports": ["md", "html"]}
                )
            case ["models"]:
                return JSONResponse({"models": [{"name": "smollm2", "base_url": None, "about": "default"}]})
            case ["events"]:
                return StreamingResponse(self.still(), media_type="text/event-stream")
            case ["estimate"]:
                return JSONResponse({
                    "words": 6000, "sections": 10, "calls": 14, "prompt_tokens": 61000, "completion_tokens": 9100,
                    "cost": 0.31, "cost_cached": 0.19, "cached_tokens": 40000, "minutes": 6.5, "context": "full",
                    "assumed": False, "aim": 6000, "seconds": 390,
                })  # fmt: skip
            case ["runs"] if request.method == "POST":
                return JSONResponse({"name": next(iter(self.runs))}, 201)
            case ["runs"]:
                wanted = request.query_params.get("q", "").lower()
                return JSONResponse({"runs": [run.row() for run in self.runs.values() if wanted in run.title.lower()]})
            case ["undo"]:
                return JSONResponse({})
            case ["outline", "parse"]:
                return JSONResponse(
                    {"title": "Pasted", "sections": [{"title": "One", "chapter": "", "point": "", "words": 100}]}
                )
            case ["runs", name, *rest] if name in self.runs:
                return await self.of_run(request, self.runs[name], rest, body)
        return JSONResponse({"error": {"message": f"no {'/'.join(path)}", "type": "InputError"}}, 404)

    async def of_run(self, request: Request, run: CannedRun, rest: list[str], body: Any) -> Response:
        match rest:
            case []:
                return JSONResponse({"undo": "u1"} if request.method == "DELETE" else run.whole())
            case ["text"]:
                first, last = int(request.query_params["from"]), int(request.query_params["to"])
                rows = [
                    {
                        "index": i,
                        "id": f"id{i}",
                        "version": 10 + i,
                        "html": run.html(i),
                        "words": run.words,
                        "dir": "auto",
                    }
                    for i in range(first, min(last, run.done))
                ]
                return JSONResponse({"sections": rows})
            case ["events"]:
                return StreamingResponse(self.stream(run), media_type="text/event-stream")
            case ["report"]:
                return JSONResponse(run.report())
            case ["revision"]:
                return JSONResponse({} if request.method == "POST" else run.revision())
            case ["snapshots"]:
                return JSONResponse({"snapshots": [{"entry": 30, "name": "Before the fog", "at": time.time() - 9000}]})
            case ["outline", "preview"]:
                count = len(body["sections"])
                effects = {
                    "unchanged": [],
                    "moved": [],
                    "new": [i for i, s in enumerate(body["sections"]) if not s.get("id")],
                    "dropped": [],
                    "stale": [i for i in range(5, min(count, run.done))],
                }
                return JSONResponse(
                    {"sections": body["sections"], "total": body["total"], "left_over": 0, "effects": effects}
                )
            case ["sections", index, "versions"]:
                return JSONResponse(run.versions(int(index)))
            case ["sections", index, "versions", entry]:
                text = prose(120, int(entry))
                return JSONResponse({"text": text, "html": MARKDOWN.render(text), "words": 120})
            case ["sections", _, "diff"]:
                return JSONResponse(run.diff())
            case ["sections", _] if request.method == "PUT":
                merge = [
                    {"kind": "same", "base": "a", "mine": "The same.", "theirs": "The same."},
                    {"kind": "conflict", "base": "b", "mine": "My own words.", "theirs": "The words of another."},
                ]
                return JSONResponse(
                    {
                        "error": {"message": "changed meanwhile", "type": "EditConflict"},
                        "theirs": {"entry": 71, "text": ""},
                        "merge": merge,
                    },
                    409,
                )
        return JSONResponse({})

    async def still(self) -> AsyncIterator[str]:
        yield "retry: 1000\n\n"
        while True:
            await asyncio.sleep(10)
            yield ": keep-alive\n\n"

    async def stream(self, run: CannedRun) -> AsyncIterator[str]:
        yield "retry: 1000\n\n"
        state = {"state": run.state, "why": run.why, "control": run.whole()["control"], "meter": run.meter()}
        if run.state != "writing" or run.done >= run.count:
            yield _event("state", state | {"writing": []}, run.position)
        else:
            yield _event("state", state | {"writing": [run.done]}, run.position)
            text = prose(10**4 if run.speed else run.words // 2, run.done)
            words, at = text.split(" "), 0
            batch = max(1, int(run.speed / 5)) if run.speed else len(words)
            for k in range(0, len(words), batch):
                part = " ".join(words[k : k + batch]) + " "
                yield _event("words", {"index": run.done, "at": at, "text": part})
                at += len(part)
                if k >= run.finish_after:
                    run.texts[run.done], run.done, run.position = text[:at], run.done + 1, run.position + 1
                    done = {
                        "index": run.done - 1,
                        "id": f"id{run.done - 1}",
                        "version": 9 + run.done,
                        "html": run.html(run.done - 1),
                        "words": k,
                        "stale": False,
                        "hand": False,
                        "drafts": 0,
                    }
                    yield _event("section", done, run.position)
                    yield _event("state", state | {"state": "paused", "writing": []}, run.position)
                    break
                await asyncio.sleep(0.2)
        async for part in self.still():
            yield part

    @contextmanager
    def serving(self, port: int = 0) -> Iterator[str]:
        """Its address, while it serves; at a port of a server that has gone, or at a free one."""
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(("127.0.0.1", port))
            port = taken.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(self.app, port=port, log_level="error", timeout_graceful_shutdown=0))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join()
