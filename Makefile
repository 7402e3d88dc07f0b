# `make run` and `make test` are all that is needed; `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3.11
STORE := $(or $(VIGIE_STORE),data/vigie.duckdb)
UNFINISHED := $(dir $(STORE)).vigie-demo/$(notdir $(STORE))
PORT ?= 8501
ARGS ?=

BIN := .venv/bin
UV_VERSION := 0.13.8
# pip follows where uv cannot go: uv does not read pip's own settings, such as a company's package index.
INSTALL = $(BIN)/uv pip install --quiet --system-certs --python $(BIN)/python -r $(1) \
	|| $(BIN)/python -m pip install --quiet --disable-pip-version-check -r $(1)

BANDIT := $(BIN)/bandit --quiet --recursive --configfile pyproject.toml

.PHONY: help run demo test check lint types security coverage format pins clean

help:  ## this list
	@grep -hE '^[a-z]+:.*## ' Makefile | sort | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

run: export VIGIE_STORE := $(STORE)
run: demo  ## the app at http://localhost:8501, with the demo store if there is none
	@exec $(BIN)/streamlit run app.py --server.port $(PORT) $(ARGS)

# It is built apart and moved when it is whole: an interrupted build leaves no store that looks finished.
demo: export VIGIE_STORE := $(UNFINISHED)
demo: .venv/run.stamp  ## the demo store, if there is no store
	@test -e '$(STORE)' || { rm -rf '$(dir $(UNFINISHED))' && mkdir -p '$(dir $(UNFINISHED))' \
	  && $(BIN)/python -m monitoring demo && mv '$(UNFINISHED)' '$(STORE)' && rmdir '$(dir $(UNFINISHED))'; }

test: .venv/dev.stamp  ## every test: unit, property, page, browser (ARGS="tests/drift -k psi" for some)
	@command -v chromium >/dev/null || tools/debian.sh chromium fonts-liberation
	@$(BIN)/python -m pytest $(ARGS)

check: lint types security coverage  ## what a change must pass before it is pushed

lint: .venv/dev.stamp  ## ruff: rules and format
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: .venv/dev.stamp  ## mypy, strict
	@$(BIN)/mypy

security: .venv/dev.stamp  ## bandit on the code, pip-audit on the pins
	@$(BANDIT) monitoring app.py pages --exclude monitoring/store
	@# SQL is put together from quoted names there, and nowhere else.
	@$(BANDIT) monitoring/store --skip B608
	@$(BIN)/python tools/audit.py requirements.txt

coverage: .venv/dev.stamp  ## every test, with the branch coverage of monitoring/
	@command -v chromium >/dev/null || tools/debian.sh chromium fonts-liberation
	@$(BIN)/python -m pytest --cov --cov-report=term-missing:skip-covered $(ARGS)

format: .venv/dev.stamp  ## rewrites the code as ruff wants it
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

pins: .venv/dev.stamp  ## newest versions that requirements*.in allow
	@$(BIN)/uv pip compile --quiet --system-certs --upgrade --no-header requirements.in -o requirements.txt
	@$(BIN)/uv pip compile --quiet --system-certs --upgrade --no-header -c requirements.txt requirements-dev.in -o requirements-dev.txt

clean:  ## removes the environment and the caches, never the store
	@rm -rf .venv .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache htmlcov test-results
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is touched last, so an interrupted installation is taken up again.
.venv/uv.stamp: Makefile
	@command -v $(PYTHON) >/dev/null || { echo "Vigie needs $(PYTHON): install it, or name yours: make PYTHON=python3.12 run" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || tools/debian.sh $(notdir $(PYTHON))-venv
	@echo "Making the environment in .venv" >&2
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

.venv/run.stamp: requirements.txt .venv/uv.stamp
	@echo "Installing requirements.txt" >&2
	@$(call INSTALL,requirements.txt)
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/run.stamp
	@echo "Installing requirements-dev.txt" >&2
	@$(call INSTALL,requirements-dev.txt)
	@touch $@
