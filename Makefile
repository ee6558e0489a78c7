# Two commands matter: `make demo` walks the whole path on the samples, `make test` checks everything.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check
DEMO   ?= demo

.PHONY: demo recording test lint prove bench clean

# Installs the core (no extras) once; a stamp keeps later runs off the network.
$(VENV)/.core: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.all: $(VENV)/.core
	$(PIP) install --quiet --constraint constraints.txt --editable '.[llm,finetune,judge,release,server,browser,dev]'
	@touch $@

demo: $(VENV)/.core
	@$(BIN)/workbench demo $(DEMO)

# A sitting at the review screen over the samples, to watch with: asciinema play demo.cast
recording: $(VENV)/.core
	@$(BIN)/python -m tests.tui.record_demo $(DEMO).cast

lint: $(VENV)/.all
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

test: lint
	$(BIN)/python -m pytest -n 2

# Slow proofs: the same properties with far more examples, and whole-path kills.
prove: $(VENV)/.all
	WORKBENCH_PROVE=1 $(BIN)/python -m pytest -n 2 tests

bench: $(VENV)/.all
	$(BIN)/python -m pytest -s -q tests/bench --override-ini 'python_files=bench_*.py'

clean:
	rm -rf $(VENV) $(DEMO) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
