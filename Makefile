# What can be done here, a line each: `make`. Set-up happens by itself, once, into .venv.
#   another Python:   make PYTHON=/path/to/python3.12 install

VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
WHEELS := build/wheels
PIP    := $(BIN)/python -m pip --disable-pip-version-check -qq
LOCKED := --no-deps --require-hashes -r requirements.lock
PYTEST := $(BIN)/python -m pytest

# The first Python that is new enough; if there is none, python3, so that the message can say so.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$name -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$name && exit; done; echo python3)

# Tests run in this many processes.
JOBS ?= auto
# Which tests must reach every branch of the core by themselves.
CORE_TESTS ?= $(wildcard tests/unit/core tests/spec tests/scenarios)
# How many random cases `make simulate` tries.
N ?= 100000

.DEFAULT_GOAL := help
.PHONY: help install run test check bench load simulate explore lock clean
MAKEFLAGS += --no-print-directory

help:
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile

install: $(STAMP) ## set up .venv from requirements.lock; the program is then .venv/bin/procession

run: install ## deploy the examples, start the service, call it, stay up until Ctrl-C (ONCE=1: end by itself)
	@$(BIN)/python scripts/demo.py $(if $(ONCE),--once) $(if $(PORT),--port $(PORT)) $(if $(DATA),--data $(DATA))

test: install ## run all tests (JOBS=4: in four processes)
	$(PYTEST) -n $(JOBS)

check: install ## the gate: format, lint, types, tidiness, docs, coverage of the core, all tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy src tests bench scripts
	$(PYTEST) tests/test_tidy.py tests/test_docs.py
	$(PYTEST) -n $(JOBS) $(CORE_TESTS) --cov=procession.core --cov-branch --cov-fail-under=100
	$(PYTEST) -n $(JOBS)

bench: install ## measure the service beside the floor: calls/s, latency, memory, as ratios
	@$(BIN)/python -m bench

load: install ## 256 connections over all doors for two minutes; any wrong answer or growth is an error
	@$(BIN)/python -m bench.doors

simulate: install ## random processes and crashes against the core (N=1000000: so many cases)
	@$(BIN)/python -m tests.simulation $(N)

explore: install ## all property tests with new random cases, which may find what nobody has seen
	$(PYTEST) -n $(JOBS) --hypothesis-profile=explore tests/unit tests/stores

lock: ## resolve pyproject.toml anew into requirements.lock
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip --disable-pip-version-check --quiet install uv
	build/lock/bin/uv pip compile pyproject.toml --extra dev --universal --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --quiet --upgrade -o requirements.lock

clean: ## remove all that was made here, except data/
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .hypothesis .coverage*

# The wheels are kept, so that a second set-up and the wheel's own test need no network.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c '$(NEW_ENOUGH)' || { echo >&2 "Procession needs Python 3.11 or newer and" \
		"'$(PYTHON)' is $$($(PYTHON) --version 2>&1); name another: make PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo >&2 "'$(PYTHON)' has no venv module;" \
		"on Debian and Ubuntu it is the package python3-venv"; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version), once"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --no-index --find-links $(WHEELS) $(LOCKED) 2>/dev/null || { \
		$(PIP) download $(LOCKED) -d $(WHEELS) && \
		$(PIP) install --no-index --find-links $(WHEELS) $(LOCKED); }
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@
