# gst-ims: `make serve` runs the portal with its demo, `make test` runs every test. Both set everything up first.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000

.PHONY: help setup serve test lint format docs clean

help:
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t12

setup: $(VENV)/.ready ## virtual environment with pinned dependencies

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --editable . --group test --group docs
	touch $@

serve: setup ## the portal with demo data in test mode, on http://127.0.0.1:$(PORT)
	@$(BIN)/ims serve --test-mode --demo --port $(PORT)

test: setup lint ## every test
	$(BIN)/pytest -n 2 --dist worksteal

lint: setup ## style, types, arrows
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/basedpyright
	$(BIN)/lint-imports

format: setup ## put the code into shape
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: setup ## the documentation as a site, in site/
	$(BIN)/mkdocs build --strict

clean: ## remove what the above made, but for the data in .ims
	rm -rf $(VENV) site dist .pytest_cache .ruff_cache .hypothesis
