"""Every package that an extra installs has a licence that Apache-2.0 code may depend on."""

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution

import pytest
from packaging.requirements import Requirement

EXTRAS = ("", "gguf", "hub", "local", "data", "ray", "train", "report", "deepspeed", "dev")
REFUSED = re.compile(r"\bA?GPL|General Public License|Affero|SSPL|Commons Clause|non-?commercial", re.I)
ALLOWED = re.compile(r"Lesser General Public|LGPL|GCC-exception|with GCC|linking exception", re.I)
"""A library under the LGPL may be imported; the GCC runtime comes with compiled wheels under its exception."""
SAYS_NOTHING = {"resvg_py": "MIT"}
"""Packages whose metadata names no licence -> the licence in their repository."""


def wanted_by(name: str, extras: frozenset[str], found: dict[str, Distribution]) -> None:
    """Every installed distribution below `name`."""
    try:
        dist = distribution(name)
    except PackageNotFoundError:
        return  # an extra that is not installed here
    key = dist.metadata["Name"].lower()
    if key in found and not extras:
        return
    found[key] = dist
    for line in dist.requires or ():
        need = Requirement(line)
        asked = need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras or {""})
        if asked and (need.name.lower() not in found or need.extras):
            wanted_by(need.name, frozenset(need.extras), found)


def licence_of(dist: Distribution) -> str:
    """What the metadata says: the expression, the classifiers, or the first line of the old field."""
    meta = dist.metadata
    classes = [c.rpartition(" :: ")[2] for c in meta.get_all("Classifier", []) if c.startswith("License ::")]
    said = [meta.get("License-Expression", ""), *classes, (meta.get("License") or "").strip().partition("\n")[0]]
    return "; ".join(filter(None, said)) or SAYS_NOTHING.get(meta["Name"].lower(), "")


@pytest.mark.parametrize("extra", EXTRAS)
def test_no_extra_brings_a_licence_that_users_cannot_take(extra: str) -> None:
    found: dict[str, Distribution] = {}
    wanted_by("longwriter", frozenset({extra} if extra else set()), found)
    assert len(found) > 5
    licences = {name: licence_of(dist) for name, dist in found.items() if name != "longwriter"}
    assert [n for n, said in licences.items() if not said] == []
    assert {n: s for n, s in licences.items() if REFUSED.search(ALLOWED.sub("", s))} == {}


def test_the_rule_tells_licences_apart() -> None:
    refused = ("GPL-3.0-only", "GNU Affero General Public License v3", "AGPL", "GNU General Public License v2 (GPLv2)")
    assert all(REFUSED.search(ALLOWED.sub("", said)) for said in refused)
    taken = ("Apache-2.0", "MIT License", "LGPL-2.1", "GNU Lesser General Public License v3 (LGPLv3)", "MPL-2.0")
    assert not any(REFUSED.search(ALLOWED.sub("", said)) for said in taken)
