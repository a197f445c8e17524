"""Write a text from Python. Runs offline with the fake model; put your own model's name in its place."""

import longwriter

result = longwriter.write(
    "Write a 3000-word field guide to clouds",
    model="fake:0.8",  # "gguf:smollm2", "ollama/qwen3:8b", or a name with base_url="http://localhost:8000/v1"
    run="clouds",
)
for section in result.report.sections:
    print(f"{section.title}: {section.planned} planned, {section.written} written")
print(f"{result.report.written} words, S_l {result.report.length_score}")
