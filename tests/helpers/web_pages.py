"""A real local server of web pages: `with WebPages({"/a": page(b"<p>...")}) as web: web.url + "/a"`."""

import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple, Self


class WebPage(NamedTuple):
    body: bytes
    media: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = {}
    slow_s: float = 0.0
    """Seconds before each of its bytes."""


class WebPages:
    def __init__(self, pages: Mapping[str, WebPage]) -> None:
        self.pages = pages
        self.asked: list[str] = []
        self.agents: list[str] = []

    def __enter__(self) -> Self:
        web, stopped = self, threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.asked.append(self.path)
                web.agents.append(self.headers["User-Agent"])
                page = web.pages.get(self.path, WebPage(b"none", status=404))
                self.send_response(page.status)
                for name, value in ({"Content-Type": page.media} | dict(page.headers)).items():
                    self.send_header(name, value)
                self.end_headers()
                for byte in [page.body] if not page.slow_s else [page.body[i : i + 1] for i in range(len(page.body))]:
                    if stopped.wait(page.slow_s):
                        return
                    try:
                        self.wfile.write(byte)
                    except OSError:
                        return

            def log_message(self, *_: object) -> None:
                pass

        self.stopped = stopped
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self.server.shutdown()
        self.server.server_close()
