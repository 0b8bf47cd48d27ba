# Every target sets up its own virtual environment; nothing but Python 3.11+ and make is needed.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO_LOCK := deploy/sandbox/requirements.lock
DEMO_READY := $(VENV)/.demo-ready
READY := $(VENV)/.ready
DOCS_READY := $(VENV)/.docs-ready

.PHONY: demo test outside browser torture mutants check bench docs pictures lock clean

demo: $(DEMO_READY)  ## enroll made-up prescribers against local servers, and prescribe
	@$(BIN)/prescriber-bots demo

test: $(READY)  ## all tests that end soon and start no processes
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest --numprocesses 3 --dist worksteal

# Its processes compile everything anew where byte code is not kept.
outside: $(READY)  ## the command, the package, the docs' examples, Node and other tools, from outside
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest --numprocesses 3 --dist worksteal -m "outside and not torture"

browser: $(READY)  ## click through the pages; needs Chromium
	@$(BIN)/pytest --numprocesses 2 --dist worksteal tests/browser

torture: $(READY)  ## break every call of every flow in every way, and run the long tables in full
	@$(BIN)/pytest --numprocesses 2 -m "torture or not torture" tests/torture tests/core
	@$(BIN)/pytest --numprocesses 2 -m torture --ignore tests/torture --ignore tests/core

mutants: $(READY)  ## change the core in every small way; the fast tests have to notice
	@$(BIN)/python -m tests.mutants

check: $(READY)  ## formatting, lint and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

bench: $(READY)  ## measure how fast the bots are, and write BENCHMARKS.md
	@$(BIN)/python -m tests.bench --write BENCHMARKS.md

docs: $(DOCS_READY)  ## build the docs as a site; a broken link fails
	@$(BIN)/sphinx-build --quiet --fail-on-warning --fresh-env docs docs/_build/html
	@echo "docs/_build/html/index.html"

pictures: $(READY)  ## make the pictures of the docs anew; needs Chromium
	@$(BIN)/python -m tests.pictures

# The demo installs no linters and no test tools; all locks pin the same versions.
# The package leaves out requests' detector of charsets, which is optional: all that is read is JSON.
lock: $(READY)  ## renew all lock files from pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --extra local --extra build --extra dev \
		--no-emit-find-links --output-file requirements.lock pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --constraint requirements.lock \
		--extra local --extra build \
		--no-emit-find-links --output-file $(DEMO_LOCK) pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --constraint requirements.lock \
		--extra docs --no-emit-find-links --output-file docs/requirements.lock pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --constraint requirements.lock \
		--no-emit-package charset-normalizer \
		--no-emit-find-links --output-file deploy/aws/requirements.lock pyproject.toml

clean:
	rm -rf $(VENV)

$(DEMO_READY): $(DEMO_LOCK) pyproject.toml
	@$(PYTHON) deploy/environment.py $(VENV) $(DEMO_LOCK)
	@touch $(DEMO_READY)

# The complete environment is the demo's too.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) deploy/environment.py $(VENV) requirements.lock
	@touch $(DEMO_READY) $(READY)

$(DOCS_READY): $(READY) docs/requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r docs/requirements.lock
	@touch $(DOCS_READY)
