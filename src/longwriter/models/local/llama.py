"""llama.cpp in this process: one set of weights, and slots in which sequences run at once.

On a CPU two sequences in one engine share its speed; two engines of a thread each double it (121 tokens/s alone, 236 side
by side on two cores). So a small model that is asked for several replies at once has a *lane* for each idle core: an engine
of its own over the same file. `xllamacpp` starts llama.cpp's server inside of us. It always listens: here at a socket in a
private folder, or at a port of this machine alone where there are no such sockets, with a key that nobody else knows.
Prompts do not go that way; only token counts do, which it gives nowhere else. Weights are read when they are first needed.
"""

import http.client
import json
import logging
import os
import secrets
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from longwriter.errors import SetupError
from longwriter.models.base import need
from longwriter.models.local.gguf_file import Header

log = logging.getLogger(__name__)

SLOTS = 4
"""Sequences at once. On a CPU four give little more than one (103, 107, 114 tokens/s with 1, 2, 4); on a GPU, much."""
FULL_WINDOW = 16_384
"""Fewer slots are made where each would have less than this, and the model could use it."""
LANES = 4
LANE_BYTES = 600_000_000
"""Larger files are read once: each lane keeps weights of its own."""
LEAST_WINDOW = 512
MEMORY_SHARE = 0.5
"""Share of the memory that is free after the weights, for what the slots remember."""
KEPT_MIB = 256
"""Memory for the beginnings of prompts that no slot holds any more."""
CPU_BATCH = 128
"""Prompt tokens between two looks at whether to stop; 128, 256 and 512 read equally fast."""
SAMPLE_S = 0.2


class Room(NamedTuple):
    """How much runs at once."""

    window: int
    """Tokens of prompt and reply in each slot."""
    slots: int
    """Tokens of each lane."""
    lanes: int = 1

    @property
    def at_once(self) -> int:
        """Sequences that run side by side."""
        return self.lanes * self.slots


