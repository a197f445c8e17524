"""Objects of Chat Completions and of Completions: chunks as they are streamed, and the whole object."""

import json
from typing import Any

from longwriter.serve.sse import event
from longwriter.serve.v1.problems import ApiProblem

DONE = event("[DONE]")


def failed_chunk(problem: ApiProblem) -> bytes:
    """The end of a stream that failed: the packages of OpenAI raise it."""
    return event(json.dumps(problem.body, ensure_ascii=False))


class ChatForm:
    """What the answers to one request look like. `legacy`: Completions."""

    def __init__(self, id: str, model: str, created: int, *, legacy: bool) -> None:
        """`created`: seconds since 1970, of the order, so that a retry gets the same."""
        self._legacy = legacy
        prefix, kind = ("cmpl-", "text_completion") if legacy else ("chatcmpl-", "chat.completion")
        self._head = {"id": f"{prefix}{id}", "object": kind, "created": created, "model": model}

    def chunk(self, index: int, delta: dict[str, str], finish: str | None = None, **extra: object) -> bytes:
        """A piece of one choice; `delta`: role, content, reasoning_content."""
        choice: dict[str, Any] = {"index": index, "logprobs": None, "finish_reason": finish}
        choice |= {"text": delta.get("content", "")} if self._legacy else {"delta": delta}
        return self._event({"choices": [choice], **extra})

    def opening(self, index: int) -> bytes:
        """The first chunk; nothing in Completions, which know no roles."""
        return b"" if self._legacy else self.chunk(index, {"role": "assistant", "content": ""})

    def progress(self, index: int, text: str, where: str) -> bytes:
        """A line about the work; nothing in Completions, where it would be text, and nothing where nobody wants it."""
        if self._legacy or where == "none":
            return b""
        return self.chunk(index, {"reasoning_content" if where == "reasoning" else "content": text})

    def usage(self, usage: dict[str, object], about: object) -> bytes:
        """The chunk behind the last one of all choices."""
        return self._event({"choices": [], "usage": usage, "longwriter": about})

    def _event(self, more: dict[str, object]) -> bytes:
        head = self._head if self._legacy else self._head | {"object": "chat.completion.chunk"}
        return event(json.dumps(head | more, ensure_ascii=False))

    def whole(self, choices: list[tuple[str, str, str]], usage: dict[str, object], about: object) -> dict[str, object]:
        """The object; choices: text, progress (""), finish reason."""
        rows = []
        for index, (text, told, finish) in enumerate(choices):
            row: dict[str, object] = {"index": index, "logprobs": None, "finish_reason": finish}
            if self._legacy:
                row["text"] = text
            else:
                row["message"] = {"role": "assistant", "content": text, "refusal": None}
                row["message"] |= {"reasoning_content": told} if told else {}  # type: ignore[operator]
            rows.append(row)
        return self._head | {"choices": rows, "usage": usage, "longwriter": about}
