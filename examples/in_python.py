"""Write a text from Python. Runs offline with the fake model; put your own model's name and URL in its place."""

import asyncio
from pathlib import Path

from longwriter.models.base import ModelConfig
from longwriter.writer.session import write
from longwriter.writer.settings import WriteSettings

settings = WriteSettings(
    instruction="Write a 3000-word field guide to clouds",
    writer=ModelConfig(model="fake:0.8"),  # ModelConfig(model="my-8b", base_url="http://localhost:8000/v1")
)
result = asyncio.run(write(settings, Path("runs/clouds")))
for section in result.report.sections:
    print(f"{section.title}: {section.planned} planned, {section.written} written")
print(f"{result.report.written} words, S_l {result.report.length_score}")