def room(header: Header, window: int | None, *, several: bool = False) -> Room:
    """What fits: the model's positions, at most `window`, by the memory that is free.

    `several`: replies are asked for side by side, so that lanes are worth their memory.
    """
    if several and header.size <= LANE_BYTES and not has_gpu() and (lanes := min(LANES, idle_cores())) > 1:
        return room(header, window)._replace(slots=1, lanes=lanes)
    limit = min(header.of_kind("context_length") or FULL_WINDOW, window or 2**31)
    each, free = header.cache_bytes(), free_memory()
    if not each or free is None:
        return Room(limit, SLOTS)
    tokens = int(MEMORY_SHARE * max(free - header.size, 0) / each)
    slots = min(SLOTS, max(tokens // min(limit, FULL_WINDOW), 1))
    return Room(max(min(limit, tokens // slots), min(limit, LEAST_WINDOW)), slots)


def has_gpu() -> bool:
    """Whether this build of llama.cpp has a GPU to use."""
    return bool(_gpus())


def _gpus() -> list[dict[str, Any]]:
    return [d for d in need("xllamacpp", "gguf").get_device_info() if "GPU" in str(d["type"])]


def free_memory() -> int | None:
    """Bytes that may be used: of the GPU where there is one, else of the machine; None where nothing tells."""
    if gpus := _gpus():
        return sum(int(d["memory_free"]) for d in gpus)
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return None


def idle_cores() -> int:
    """Cores that nobody uses just now, at least one; measured over 0.2 s where the system tells.

    A thread more than there are idle cores makes llama.cpp slower, not faster: each step waits for the slowest.
    """
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        cores = os.cpu_count() or 1
    cores = min(cores, _physical() or cores)
    try:
        before = _idle_ticks()
        time.sleep(SAMPLE_S)
        return max(1, min(cores, round((_idle_ticks() - before) / os.sysconf("SC_CLK_TCK") / SAMPLE_S)))
    except (OSError, AttributeError, ValueError):
        return max(1, cores // 2)


def _physical() -> int:
    """Cores, not counting those that share one; 0 where nothing tells."""
    siblings = Path("/sys/devices/system/cpu").glob("cpu[0-9]*/topology/thread_siblings_list")
    return len({file.read_text("ascii") for file in siblings})


def _idle_ticks() -> int:
    return sum(int(n) for n in Path("/proc/stat").read_text("ascii").split("\n", 1)[0].split()[4:6])


class LlamaEngine:
    """All lanes of one model. Every method may be called from any thread."""

    def __init__(
        self, path: Path, header: Header, room: Room, threads: int | None = None, adapter: Path | None = None
    ) -> None:
        """Reads no weights yet. `threads`: of each lane; None for one, or all that are idle where it has no others.

        `adapter`: laid on the weights. Raises SetupError where the package is missing.
        """
        threads = threads or (None if room.lanes == 1 else 1)
        self._lanes = [Lane(path, header, room, threads, adapter) for _ in range(room.lanes)]
        self._taken = [0] * room.lanes
        self._slots, self._freed = room.slots, threading.Condition()

    def chat(self, body: dict[str, object], hear: Callable[[dict[str, Any]], bool], lane: int | None = None) -> int:
        """Answer a chat request of llama.cpp's protocol, event by event; ends when `hear` returns True. The lane that did.

        `lane` answers if it is free: it has read what this request begins with. Else the first free one: it is the most
        likely to hold the beginning of the prompt.
        """
        with self._freed:
            self._freed.wait_for(lambda: min(self._taken) < self._slots)
            if lane is None or self._taken[lane] >= self._slots:
                lane = next(i for i, taken in enumerate(self._taken) if taken < self._slots)
            self._taken[lane] += 1
        try:
            self._lanes[lane].chat(body, hear)
        finally:
            with self._freed:
                self._taken[lane] -= 1
                self._freed.notify()
        return lane

    def tokens(self, text: str) -> int | None:
        """Tokens of a text as it stands in a prompt; None where the engine cannot be asked."""
        return self._lanes[0].tokens(text)

    def close(self) -> None:
        """Let go of weights and sockets."""
        for lane in self._lanes:
            lane.close()


class Lane:
    """One server."""

    def __init__(
        self, path: Path, header: Header, room: Room, threads: int | None = None, adapter: Path | None = None
    ) -> None:
        """Reads no weights yet. `threads`: None for as many as there are idle cores. Raises SetupError without the package."""
        # Without it, threads of OpenMP that wait keep their cores busy: 4 tokens/s in place of 72 with 2 threads on a
        # machine that others use. Read once, when the library is loaded.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        self._llama = need("xllamacpp", "gguf")
        self._path, self._header, self._room, self._adapter, self._threads = path, header, room, adapter, threads
        self._lock = threading.Lock()
        self._server: Any = None
        self._key = secrets.token_hex()
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def chat(self, body: dict[str, object], hear: Callable[[dict[str, Any]], bool]) -> None:
        """Answer a chat request of llama.cpp's protocol, event by event; ends when `hear` returns True."""
        server = self._started()
        try:
            server.handle_chat_completions(body, hear)
        except (ValueError, RuntimeError) as error:  # how it refuses a schema, or text that is no Unicode
            hear({"error": {"code": 400, "type": "refused", "message": str(error)}})

    def tokens(self, text: str) -> int | None:
        """Tokens of a text as it stands in a prompt; None where its socket is gone, which cleaners of /tmp do."""
        where = urlsplit(self._started().listening_address)
        line = _SocketLine(where.path) if where.scheme == "unix" else http.client.HTTPConnection(where.netloc)
        try:
            form = {"content": text, "add_special": False, "parse_special": True}
            head = {"content-type": "application/json", "authorization": f"Bearer {self._key}"}
            line.request("POST", "/tokenize", json.dumps(form), head)
            return len(json.loads(line.getresponse().read())["tokens"])
        except OSError as error:
            log.warning("%s: token counts are estimated from now on: %s", self._path.name, error)
            return None
        finally:
            line.close()

    def close(self) -> None:
        """Let go of weights and socket."""
        with self._lock:
            self._server = None
            if self._folder is not None:
                self._folder.cleanup()
                self._folder = None

    def settings(self) -> Any:  # noqa: ANN401
        """Parameters of llama.cpp for this file, this machine and now."""
        settings = self._llama.CommonParams()
        settings.model.path = str(self._path)
        if self._adapter is not None:
            laid = self._llama.CommonAdapterLoraInfo()
            laid.path = str(self._adapter)
            settings.lora_adapters = [laid]
        settings.n_parallel, settings.n_ctx = self._room.slots, self._room.slots * self._room.window
        settings.kv_unified = False  # each slot has its own window
        settings.cache_ram_mib = KEPT_MIB
        settings.verbosity = -1
        settings.ui = settings.endpoint_slots = False
        settings.api_keys = [self._key]
        if os.name == "posix":
            self._folder = tempfile.TemporaryDirectory(prefix="longwriter-", ignore_cleanup_errors=True)
            settings.hostnames = [f"{self._folder.name}/llama.sock"]  # the ending makes it a socket
        threads = self._threads or idle_cores()
        settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = threads
        settings.cpuparams.poll = settings.cpuparams_batch.poll = 0
        gpu = has_gpu()
        if gpu:
            settings.n_gpu_layers, settings.fit_params = -1, True  # all that fit
        else:
            settings.n_gpu_layers, settings.fit_params = 0, False
            settings.n_batch = settings.n_ubatch = CPU_BATCH
        where = "the GPU" if gpu else f"{threads} idle of {os.cpu_count()} cores"
        log.info(
            "%s on %s, %d at once with %d tokens each", self._path.name, where, self._room.at_once, self._room.window
        )
        return settings

    def _started(self) -> Any:  # noqa: ANN401 - xllamacpp is not typed
        with self._lock:
            if self._server is None:
                try:
                    self._server = self._llama.Server(self.settings())
                except RuntimeError as error:  # which says no more than that
                    kind = self._header.text("general.architecture") or "unknown"
                    what = f"{self._path}" + f" with {self._adapter} on it" * (self._adapter is not None)
                    raise SetupError(
                        f"llama.cpp cannot load {what}: damaged, too large for the memory, or of a kind "
                        f"({kind}) that this version does not know; try pip install -U xllamacpp"
                    ) from error
            return self._server


class _SocketLine(http.client.HTTPConnection):
    """HTTP over a socket of the file system."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        """Open it."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)
