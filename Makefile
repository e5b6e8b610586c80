# The commands of the house. `make` alone lists them.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.complete
MISSION := missions/donbas

# The first Python of 3.11 or later, the oldest first, since that is what is tested most.
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	then command -v $$name; break; fi; done)

.PHONY: help setup run test lint format docs picture requirements clean
.DELETE_ON_ERROR:

help: ## list these commands
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(STAMP) ## make the environment .venv, once

$(STAMP): requirements-dev.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Foedus needs Python 3.11 or later, and no python3.11," \
		"python3.12, python3.13 or python3 here is that. Install one, or name it:" \
		"make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@if command -v uv >/dev/null; then \
		uv venv --quiet --allow-existing --python "$(PYTHON)" $(VENV) && \
		uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.txt && \
		uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .; \
	else \
		"$(PYTHON)" -m venv $(VENV) && \
		$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt && \
		$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .; \
	fi
	@touch $@

run: setup ## set up, and make the bulletin of the Donbas record
	@$(BIN)/foedus run $(MISSION)

test: setup ## set up, and run the tests
	@$(BIN)/python -m pytest -n auto $(TESTS)

lint: setup ## check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: setup ## put the code into the form that lint asks for
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

docs: setup ## write the generated pages anew, and check every link
	@$(BIN)/python tools/make_docs.py

picture: setup run ## take the README's picture of the bulletin anew (needs chromium)
	@$(BIN)/python tools/make_picture.py

requirements: setup ## pin what pyproject.toml asks for, with hashes (needs uv)
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-annotate --no-emit-index-url pyproject.toml -o requirements.txt
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-annotate --no-emit-index-url -c requirements.txt --extra documents --extra postgres --extra web \
		--group dev pyproject.toml \
		-o requirements-dev.txt
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-annotate --no-emit-index-url -c requirements-dev.txt --extra spark pyproject.toml \
		-o requirements-spark.txt

clean: ## remove the environment, caches and results
	@rm -rf $(VENV) out dist site .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find src tests bench tools -name __pycache__ -type d -prune -exec rm -rf {} +
