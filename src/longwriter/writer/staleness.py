"""Which earlier text a section can see, and whether it has changed since the section was written over it. Pure."""

from collections.abc import Mapping, Sequence

from longwriter.journal import digest
from longwriter.types import Plan, Section

BLOCK = 4
"""Sections of a plan without chapters that are written one after the other when blocks are written side by side."""


def chapters_of(sections: Sequence[Section]) -> list[list[int]]:
    """Indices of the sections, chapter by chapter; a plan without chapters is one."""
    out: list[list[int]] = []
    for i, section in enumerate(sections):
        if i and section.chapter == sections[i - 1].chapter:
            out[-1].append(i)
        else:
            out.append([i])
    return out


def groups(plan: Plan, *, parallel: bool) -> list[list[int]]:
    """Indices of the sections that see each other: all, or side by side a chapter each."""
    chapters = chapters_of(plan.sections)
    if not parallel:
        return [[i for chapter in chapters for i in chapter]]
    first = chapters[0]
    return chapters if len(chapters) > 1 else [first[i : i + BLOCK] for i in range(0, len(first), BLOCK)]


def extended(fingerprint: str, text: str) -> str:
    """The fingerprint of an earlier text with one more section; "" is that of none."""
    return digest(fingerprint + text)


def fingerprints(seen_together: Sequence[Sequence[int]], texts: Mapping[int, str]) -> dict[int, str]:
    """For each section of these groups, the fingerprint of the earlier text that it can see now."""
    out = {}
    for group in seen_together:
        fingerprint = ""
        for i in group:
            out[i] = fingerprint
            if i in texts:
                fingerprint = extended(fingerprint, texts[i])
    return out
