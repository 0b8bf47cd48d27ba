# Every target sets up its own virtual environment; nothing but Python 3.11+ and make is needed.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test torture mutants check bench lock clean

demo: $(READY)  ## enroll made-up prescribers against local servers
	@$(BIN)/prescriber-bots demo

test: $(READY)  ## all tests
	@$(BIN)/pytest --numprocesses 3 --dist worksteal

torture: $(READY)  ## break every call of every flow in every way
	@$(BIN)/pytest --numprocesses 2 -m "torture or not torture" tests/torture tests/core

mutants: $(READY)  ## change the core in every small way; the fast tests have to notice
	@$(BIN)/python -m tests.mutants

check: $(READY)  ## formatting, lint and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

bench: $(READY)  ## measure how fast the bots are, and write BENCHMARKS.md
	@$(BIN)/python -m tests.bench --write BENCHMARKS.md

# The package leaves out requests' detector of charsets, which is optional: all that is read is JSON.
lock: $(READY)  ## renew requirements.lock, and the Lambda package's part of it, from pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --all-extras \
		--no-emit-find-links --output-file requirements.lock pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --constraint requirements.lock \
		--no-emit-package charset-normalizer \
		--no-emit-find-links --output-file deploy/aws/requirements.lock pyproject.toml

clean:
	rm -rf $(VENV)

$(READY): requirements.lock pyproject.toml
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)
