# Works on a machine that has only Python 3.11 or newer and make.
SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help setup run demo test coverage check lint format types bench soak docs words pictures lock image-check clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z_-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

# The stamps are files, so that an unchanged requirements file costs nothing.
$(VENV)/.runtime: requirements.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed (set PYTHON=/path/to/python3)."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is too old: 3.11 or newer is needed."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing packages ..."
	@$(PIP) install -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	@echo "Installing development packages ..."
	@$(PIP) install -r requirements-dev.txt
	@touch $@

setup: $(VENV)/.runtime ## Create .venv, secrets, database, first user and team
	@$(BIN)/python -m config.bootstrap
	@$(BIN)/python manage.py init_db

run: setup ## Set up and run everything on http://127.0.0.1:8000 (PORT)
	@exec $(BIN)/python manage.py run

demo: $(VENV)/.runtime ## Run everything in a throw-away database with a fake shop and inbox
	@exec $(BIN)/python scripts/demo.py

test: $(VENV)/.dev ## Run all tests, on SQLite and on PostgreSQL
	@$(BIN)/python tests/run_all.py $(ARGS)

check: $(VENV)/.dev ## Check format, lint, types, layers, Django, migrations, templates
	@$(BIN)/python scripts/check.py

lint: $(VENV)/.dev ## Lint and check the format only
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(VENV)/.dev ## Check types only
	@$(BIN)/mypy .

format: $(VENV)/.dev ## Format the code and mend what the linter can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

coverage: $(VENV)/.dev ## All tests, and hold the branches they ran against the floor of 95 %
	@COVERAGE=1 $(BIN)/python tests/run_all.py

image-check: $(VENV)/.runtime ## Do what Dockerfile and compose.yaml say, without a container engine
	@$(BIN)/python scripts/check_image.py

bench: $(VENV)/.dev ## Measure speed, room and memory against their goals (ARGS="--quick")
	@$(BIN)/python -m bench $(ARGS)

soak: $(VENV)/.dev ## Kill processes at random for CHAOS_SECONDS (1800) and audit, see docs/testing.md
	@CHAOS_SECONDS=$${CHAOS_SECONDS:-1800} $(BIN)/python -m pytest tests/chaos/test_chaos.py

pictures: $(VENV)/.dev ## Take the pictures of docs/ anew, by the browser tests
	@PICTURES=1 $(BIN)/python -m pytest -p no:randomly tests/browser/test_first_run.py tests/browser/week/test_week.py

docs: $(VENV)/.dev ## Rewrite the generated tables in docs/
	@$(BIN)/python -m tests.docs.rewrite

words: $(VENV)/.dev ## Take the texts of pages into locale/ and compile the catalogues
	@$(BIN)/python -m scripts.words

lock: $(VENV)/.dev ## Lock requirements.in and requirements-dev.in
	@$(BIN)/pip-compile --quiet --strip-extras --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links -o requirements.txt requirements.in
	@$(BIN)/pip-compile --quiet --strip-extras --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links -o requirements-dev.txt requirements-dev.in

clean: ## Remove caches and reports (neither .env nor data)
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache htmlcov .coverage var/reports var/demo
