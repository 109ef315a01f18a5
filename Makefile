# gst-ims: `make serve` runs the portal with its demo, `make test` runs every test. Both set everything up first.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
# Where Python is told to keep no bytecode, each of the processes that tests start would compile all it imports: a second.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: chromium pictures texts help setup serve test test-all lint audit format bench bench-match faults soak docs clean

help:
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t14

ASSETS := src/gst_ims/portal/assets
WEB_ASSETS := src/gst_ims/web/assets

setup: $(VENV)/.ready $(ASSETS)/.ready ## virtual environment and browser assets, all pinned

$(VENV)/.ready: pyproject.toml constraints.txt
	@echo "Setting up $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --editable . --group test --group docs --group assets
	@touch $@

# npm looks for node on the path, where the environment's own comes first.
$(ASSETS)/.ready: package.json package-lock.json $(VENV)/.ready
	@echo "Getting the assets of the browser pages …"
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm ci --silent
	@mkdir -p $(ASSETS) $(WEB_ASSETS)
	@cp node_modules/swagger-ui-dist/swagger-ui.css node_modules/swagger-ui-dist/swagger-ui-bundle.js $(ASSETS)/
	@cp node_modules/htmx.org/dist/htmx.min.js node_modules/echarts/dist/echarts.common.min.js $(WEB_ASSETS)/
	@cp node_modules/ag-grid-community/dist/ag-grid-community.min.noStyle.js $(WEB_ASSETS)/
	@touch $@

serve: setup ## the portal with demo data in test mode, on http://127.0.0.1:$(PORT)
	@$(BIN)/ims serve --test-mode --demo --port $(PORT)

# Debian's Chromium for the tests in a browser, where we may install it; without it they are skipped, and say so.
chromium:
	@test -x /usr/bin/chromium || { [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null \
	  && timeout 300 sh -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium' > /dev/null; } \
	  || echo "Chromium isn't here and can't be installed: the tests in a browser are skipped. Install Debian's chromium."

pictures: setup chromium ## pictures of all pages of the demo, light and dark, in docs/images
	$(BIN)/python tools/pictures.py docs/images

LOCALE := src/gst_ims/web/locale

texts: setup ## texts of the pages for translators, and the catalogs; ADD=hi begins a language
	@mkdir -p $(LOCALE)
	$(BIN)/pybabel -q extract -F pyproject.toml -k N_ --no-location --sort-output --project gst-ims -o $(LOCALE)/web.pot .
	$(if $(ADD),$(BIN)/pybabel -q init -D web -i $(LOCALE)/web.pot -d $(LOCALE) -l $(ADD))
	@ls $(LOCALE)/*/LC_MESSAGES/web.po > /dev/null 2>&1 || exit 0; \
	  $(BIN)/pybabel -q update -D web -i $(LOCALE)/web.pot -d $(LOCALE) --no-fuzzy-matching; \
	  $(BIN)/pybabel -q compile -D web -d $(LOCALE) --statistics

test: setup lint chromium ## every test that isn't slow
	$(BIN)/pytest -n 2 --dist worksteal -m "not slow"

test-all: setup lint chromium ## every test, properties with new examples; takes half an hour on two cores
	$(BIN)/pytest -n 2 --dist worksteal --hypothesis-profile search

KILLS ?= 300
MINUTES ?= 10

faults: setup ## kill processes KILLS times under load, and look for what was lost
	$(BIN)/python -m faults $(KILLS) $(if $(SEED),--seed $(SEED))

soak: setup ## mixed load for MINUTES: deadlocks, memory, histories
	$(BIN)/python -m faults.soak $(MINUTES) $(if $(SEED),--seed $(SEED))

lint: setup ## style, types, arrows
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/basedpyright
	$(BIN)/lint-imports
	$(BIN)/python tools/check_sql.py

audit: setup ## known weaknesses of what is pinned; needs the network
	$(BIN)/uv tool run --isolated pip-audit --strict --requirement constraints.txt --no-deps --disable-pip

format: setup ## put the code into shape
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: setup ## what the work of portal and desk costs beside PostgreSQL's own and DuckDB's; SIZES="10000 100000"
	$(BIN)/python -m bench $(SIZES)
	$(BIN)/python -m bench.desk $(SIZES)

bench-match: setup ## matching: accuracy, growth, beside a bare join and beside Splink; needs PyPI; SIZES="10000 100000"
	$(BIN)/python -m bench.match $(SIZES)

docs: setup ## the documentation as a site, in site/
	$(BIN)/mkdocs build --strict

clean: ## remove what the above made, but for the data in .ims
	rm -rf $(VENV) $(ASSETS) $(WEB_ASSETS) node_modules site dist .pytest_cache .ruff_cache .hypothesis
