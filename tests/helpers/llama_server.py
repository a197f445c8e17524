"""llama.cpp's own server with the small model, in a process of its own at a free port of this machine.

Run as a program it is that process: it prints its address and serves until its input is closed, so that it ends with
whoever started it, however that ends.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from longwriter.models.local.library import locate

START_S = 60.0


class LlamaServer:
    """Use as a context manager."""

    def __init__(self, log: Path, *, n_ctx: int = 4096, n_parallel: int = 1, n_predict: int = -1) -> None:
        """`log`: file for what the server says. `n_ctx`: tokens of each slot. `n_predict`: most of a reply; -1: no limit."""
        self.log = log
        self.options = {"n_ctx": n_ctx * n_parallel, "n_parallel": n_parallel, "n_predict": n_predict}

    def __enter__(self) -> "LlamaServer":
        # Threads of OpenMP that wait keep their cores busy, ten times slower where others use them: one, and passive.
        env = os.environ | {"OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": "1"}
        command = [sys.executable, __file__, str(locate("smollm2")), json.dumps(self.options)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self.process.stdout is not None
        self.root = self.process.stdout.readline().strip()
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _wait(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urlopen(f"{self.root}/health", timeout=5) as answer:
                    if json.load(answer)["status"] == "ok":
                        return
            except (URLError, ValueError):
                time.sleep(0.1)
        raise AssertionError(f"the server does not start: {self.log.read_text('utf-8', 'replace')[-2000:]}")

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    @property
    def url(self) -> str:
        """Its OpenAI-compatible endpoint."""
        return f"{self.root}/v1"

    def busy(self) -> int:
        """Slots that read or write just now."""
        with urlopen(f"{self.root}/slots", timeout=30) as answer:
            return sum(slot["is_processing"] for slot in json.load(answer))


def serve(model: str, options: dict[str, int]) -> None:
    """Be the server."""
    import xllamacpp  # noqa: PLC0415 - not where the tests are collected without the extra

    settings = xllamacpp.CommonParams()
    settings.model.path = model
    settings.hostnames, settings.port = ["127.0.0.1"], 0
    settings.n_ctx, settings.n_parallel, settings.n_predict = (options[k] for k in ("n_ctx", "n_parallel", "n_predict"))
    settings.kv_unified = False  # each slot has its own window
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1
    settings.cpuparams.poll = settings.cpuparams_batch.poll = 0
    settings.n_gpu_layers, settings.fit_params = 0, False
    settings.n_batch = settings.n_ubatch = 128
    settings.ui, settings.endpoint_slots, settings.verbosity = False, True, 0
    server = xllamacpp.Server(settings)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    serve(sys.argv[1], json.loads(sys.argv[2]))
