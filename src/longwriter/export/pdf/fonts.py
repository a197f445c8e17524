"""Fonts of this machine and of the user: which family has which letters, and which are taken.

typst draws nothing for a letter that is in none of its fonts, so their tables are read before it begins. Families are
looked at in the order in which they would be taken; all others only for letters that are still without one.
"""

import re
import shutil
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from longwriter.errors import InputError
from longwriter.export.pdf.coverage import Codes, characters, embedded
from longwriter.export.pdf.families import EMBEDDED, LATIN, MONO, advice, han, of_language, of_script, script_of
from longwriter.export.pdf.letters import Letterform
from longwriter.language import script

NAMED = 12
"""Characters without a font that a message names."""
_PLACEHOLDERS = re.compile(r"last ?resort|adobe ?(blank|notdef)|fallback", re.IGNORECASE)
"""Fonts that have a box, or nothing, for every letter."""
_NOT_LATIN = frozenset("·–—‘’“”‥…‧⸺")  # typst's `latin-in-cjk`


class Face(NamedTuple):
    """One font of a family."""

    path: Path | None
    """None: it is in typst itself."""
    number: int
    """In a collection, from 0."""
    italic: bool
    weight: int


Needs = dict[Letterform, set[str]]


class Fonts:
    """The fonts that typst finds."""

    def __init__(self, given: Sequence[str], folder: Path) -> None:
        """`given`: the user's files and folders. `folder`: an empty one, which stays until the file is made.

        Raises InputError for a font that is not there or cannot be read.
        """
        import typst  # noqa: PLC0415 - an extra

        places = [_folder_of(Path(place).expanduser(), folder / str(n)) for n, place in enumerate(given)]
        self.scanned = typst.Fonts(font_paths=[str(place) for place in places])
        """For typst."""
        self._faces: defaultdict[str, list[Face]] = defaultdict(list)
        for font in self.scanned.fonts():
            path = Path(font.path) if font.path else None
            self._faces[font.family].append(Face(path, font.index, font.style != "normal", font.weight))
        self._given: dict[str, None] = {}
        """Families of the user, the first first."""
        for said, place in zip(given, places, strict=True):
            found = [
                f
                for f, faces in self._faces.items()
                if any(face.path and face.path.is_relative_to(place) for face in faces)
            ]
            if not found:
                raise InputError(f"{said} holds no font that can be read: OpenType or TrueType, .otf .ttf .otc .ttc")
            self._given |= dict.fromkeys(found)

    @property
    def families(self) -> list[str]:
        """All that there are."""
        return list(self._faces)

    def stack(self, language: str, needs: Needs, forms: str, *, mono: bool) -> "Stack":
        """The families that set the letters of a language, in their order; `forms`: a key of `families.han`."""
        stack = Stack(self, needs, cjk=bool(han(language)))
        for family in (*(MONO if mono else ()), *self._order(language, needs)):
            stack.offer(family)
        for wanted in sorted({script_of(c[0]) for cs in stack.missing.values() for c in cs}):
            for family in of_script(wanted, forms):
                stack.offer(family)
        for family in EMBEDDED:
            stack.offer(family)
        if any(stack.missing.values()):
            for family in sorted(self._faces, key=lambda name: ("Serif" not in name, name)):
                stack.offer(family)
        return stack

    def _order(self, language: str, needs: Needs) -> Iterator[str]:
        """Given families that have most letters, those of the language, the other given ones."""
        wanted = {c for cs in needs.values() for c in cs}
        cjk = bool(han(language))
        main = [
            family
            for family in self._given
            if 2 * len(self.covered(family, Letterform(), wanted)) > len(wanted)
            and (cjk or not self.covered(family, Letterform(), {"\u4e00"}))
        ]
        yield from main
        yield from (*LATIN, *of_language(language)) if cjk else (*of_language(language), *LATIN)
        yield from self._given

    def covered(self, family: str, style: Letterform, wanted: Iterable[str]) -> set[str]:
        """What of this a family has in a style: a character with its marks, composed or not."""
        if family not in self._faces or _PLACEHOLDERS.search(family):
            return set()
        if family not in self._given:  # for private use, each font has other signs
            wanted = [c for c in wanted if unicodedata.category(c[0]) != "Co"]
        if family in MONO and not style.mono:  # letters that join are not to be read in equal widths
            wanted = [c for c in wanted if script_of(c[0]) != "ARABIC"]
        tables = [
            characters(face.path, face.number, face.path.stat().st_mtime_ns)
            if face.path
            else embedded(family, face.weight, italic=face.italic)
            for face in self._best(family, style)
        ]
        return set.intersection(*(_held(table, wanted) for table in tables))

    def _best(self, family: str, style: Letterform) -> list[Face]:
        """The face that typst takes for a style; several, where it has no reason to choose."""
        weight = 700 if style.bold else 400
        ranks = [(face.italic != style.italic, abs(face.weight - weight)) for face in self._faces[family]]
        return [face for face, rank in zip(self._faces[family], ranks, strict=True) if rank == min(ranks)]


