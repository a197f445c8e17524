"""How pages look that are one file: colours, light and dark, and the style of what they share; as the desk looks."""

from functools import cache
from pathlib import Path

LIGHT = {
    "paper": "#fbf9f4", "card": "#ffffff", "ink": "#24211c", "soft": "#655e52", "edge": "#e2dccf", "grid": "#ebe6db",
    "fill": "#eee9dd", "zone": "#edf3ee", "even": "#8a8272", "shade": "#24211c24", "link": "#1d6253", "warn": "#7a4b00",
    "warn-fill": "#fdf0d7", "lost": "#a3341f", "up": "#1d6253",
    "c0": "#1d6253", "c1": "#b4501a", "c2": "#1f5fa8", "c3": "#8a3f8f", "c4": "#7a6a00", "c5": "#4a4f57",
}  # fmt: skip
DARK = {
    "paper": "#191816", "card": "#22201d", "ink": "#dfd9cd", "soft": "#a49c8d", "edge": "#38342d", "grid": "#322f29",
    "fill": "#37332c", "zone": "#222b27", "even": "#8b8375", "shade": "#dfd9cd2c", "link": "#86c9b5", "warn": "#f0cf8f",
    "warn-fill": "#3a301b", "lost": "#f0917a", "up": "#86c9b5",
    "c0": "#86c9b5", "c1": "#f0a070", "c2": "#7db4f0", "c3": "#d79bdc", "c4": "#d8c860", "c5": "#b5bac2",
}  # fmt: skip


@cache
def shared_style() -> str:
    """The style sheet that such a page begins with."""
    light, dark = (" ".join(f"--{name}: {value};" for name, value in colours.items()) for colours in (LIGHT, DARK))
    scheme = (
        f":root {{ color-scheme: light dark; {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
    )
    return scheme + (Path(__file__).parent / "page.css").read_text("utf-8")
