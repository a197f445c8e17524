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

.PHONY: write serve test test-fast fuzz test-page test-real test-recipe check fmt measure locks dist clean

write: .venv/ready-write
	@$(BIN)/longwriter write --words $(WORDS) $${OUT:+--out "$$OUT"} --json -- "$$PROMPT" > .venv/written.json
	@$(BIN)/python .ci/beginning.py < .venv/written.json

# The page to write at, http://127.0.0.1:8765, and the API beside it.
serve: .venv/ready-serve
	$(BIN)/longwriter serve

test: .venv/ready-dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist worksteal

# Without kills, memory, many processes, and what takes seconds.
test-fast: .venv/ready-dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m 'not slow and not real and not recipe and not live and not page' -n auto --dist worksteal

# Readers of what models, servers and people wrote, over inputs made by grammar and mutation: make fuzz COUNT=1000000 SEED=7
# TARGET="plan length". Failing inputs: build/fuzz. `make test` runs some 2,000 cases.
COUNT  ?= 20000
SEED   ?= 1
TARGET ?=
fuzz: .venv/ready-dev
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.fuzz --count $(COUNT) --seed $(SEED) $(addprefix --target ,$(TARGET))

# The page in Chromium (Debian: apt-get install chromium), which is not installed here; without it they are skipped.
test-page: .venv/ready-page
	$(BIN)/python -m pytest -m page tests/page

# Writes with the small model, which is fetched once (93 MB).
test-real: .venv/ready-dev .venv/ready-write
	$(BIN)/longwriter pull smollm2
	$(BIN)/python -m pytest -m real tests/real -n 2 --dist loadfile

# Trains tiny models on the CPU and starts a small Ray: needs PyTorch, which `make test` does not install (its GPU build
# is gigabytes).
test-recipe: .venv/ready-train
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m recipe -n 2 --dist loadgroup

# Folders of scripts that import one another by bare name: each is checked by itself.
SCRIPTS := .ci examples measurements recipes/cluster recipes/ntk recipes/zero/32b recipes/zero/gpu

check: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@for folder in $(SCRIPTS); do MYPYPATH=$$folder:.:tests $(BIN)/mypy $$folder/*.py || exit 1; done
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

# The package, built by the pinned backend of locks/write.txt.
dist: .venv/ready-write
	$(BIN)/python -c 'from hatchling.cli import hatchling; raise SystemExit(hatchling())' build

clean:
	rm -rf .venv build dist
