"""Short ways to make runs in tests: settings, a session in memory, a write into a folder."""

from pathlib import Path

from longwriter.config import build
from longwriter.journal import Journal
from longwriter.models.base import Model, ModelConfig
from longwriter.models.fake import ENGLISH, FakeModel
from longwriter.writer.session import Options, Result, Session, write
from longwriter.writer.settings import WriteSettings


def settings(instruction: str = "Write a history of a harbour town", **more: object) -> WriteSettings:
    return build(WriteSettings, {"instruction": instruction, "writer": {"model": "fake:"}, **more}, "test")


def session(model: Model, chosen: WriteSettings | None = None, options: Options = Options()) -> Session:
    """A run in memory."""
    return Session(chosen or settings(), Journal(None), None, {"writer": model, "planner": model}, options)


async def write_with(model: Model, chosen: WriteSettings, folder: Path, options: Options = Options(), **more) -> Result:
    return await write(chosen, folder, options, {"writer": model, "planner": model}, **more)


def fake(ratio: float = 1.0) -> FakeModel:
    """The fake model as an endpoint would look: it cannot continue its own half sentence, and tells its window to nobody."""
    model = FakeModel(ModelConfig(model="fake"), f"{ratio}")
    model.prefill = False
    return model


def varied(sentence: str, times: int, start: int = 0) -> str:
    """The sentence again and again, each time with three words of its own: a text that does not go round in circles."""
    out = [
        f"{sentence} {ENGLISH[i % 97]} {ENGLISH[(7 * i) % 89]} {ENGLISH[(13 * i) % 83]}."
        for i in range(start, start + times)
    ]
    return " ".join(out) + " "
