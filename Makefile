# Two commands on a fresh machine: `make write` and `make test`. Each sets up .venv by itself.
PYTHON ?= python3
PROMPT ?= Write a story about a lighthouse keeper who finds a letter in a bottle
WORDS  ?= 3000
# A file for the text; empty: the run's own.
OUT    ?=
BIN    := .venv/bin

# As typed: neither make nor the shell reads a quote, a dollar or a backtick in them; commands find them in their environment.
override PROMPT := $(value PROMPT)
override OUT := $(value OUT)
export PROMPT OUT

.PHONY: write test test-real test-recipe check fmt measure locks clean

write: .venv/ready-write
	@$(BIN)/longwriter write --words $(WORDS) $${OUT:+--out "$$OUT"} --json -- "$$PROMPT" > .venv/written.json
	@$(BIN)/python .ci/beginning.py < .venv/written.json

test: .venv/ready-dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile

# Writes with the small model, which is fetched once (93 MB).
test-real: .venv/ready-dev .venv/ready-write
	$(BIN)/longwriter pull smollm2
	$(BIN)/python -m pytest -m real tests/real -n 2 --dist loadfile

# Trains tiny models on the CPU and starts a small Ray: needs PyTorch, which `make test` does not install (its GPU build
# is gigabytes).
test-recipe: .venv/ready-train
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m recipe -n 2 --dist loadgroup

check: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: .venv/ready-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

measure: .venv/ready-dev
	$(BIN)/python measurements/text.py
	$(BIN)/python measurements/gguf.py
	$(BIN)/python measurements/write.py
	$(BIN)/python measurements/packing.py

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "longwriter needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv

# Exact versions, each file checked against its hash; building fetches nothing.
PIP := $(BIN)/pip --quiet --disable-pip-version-check install --no-deps

.venv/ready-%: .venv/bin/python pyproject.toml locks/%.txt
	$(PIP) --require-hashes -r locks/$*.txt
	$(PIP) --no-build-isolation -e .
	@touch $@

# PyTorch's build for the CPU where this machine's package index has it, else PyPI's, with the CUDA libraries it wants on Linux.
.venv/ready-train: .venv/bin/python pyproject.toml locks/train.txt locks/torch-cpu.txt locks/torch.txt
	$(PIP) --require-hashes -r locks/train.txt
	$(PIP) --require-hashes -r locks/torch-cpu.txt || $(PIP) --require-hashes -r locks/torch.txt
	$(PIP) --no-build-isolation -e .
	@touch $@

# After a change of dependencies in pyproject.toml.
locks: .venv/bin/python
	$(PIP) uv==0.13.9
	$(BIN)/python .ci/locks.py

clean:
	rm -rf .venv build dist
