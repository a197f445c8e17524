"""How pages look that are one file: colours, light and dark, and the style of what they share; as the desk looks."""

from functools import cache
from pathlib import Path

LIGHT = {
    "paper": "#fbfaf8", "card": "#ffffff", "ink": "#1d2126", "soft": "#565e68", "edge": "#dcdad5", "grid": "#e4e2dc",
    "fill": "#e9e7e2", "zone": "#eef2ee", "even": "#7c848d", "shade": "#1d212624", "link": "#1f4e79", "warn": "#7a4b00",
    "warn-fill": "#fdf0d7", "lost": "#a3301c", "up": "#17643f",
    "c0": "#1f5fa8", "c1": "#b4501a", "c2": "#2c7a4b", "c3": "#8a3f8f", "c4": "#7a6a00", "c5": "#4a4f57",
}  # fmt: skip
DARK = {
    "paper": "#16181b", "card": "#1f2226", "ink": "#e8e6e1", "soft": "#a9afb7", "edge": "#3c4147", "grid": "#31353b",
    "fill": "#33373d", "zone": "#262c2a", "even": "#8b929b", "shade": "#e8e6e12c", "link": "#8fc1f0", "warn": "#f0cf8f",
    "warn-fill": "#3a301b", "lost": "#f29a86", "up": "#7fd0a3",
    "c0": "#7db4f0", "c1": "#f0a070", "c2": "#7fd0a3", "c3": "#d79bdc", "c4": "#d8c860", "c5": "#b5bac2",
}  # fmt: skip


@cache
def shared_style() -> str:
    """The style sheet that such a page begins with."""
    light, dark = (" ".join(f"--{name}: {value};" for name, value in colours.items()) for colours in (LIGHT, DARK))
    scheme = (
        f":root {{ color-scheme: light dark; {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
    )
    return scheme + (Path(__file__).parent / "page.css").read_text("utf-8")
