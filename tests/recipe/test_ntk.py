"""recipes/ntk: the kernel against automatic differentiation, and its limit against hand-worked numbers."""

import itertools
import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs torch: make test-recipe")

pytestmark = pytest.mark.recipe
FOLDER = Path(__file__).parents[2] / "recipes/ntk"
sys.path.insert(0, str(FOLDER))

import cells  # noqa: E402
import ntk  # noqa: E402


def network(x, weights, a, b):
    scale = math.hypot(a, b)
    h = x / math.sqrt(x.shape[1]) @ weights[0]
    for w in weights[1:]:
        h = (a * h + b * h.abs()) / scale / math.sqrt(len(w)) @ w
    return h


@pytest.mark.parametrize(("a", "b", "outputs"), [(0.0, 1.0, 1), (0.5, 0.5, 1), (0.55, 0.45, 3), (1.0, 0.0, 2)])
def test_the_kernel_is_that_of_automatic_differentiation(a, b, outputs):
    cell = cells.Cell("", "", a, b, "", (5, 7, 6), inputs=3, input_width=4, outputs=outputs)
    x = torch.randn(3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    found = ntk.empirical(x, cell, 2, torch.Generator().manual_seed(0))
    source = torch.Generator().manual_seed(0)
    sizes = (4, 5, 7, 6, outputs)
    drawn = [torch.randn(2, *s, dtype=torch.float64, generator=source) for s in itertools.pairwise(sizes)]
    for draw in range(2):
        weights = [w[draw].requires_grad_() for w in drawn]
        out = network(x, weights, a, b).flatten()  # the outputs of an input side by side
        rows = [torch.cat([g.flatten() for g in torch.autograd.grad(y, weights, retain_graph=True)]) for y in out]
        jacobian = torch.stack(rows)
        torch.testing.assert_close(found[draw], jacobian @ jacobian.T)


def test_the_limit_of_orthogonal_inputs_is_worked_by_hand():
    x = torch.eye(2, dtype=torch.float64) * math.sqrt(2)
    # abs: correlation 0 -> 2/pi, slope 0. One hidden layer: 2/pi + 0. Same input: l.
    torch.testing.assert_close(
        ntk.limit(x, 0, 1, 2), torch.tensor([[2, 2 / math.pi], [2 / math.pi, 2]], dtype=torch.float64)
    )
    # ReLU: half of it, and the slope is 1/2, of a kernel that is 0.
    torch.testing.assert_close(
        ntk.limit(x, 0.5, 0.5, 2), torch.tensor([[2, 1 / math.pi], [1 / math.pi, 2]], dtype=torch.float64)
    )
    torch.testing.assert_close(ntk.limit(x, 1, 0, 7), 7 * torch.eye(2, dtype=torch.float64))


def test_wide_networks_have_the_limits_kernel():
    cell = cells.Cell("", "", 0.5, 0.5, "flat", (2000, 2000), inputs=2, input_width=4)
    found = ntk.measure(cell, 0, 10, "cpu")
    assert len(found["error"]) == 10
    assert sum(found["error"]) / 10 < 0.2  # at 64 it is some 0.5
    assert abs(sum(found["same"]) / 10 - 1) < 0.1


def test_shapes_have_the_parameters_asked_for():
    assert cells.widths("quadratic", 4, 2) == (2, 8, 18)
    assert cells.widths("falling", 4, 2) == (18, 8, 2)
    for shape in cells.SHAPES:
        found = cells.Cell("", "", 0, 1, shape, cells.widths_of(shape, 8, 1e6))
        assert abs(found.parameters / 1e6 - 1) < 0.02


def test_a_run_goes_on_from_its_file(tmp_path):
    command = [sys.executable, str(FOLDER / "ntk.py"), "--seconds", "1", "--most", "1000", "--out", str(tmp_path / "k")]
    numbers = []
    for _ in range(2):
        subprocess.run(command, check=True, capture_output=True)
        entries = json.loads((tmp_path / "k").read_text())["cells"].values()
        numbers.append([[b["batch"] for b in e["batches"]] for e in entries])
    assert sum(map(len, numbers[1])) > sum(map(len, numbers[0]))
    assert all(found == list(range(len(found))) for found in numbers[1])
