"""A checkpoint that an earlier version left (tests/data/before/grpo) goes on as if nothing had happened."""

import json
import platform
import shutil
from pathlib import Path

import pytest

pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

from tests.helpers.places import BEFORE
from tests.helpers.tiny import losses, norms, trained

from longwriter.train.rollouts.store import read_steps

pytestmark = pytest.mark.recipe


def test_a_checkpoint_goes_on_with_the_same_rollouts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = shutil.copytree(BEFORE / "grpo", tmp_path / "grpo")
    monkeypatch.chdir(home)
    assert list(losses(Path("stopped"))) == [1, 2, 3]
    trained("grpo", Path("recipe.toml"), Path("stopped"))  # from the checkpoint of step 2
    assert list(losses(Path("stopped"))) == [1, 2, 3, 4]
    assert Path("stopped/model.safetensors").exists()
    before, after = (dict(read_steps(Path(name))) for name in ("whole", "stopped"))
    assert {n: [r.id for r in found] for n, found in after.items()} == {
        n: [r.id for r in found] for n, found in before.items()
    }
    if platform.machine() == "x86_64":  # elsewhere torch draws other numbers
        assert after == before
        assert losses(Path("stopped")) == pytest.approx(losses(Path("whole")), abs=1e-4)
        assert norms(Path("stopped")) == pytest.approx(norms(Path("whole")), abs=1e-4)
    told = json.loads(Path("stopped/recipe.json").read_text())
    assert told["grpo"]["objectives"] == ["length", "format"]