def _folder_of(place: Path, folder: Path) -> Path:
    """A folder with the user's font, since typst looks into folders only. Raises InputError."""
    if place.is_dir():
        return place.resolve()
    try:
        folder.mkdir()
        shutil.copy(place, folder)
    except OSError as error:
        raise InputError(f"the font {place} cannot be read: {error.strerror}") from error
    return folder.resolve()


class Stack:
    """Families chosen for a language, and what none of them has."""

    def __init__(self, fonts: Fonts, needs: Needs, *, cjk: bool) -> None:
        self.families: list[str] = []
        self.latin_only: set[str] = set()
        """Those that leave the marks which Chinese and Latin share to the next."""
        self.missing = {style: set(wanted) for style, wanted in needs.items()}
        self._fonts, self._cjk = fonts, cjk

    def offer(self, family: str) -> None:
        """Takes a family if it has a letter that no earlier one has."""
        shy = self._cjk and family in LATIN and family not in self.latin_only
        taken = False
        for style, wanted in self.missing.items():
            found = self._fonts.covered(family, style, wanted)
            if shy:
                found -= _NOT_LATIN
            wanted -= found
            taken |= bool(found)
        if taken:
            self.families.append(family)
            self.latin_only |= {family} if shy else set()


def _held(codes: Codes, wanted: Iterable[str]) -> set[str]:
    single = [c for c in wanted if len(c) == 1]
    found = np.isin(np.fromiter(map(ord, single), np.int64, len(single)), codes)
    held = {c for c, there in zip(single, found, strict=True) if there}
    for cluster in wanted:
        if cluster not in held:
            forms = (unicodedata.normalize(form, cluster) for form in ("NFC", "NFD"))
            if any(np.isin([ord(c) for c in form], codes).all() for form in forms if form != cluster or len(form) > 1):
                held.add(cluster)
    return held


def refuse(missing: Iterable[str], forms: str, installed: Iterable[str]) -> None:
    """Raises InputError for letters that are in no font."""
    lacking = sorted(set(missing))
    if not lacking:
        return
    named = ", ".join(f"{c} (U+{' U+'.join(f'{ord(x):04X}' for x in c)})" for c in lacking[:NAMED])
    more = f" and {len(lacking) - NAMED} more" if len(lacking) > NAMED else ""
    scripts = dict.fromkeys(script_of(c[0]) for c in lacking)
    there = set(installed)
    install = " and ".join(dict.fromkeys(advice(name, forms, there) for name in list(scripts)[:4]))
    count = "1 character is" if len(lacking) == 1 else f"{len(lacking)} characters are"
    raise InputError(f"{count} in no font: {named}{more}; install {install}, or name a font that has them with --font")


def forms_of(text: str, language: str) -> str:
    """Whose forms of Han characters a text is to have, a key of `families.han`."""
    return han(language) or han(script(text)) or "zh-Hans"
