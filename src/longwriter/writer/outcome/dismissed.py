"""Findings of which a person says that the text is right as it is: known by what they quote, wherever it moves."""

import json
from collections.abc import Iterable
from typing import TypeVar

from longwriter.checks.finding import TextFinding
from longwriter.journal import digest
from longwriter.writer.document import Document

F = TypeVar("F", bound=TextFinding)


def key(finding: TextFinding) -> str:
    """Stands for a finding wherever the text around it moves it: a digest of its kind, its check and its quotes."""
    return digest(json.dumps([finding.kind, finding.check, list(finding.quotes)], ensure_ascii=False))


def undismissed(document: Document, findings: Iterable[F]) -> tuple[F, ...]:
    """Those that no person has dismissed. One whose quotes have changed since is another finding."""
    return tuple(finding for finding in findings if counts(document, finding))


def counts(document: Document, finding: TextFinding) -> bool:
    """Whether no person has dismissed it."""
    dismissed = document.manuscript.dismissed
    return not dismissed or key(finding) not in dismissed
