"""Every package that an extra installs may be used and passed on beside Apache-2.0 code.

GPL and AGPL are refused. LGPL and MPL are allowed: their duty to show source is for changes of the library itself, which is
imported, not changed. Proprietary licences are allowed for the CUDA libraries alone, which PyTorch's own build asks for.
"""

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

EXTRAS = (
    "",
    "docx",
    "pdf",
    "gguf",
    "hub",
    "local",
    "data",
    "ray",
    "train",
    "serve",
    "mcp",
    "report",
    "deepspeed",
    "dev",
)
ALLOWED = re.compile(
    r"Apache|\bMIT\b|BSD|\bISC\b|\bPSF|Python Software Foundation|\bMPL\b|Mozilla|LGPL|Lesser|Unlicense|HPND|Zlib|\bCC0",
    re.I,
)
REFUSED = re.compile(r"(?<!L)A?GPL|Affero|(?<!Lesser )General Public Licen[cs]e", re.I)
CUDA = re.compile(r"(nvidia|cuda)-")
SAID_ELSEWHERE = {"resvg-py": "MIT"}  # metadata that names no licence: the text in the wheel's licenses/LICENSE


def licences(found: Distribution) -> str:
    """All that the metadata of a package says of its licence; of a whole licence text, its first line."""
    meta = found.metadata
    said = [meta.get("License-Expression") or "", (meta.get("License") or "").strip().partition("\n")[0]]
    said += [c.removeprefix("License :: ") for c in meta.get_all("Classifier", []) if c.startswith("License :: ")]
    return "; ".join(part for part in said if part and part != "UNKNOWN")


def installed_by(extra: str) -> dict[str, Distribution]:
    """The packages that `longwriter[extra]` installs on this machine, by name.

    Raises PackageNotFoundError if one is not here.
    """
    found: dict[str, Distribution] = {}
    seen, todo = set(), [("longwriter", extra)]
    while todo:
        name, wanted = todo.pop()
        if (name, wanted) in seen:
            continue
        seen.add((name, wanted))
        found[name] = distribution(name)
        for line in found[name].requires or []:
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": wanted}):
                todo += [(canonicalize_name(needed.name), each) for each in ("", *needed.extras)]
    del found["longwriter"]
    return found


@pytest.mark.parametrize("extra", EXTRAS)
def test_no_extra_installs_gpl(extra: str) -> None:
    try:
        packages = installed_by(extra)
    except PackageNotFoundError as missing:
        pytest.skip(f"the extra [{extra}] is not installed: {missing}")
    assert packages
    said = {name: licences(found) or SAID_ELSEWHERE.get(name, "") for name, found in packages.items()}
    wrong = {name: text for name, text in said.items() if not fine(name, text)}
    assert not wrong


def fine(name: str, text: str) -> bool:
    """Whether a package may be installed: one of several licences to choose from is enough."""
    if CUDA.match(name):
        return True
    choices = [part for part in re.split(r"\bOR\b|;", text) if part.strip()]
    return any(ALLOWED.search(part) and not REFUSED.search(part) for part in choices)


@pytest.mark.parametrize(
    ("text", "ok"),
    [
        ("MIT", True),
        ("Apache-2.0 AND GPL-3.0-only", False),
        ("GPL-2.0-or-later OR MIT", True),
        ("LGPL-3.0-or-later", True),
        ("GNU Lesser General Public License v3", True),
        ("GNU General Public License v3 (GPLv3)", False),
        ("AGPL-3.0", False),
        ("", False),
        ("Proprietary", False),
    ],
)
def test_what_is_refused(text: str, ok: bool) -> None:
    assert fine("package", text) is ok
