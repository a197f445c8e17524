"""What goes wrong, in OpenAI's shape: a status, and an object `error` that names the parameter where one is at fault.

A client of OpenAI's own package asks again after 408, 409, 429 and 5xx, unless `x-should-retry` says otherwise.
"""

import re
from collections.abc import Mapping

from starlette.responses import JSONResponse

from longwriter.characters import whole
from longwriter.errors import CeilingReached, EmptyReply, InputError, LongWriterError, SetupError, Unavailable
from longwriter.serve.queue import QueueFull

RETRY_S = 15
"""Seconds after which a client that found the queue full, or the model away, may ask again."""
NO_RETRY = {"x-should-retry": "false"}
TYPES = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}


_FOLDERS = re.compile(r"(?<![\w/:.-])/(?:[^\s/:]+/)+")
"""Where a file is on this machine, which is no client's business."""


class ApiProblem(LongWriterError):  # noqa: N818 - it becomes an answer
    """A request that gets an error for an answer."""

    def __init__(
        self, status: int, message: str, *, code: str | None = None, param: str | None = None,
        headers: Mapping[str, str] | None = None, run: str = "",
    ) -> None:  # fmt: skip
        """`param`: the parameter at fault. `run`: the run that the answer would have been, which is kept."""
        super().__init__(whole(message))
        param = None if param is None else whole(param)
        self.status, self.code, self.param, self.headers, self.run = status, code, param, dict(headers or {}), run

    @property
    def body(self) -> dict[str, object]:
        """The JSON object."""
        kind = TYPES.get(self.status, "server_error" if self.status >= 500 else "invalid_request_error")
        if self.code in ("insufficient_quota", "budget_reached"):
            kind = "insufficient_quota"
        error = {"message": str(self), "type": kind, "param": self.param, "code": self.code}
        body: dict[str, object] = {"error": error}
        return body | ({"longwriter": {"run": self.run}} if self.run else {})

    def response(self) -> JSONResponse:
        """The whole answer."""
        return JSONResponse(self.body, self.status, self.headers)


def bad(param: str, reason: str) -> ApiProblem:
    """A parameter that cannot be used as it is, or cannot be honoured."""
    return ApiProblem(400, f"{param}: {reason}", code="invalid_value", param=param)


def unsupported(param: str, reason: str) -> ApiProblem:
    """A parameter that a run cannot honour."""
    return ApiProblem(400, f"{param}: {reason}", code="unsupported_parameter", param=param)


def over_budget(message: str, run: str = "") -> ApiProblem:
    """A ceiling on cost or tokens: another try finds it again."""
    return ApiProblem(429, message, code="budget_reached", headers=NO_RETRY, run=run)


def upstream_failed(message: str, run: str = "") -> ApiProblem:
    """The model behind the server; a retry goes on with the run."""
    return ApiProblem(502, message, code="upstream_failed", headers={"retry-after": str(RETRY_S)}, run=run)


def problem_of(error: LongWriterError) -> ApiProblem:
    """Any failure as an answer."""
    match error:
        case ApiProblem():
            return error
        case QueueFull():
            return ApiProblem(429, str(error), code="queue_full", headers={"retry-after": str(error.retry_s)})
        case CeilingReached():
            return over_budget(str(error))
        case InputError():
            return ApiProblem(400, str(error), code="invalid_value")
        case Unavailable():
            return upstream_failed(str(error))
        case SetupError() | EmptyReply():
            return ApiProblem(502, str(error), code="upstream_failed", headers=NO_RETRY)
        case _:
            return ApiProblem(500, _FOLDERS.sub("", str(error)), code="server_error")
