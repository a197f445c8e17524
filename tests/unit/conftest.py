"""What holds for all quick tests: no network but this machine's own, and nobody's settings."""

import os
import socket
from collections.abc import Iterator

import pytest

OTHERS = ("OPENAI_", "LONGWRITER_", "XDG_CONFIG", "ANTHROPIC_", "AZURE_", "GEMINI_", "GOOGLE_", "OLLAMA_", "HF_TOKEN")
"""Settings of whoever runs the tests."""
LOOPBACK = ("127.", "::1", "localhost")


class _Guarded(socket.socket):
    """Connects to this machine alone. Child processes are not guarded."""

    def connect(self, address: object, /) -> None:
        _check(self, address)
        super().connect(address)

    def connect_ex(self, address: object, /) -> int:
        _check(self, address)
        return super().connect_ex(address)


def _check(own: socket.socket, address: object) -> None:
    if own.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(LOOPBACK):
        raise AssertionError(f"a quick test reaches out to {address}: only this machine's own addresses may be asked")


@pytest.fixture(scope="session", autouse=True)
def _alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(OTHERS)]:
            patch.delenv(name)
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("user")))
        patch.setattr(socket, "socket", _Guarded)
        yield
