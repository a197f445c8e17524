"""Questions to models about data, and the wordings that requests are made of: <language>/<name>.txt with $fields."""

from pathlib import Path

HERE = Path(__file__).parent
