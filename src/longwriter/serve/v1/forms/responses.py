"""Objects and events of Responses.

The events of a run are the same each time that it is read, numbers included: one delta for the outline, one for each
section; so a client that was cut off goes on behind the number that it has.
"""

import json
from collections.abc import Iterator
from typing import Any

from longwriter.serve.sse import event
from longwriter.serve.v1.answers.pieces import Given, Over, Piece, Progressed

PREFIX = "resp_"


class ResponseForm:
    """What one response looks like."""

    def __init__(self, id: str, model: str, created: int, *, background: bool = False, store: bool = True) -> None:
        """`created`: seconds since 1970."""
        self.id = id
        self._head: dict[str, Any] = {
            "id": f"{PREFIX}{id}", "object": "response", "created_at": created, "model": model, "background": background,
            "instructions": None, "metadata": {}, "parallel_tool_calls": False, "temperature": None, "top_p": None,
            "tool_choice": "none", "tools": [], "store": store,
        }  # fmt: skip

    def whole(self, status: str, text: str, told: str, **more: object) -> dict[str, object]:
        """The object. `told`: the outline, "" for none."""
        done = status in ("completed", "incomplete")
        output = [self._reasoning(told)] if told else []
        if text or done:
            output.append(self._message(text, status if done else "in_progress"))
        whole = {**self._head, "status": status, "error": None, "incomplete_details": None, "usage": None}
        return whole | {"output": output} | more

    def _reasoning(self, told: str) -> dict[str, object]:
        summary = [{"type": "summary_text", "text": told}]
        return {"id": f"rs_{self.id}", "type": "reasoning", "summary": summary, "status": "completed"}

    def _message(self, text: str, status: str) -> dict[str, object]:
        content = [self._part(text)]
        return {"id": f"msg_{self.id}", "type": "message", "role": "assistant", "status": status, "content": content}

    @staticmethod
    def _part(text: str) -> dict[str, object]:
        return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


class ResponseEvents:
    """The events of one response, as its pieces come."""

    def __init__(self, form: ResponseForm, after: int = -1, *, outlined: bool = True) -> None:
        """`after`: events up to this number are left out. `outlined`: the outline is told, as reasoning."""
        self.form, self._after, self._outlined = form, after, outlined
        self._number = 0
        self.told, self.text = "", ""
        self._at = 0
        """Index of the message in the output."""
        self._begun = False

    def _event(self, kind: str, **fields: object) -> bytes:
        number, self._number = self._number, self._number + 1
        if number <= self._after:
            return b""
        data = {"type": kind, "sequence_number": number, **fields}
        return event(json.dumps(data, ensure_ascii=False), name=kind)

    def opening(self) -> bytes:
        """The first two."""
        began = self.form.whole("in_progress", "", "")
        return self._event("response.created", response=began) + self._event("response.in_progress", response=began)

    def piece(self, piece: Piece) -> bytes:
        """The events of a piece; none for progress other than the outline, which differs from reading to reading."""
        match piece:
            case Progressed(text) if self._outlined and text.startswith("Plan:") and not self.told and not self._begun:
                self.told = text
                return b"".join(self._plan(text))
            case Given(text):
                opening = b"" if self._begun else b"".join(self._open())
                self.text += text
                return opening + self._event("response.output_text.delta", **self._where, delta=text, logprobs=[])
        return b""

    @property
    def _where(self) -> dict[str, Any]:
        return {"item_id": f"msg_{self.form.id}", "output_index": self._at, "content_index": 0}

    def _plan(self, text: str) -> Iterator[bytes]:
        where = {"item_id": f"rs_{self.form.id}", "output_index": 0}
        part = {"type": "summary_text", "text": text}
        item = self.form._reasoning(text)
        self._at = 1
        yield self._event(
            "response.output_item.added", output_index=0, item=item | {"summary": [], "status": "in_progress"}
        )
        begun = part | {"text": ""}
        yield self._event("response.reasoning_summary_part.added", **where, summary_index=0, part=begun)
        yield self._event("response.reasoning_summary_text.delta", **where, summary_index=0, delta=text)
        yield self._event("response.reasoning_summary_text.done", **where, summary_index=0, text=text)
        yield self._event("response.reasoning_summary_part.done", **where, summary_index=0, part=part)
        yield self._event("response.output_item.done", output_index=0, item=item)

    def _open(self) -> Iterator[bytes]:
        self._begun = True
        item = self.form._message("", "in_progress") | {"content": []}
        yield self._event("response.output_item.added", output_index=self._at, item=item)
        yield self._event("response.content_part.added", **self._where, part=self.form._part(""))

    def over(self, piece: Over, about: object) -> bytes:
        """The last ones."""
        opening = b"" if self._begun else b"".join(self._open())
        return opening + b"".join(self._over(piece, about))

    def _over(self, piece: Over, about: object) -> Iterator[bytes]:
        status = "incomplete" if piece.finish == "length" else "completed"
        yield self._event("response.output_text.done", **self._where, text=self.text, logprobs=[])
        yield self._event("response.content_part.done", **self._where, part=self.form._part(self.text))
        item = self.form._message(self.text, status)
        yield self._event("response.output_item.done", output_index=self._at, item=item)
        yield self._event(f"response.{status}", response=finished(self.form, piece, self.text, self.told, about))

    def failed(self, message: str, code: str) -> bytes:
        """The end of a response that failed."""
        whole = self.form.whole("failed", self.text, self.told, error={"code": code, "message": message})
        return self._event("response.failed", response=whole)


def finished(form: ResponseForm, over: Over, text: str, told: str, about: object) -> dict[str, object]:
    """The object of a whole answer."""
    cut = over.finish == "length"
    details = {"reason": "max_output_tokens"} if cut else None
    return form.whole(
        "incomplete" if cut else "completed", text, told, incomplete_details=details,
        usage=over.took.usage("response"), longwriter=about,
    )  # fmt: skip
