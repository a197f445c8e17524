"""Which networks are drawn for which question; docs/ntk.md says what each asks."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

ACTIVATIONS = {
    "abs": (0.0, 1.0),
    "tilted": (0.25, 0.75),
    "relu": (0.5, 0.5),
    "leaky": (0.55, 0.45),  # slope 0.1 below zero
    "identity": (1.0, 0.0),
}
SHAPES = ("flat", "linear", "quadratic", "falling")
WIDTHS = (16, 32, 64, 128, 256, 512, 1024)
DELTAS = (0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
INPUT_WIDTH = 16


@dataclass(frozen=True)
class Cell:
    """One kind of network, of which many are drawn."""

    question: str
    activation: str
    a: float
    b: float
    shape: str
    widths: tuple[int, ...]
    """Of the hidden layers."""
    inputs: int = 8
    input_width: int = INPUT_WIDTH
    outputs: int = 1
    fresh: bool = False
    """Backward weights that are drawn anew: what the gradient independence assumption takes for granted."""

    @property
    def layers(self) -> int:
        """Layers of weights: l."""
        return len(self.widths) + 1

    @property
    def parameters(self) -> int:
        """Weights of one network."""
        return sum(x * y for x, y in pairwise((self.input_width, *self.widths, self.outputs)))

    @property
    def name(self) -> str:
        """Of this cell alone."""
        first = (
            f"{self.question}/{self.activation}/{self.layers} layers/{self.shape} {self.widths[0]}-{self.widths[-1]}"
        )
        return f"{first}/{self.inputs} in {self.input_width}/{self.outputs} out"


def widths(shape: str, layers: int, m: float) -> tuple[int, ...]:
    """Of the hidden layers of a network with `layers` layers of weights: m, k m, k^2 m, or the last in reverse."""
    power = {"flat": 0, "linear": 1}.get(shape, 2)
    found = tuple(max(1, round(m * k**power)) for k in range(1, layers))
    return found[::-1] if shape == "falling" else found


def widths_of(shape: str, layers: int, parameters: float) -> tuple[int, ...]:
    """The widths of a shape that come nearest to a number of parameters."""
    low, high = 0.0, math.sqrt(parameters) + 1
    for _ in range(60):
        m = (low + high) / 2
        found = Cell("", "", 0, 1, shape, widths(shape, layers, m)).parameters
        low, high = (m, high) if found < parameters else (low, m)
    return widths(shape, layers, high)


def cells() -> Iterator[Cell]:
    """All of them."""
    yield from _width()
    yield from _depth()
    yield from _equal()
    yield from _activation()
    for name in ("abs", "relu"):
        for inputs in (2, 8, 32, 128, 512):
            yield _cell("inputs", name, "flat", 4, 64, inputs=inputs, input_width=64)
        for outputs in (1, 4, 16, 64):
            for shape, layers, m in (("flat", 4, 128), ("flat", 16, 128), ("quadratic", 4, 16), ("quadratic", 8, 16)):
                yield _cell("outputs", name, shape, layers, m, outputs=outputs)
        for layers in (4, 16):
            for m in (16, 64, 256):
                yield _cell("independence", name, "flat", layers, m, fresh=True)


def _width() -> Iterator[Cell]:
    """How the error falls with the width."""
    for m in WIDTHS:
        for name in ACTIVATIONS:
            yield _cell("width", name, "flat", 4, m)
        for name in ("abs", "relu"):
            yield _cell("width", name, "flat", 16, m)
        for name in ("abs", "relu", "identity"):
            if m <= 256:
                yield _cell("width", name, "quadratic", 4, m)


def _depth() -> Iterator[Cell]:
    """How it grows with the depth where the first width is the same."""
    for name in ("abs", "relu", "identity"):
        for layers in (2, 4, 8, 16, 32):
            yield _cell("depth", name, "flat", layers, 128)
            for shape in ("flat", "linear", "quadratic"):
                yield _cell("depth", name, shape, layers, 16)


def _equal() -> Iterator[Cell]:
    """Which shape is best where the number of parameters is the same."""
    for name in ("abs", "relu"):
        for parameters, depths in ((1e6, (4, 8, 16)), (1e8, (8, 16, 32))):
            for layers in depths:
                for shape in SHAPES:
                    found = widths_of(shape, layers, parameters)
                    yield Cell(f"equal {parameters:.0e}", name, *ACTIVATIONS[name], shape, found)


def _activation() -> Iterator[Cell]:
    """How the error depends on delta = b^2 / (a^2 + b^2), from the identity to the absolute value."""
    for delta in DELTAS:
        for layers in (4, 16):
            a, b = math.sqrt(1 - delta), math.sqrt(delta)
            yield Cell("delta", f"{delta:g}", a, b, "flat", widths("flat", layers, 128))


def _cell(question: str, name: str, shape: str, layers: int, m: int, **rest: Any) -> Cell:  # noqa: ANN401
    return Cell(question, name, *ACTIVATIONS[name], shape, widths(shape, layers, m), **rest)
