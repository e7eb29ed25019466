# `make demo` and `make test` set everything up by themselves, into .venv of this folder.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: help demo test test-slow lint format clean

help:
	@echo "make demo       the whole chain on real digits, ending in a report (demo/)"
	@echo "make test       the fast tests, with the identity, parity and thinness tests"
	@echo "make test-slow  the trainings and measurements that take minutes"
	@echo "make lint       ruff, mypy, import-linter"
	@echo "make format     ruff's formatter and its safe fixes"
	@echo "make clean      remove .venv"

# The exact versions that were tested; `-c` installs nothing by itself. Dependency groups need pip 25.1.
$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --upgrade "pip>=25.1"
	$(PIP) install --quiet -c constraints.txt --editable ".[all]" --group dev
	@touch $@

demo: $(VENV)/.installed
	@if [ -e demo/bench/report.html ]; then echo "removing the demo of last time"; rm -rf demo; fi
	$(BIN)/edgesmith demo --output demo

test: $(VENV)/.installed
	$(BIN)/python -m pytest

test-slow: $(VENV)/.installed
	$(BIN)/python -m pytest -m slow

lint: $(VENV)/.installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:
	rm -rf $(VENV)
