"""Where things lie."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
"""Public benchmarks and reference values, where somebody has put them beside the checkout; what needs them is skipped."""
BEFORE = ROOT / "tests" / "data" / "before"
"""What an earlier version left; tests work on copies."""
