"""A real local server of a reward model, in vLLM's forms, that misbehaves on request.

    with ScoringServer(faults=["503", "nan"]) as server: ... server.url; server.requests; server.headers

A text's score is the number of its words that are "good".
"""

import json
import threading
from collections import deque
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

FORMS = {  # endpoint -> what one score looks like
    "classify": lambda score: {"index": 0, "label": "LABEL_0", "probs": [score], "num_classes": 1},
    "pooling": lambda score: {"index": 0, "object": "pooling", "data": [[0.1], [0.2], [score]]},
    "score": lambda score: {"index": 0, "object": "score", "score": score},
}
REFUSALS = {
    "400": (400, "this field is odd"),
    "401": (401, "wrong key SECRET"),
    "404": (404, "Not Found"),
    "429": (429, "busy"),
    "503": (503, "loading"),
    "long": (400, "This model's maximum context length is 512 tokens, not 900"),
    "longer": (400, "The decoder prompt (length 5000) is longer than the maximum model length of 4096."),
    "413": (413, "Request Entity Too Large"),
    "422": (422, "this field is odd"),
    "422 long": (422, "the input exceeds the context window"),
}
ROWS = {
    "empty": {"object": "list", "data": []},
    "null": {"data": [{"probs": [None]}]},
    "two": {"data": [{"probs": [0.3, 0.7], "num_classes": 2}]},
    "word": {"data": [{"score": "high"}]},
}


class ScoringServer:
    """Serves on 127.0.0.1 from `with` to its end."""

    def __init__(self, faults: Sequence[str] = (), constant: float | None = None) -> None:
        self.faults, self.constant = deque(faults), constant
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with outer._lock:
                    outer.requests.append(body)
                    outer.headers.append({k.lower(): v for k, v in self.headers.items()})
                    fault = outer.faults.popleft() if outer.faults else ""
                if fault == "cut":
                    self.close_connection = True
                    return
                status, raw = outer.answer(self.path.rpartition("/")[2], body, fault)
                self.send_response(status)
                self.send_header("Content-Length", str(len(raw)))
                if status in (429, 503):
                    self.send_header("Retry-After", "0.01")
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, endpoint: str, body: dict[str, Any], fault: str) -> tuple[int, bytes]:
        if fault in REFUSALS:
            status, said = REFUSALS[fault]
            return status, json.dumps({"error": {"message": said}}).encode()
        if fault == "html":
            return 200, b"<html>hello</html>"
        if fault in ROWS:
            return 200, json.dumps(ROWS[fault]).encode()
        text = body["text_2"] if endpoint == "score" else body["messages"][-1]["content"]
        score = float("nan") if fault == "nan" else float(text.split().count("good"))
        score = score if self.constant is None else self.constant
        return 200, json.dumps({"object": "list", "data": [FORMS[endpoint](score)]}).encode()
