"""longwriter: texts of 10,000 to 100,000 words from any language model.

    import longwriter

    result = longwriter.write("Write a 10000-word history of tea", out="tea.md")

docs/python.md has an example of every name.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from longwriter.api.book.exporting import export_file
    from longwriter.api.book.styles import learn_style, score_style
    from longwriter.api.runs import Run
    from longwriter.api.scoring import score
    from longwriter.api.writing import astream, awrite, estimate, plan, stream, write
    from longwriter.checks.check import CheckReport, check
    from longwriter.errors import (
        CeilingReached,
        EditConflict,
        EmptyReply,
        Flawed,
        InputError,
        IntakeError,
        LongWriterError,
        ModelError,
        PlanError,
        PromptTooLong,
        Refused,
        RunError,
        SettingError,
        SetupError,
        Stopped,
        TruncatedPrompt,
        Unavailable,
    )
    from longwriter.export.settings import ExportSettings
    from longwriter.models.base import ModelConfig
    from longwriter.types import Plan, Section
    from longwriter.writer import events
    from longwriter.writer.estimate import Estimate
    from longwriter.writer.outcome.report import Report
    from longwriter.writer.session import Result
    from longwriter.writer.settings import WriteSettings

__version__ = "0.1.0"

_ERRORS = (
    *(
        "CeilingReached",
        "EditConflict",
        "EmptyReply",
        "Flawed",
        "InputError",
        "IntakeError",
        "LongWriterError",
        "ModelError",
        "PlanError",
    ),
    *("PromptTooLong", "Refused", "RunError", "SettingError", "SetupError", "Stopped", "TruncatedPrompt"),
    "Unavailable",
)
_HOMES = {  # name -> module, imported at the first use: `import longwriter` is quick
    **dict.fromkeys(("astream", "awrite", "estimate", "plan", "stream", "write"), "longwriter.api.writing"),
    **dict.fromkeys(_ERRORS, "longwriter.errors"),
    **dict.fromkeys(("Plan", "Section"), "longwriter.types"),
    **dict.fromkeys(("CheckReport", "check"), "longwriter.checks.check"),
    "Estimate": "longwriter.writer.estimate",
    "ExportSettings": "longwriter.export.settings",
    "ModelConfig": "longwriter.models.base",
    "Report": "longwriter.writer.outcome.report",
    "Result": "longwriter.writer.session",
    "Run": "longwriter.api.runs",
    "WriteSettings": "longwriter.writer.settings",
    "events": "longwriter.writer.events",
    "export_file": "longwriter.api.book.exporting",
    **dict.fromkeys(("learn_style", "score_style"), "longwriter.api.book.styles"),
    "score": "longwriter.api.scoring",
}

__all__ = [
    "CeilingReached",
    "CheckReport",
    "EditConflict",
    "EmptyReply",
    "Estimate",
    "ExportSettings",
    "Flawed",
    "InputError",
    "IntakeError",
    "LongWriterError",
    "ModelConfig",
    "ModelError",
    "Plan",
    "PlanError",
    "PromptTooLong",
    "Refused",
    "Report",
    "Result",
    "Run",
    "RunError",
    "Section",
    "SettingError",
    "SetupError",
    "Stopped",
    "TruncatedPrompt",
    "Unavailable",
    "WriteSettings",
    "__version__",
    "astream",
    "awrite",
    "check",
    "estimate",
    "events",
    "export_file",
    "learn_style",
    "plan",
    "score",
    "score_style",
    "stream",
    "write",
]


def __getattr__(name: str) -> object:
    """Import a public name at its first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'longwriter' has no attribute {name!r}")
    module = import_module(_HOMES[name])
    value = module if name == "events" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Public names."""
    return __all__
