# `make demo` and `make test` set everything up by themselves, into .venv of this folder.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: help demo test test-slow test-arm64 fuzz docs page peers release lint format clean

help:
	@echo "make demo       the whole chain on real digits, ending in a report (demo/)"
	@echo "make test       the fast tests, with the identity, parity and thinness tests"
	@echo "make test-slow  the trainings and measurements that take minutes"
	@echo "make test-arm64 every engine on emulated Raspberry Pis (Debian: apt-get install qemu-user)"
	@echo "make fuzz       100,000 damaged pictures, model files and specs, twice (an hour)"
	@echo "make docs       the manual: build/docs/index.html, without a network"
	@echo "make page       the pages for browsers, as the distribution edgesmith-page (needs Node 20.19)"
	@echo "make peers      docs/peers.md: beside other tools (RUN=folder, MEDIAPIPE=python that has mediapipe)"
	@echo "make release    dist/: sdist, wheel, bills of materials, SHA256SUMS (signed with RELEASE_KEY=file)"
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

test-arm64: $(VENV)/.installed
	$(BIN)/python -m pytest -m "slow and not shared_data" -rs tests/arm64

# atheris has wheels for Linux only. Findings are written to the current folder, as crash-*.
FUZZ_INPUTS ?= 100000
fuzz: $(VENV)/.installed
	$(PIP) install --quiet -c constraints.txt --group fuzz
	for target in images modelfile spec; do for fuzzer in hypothesis atheris; do \
		$(BIN)/python -W ignore tests/runtime/fuzz/fuzz.py $$target $$fuzzer --inputs $(FUZZ_INPUTS) || exit 1; \
	done; done

# Command pages are written from the parsers first.
docs: $(VENV)/.installed
	$(BIN)/python docs/making/commands.py
	$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going docs build/docs

# From npm by package-lock.json into build/page/dist and .venv; compressing for the web takes a minute. Install scripts
# of packages are not run.
page: $(VENV)/.installed
	@command -v npm >/dev/null || { echo "make page needs Node 20.19 or later with npm: nodejs.org, or apt-get install npm"; exit 1; }
	cd benchmarks/page && npm ci --ignore-scripts --no-audit --no-fund && npm run check
	$(BIN)/python benchmarks/page/notices.py
	cd benchmarks/page && npm run build
	rm -rf build/page/dist
	$(BIN)/python -m build --quiet --wheel --outdir build/page/dist benchmarks/page
	$(PIP) install --quiet --no-deps --force-reinstall build/page/dist/edgesmith_page-*.whl

# Files, samples and journals stay in PEERS_WORK; the same command goes on where it was stopped.
PEERS_WORK ?= build/peers
peers: $(VENV)/.installed
	$(BIN)/python benchmarks/peers/measure.py $(RUN) -o docs/peers.md --work $(PEERS_WORK) $(MEDIAPIPE:%=--mediapipe %)

# Of the last commit; RELEASE_KEY: a private SSH key that signs SHA256SUMS. See docs/release.md.
release: $(VENV)/.installed
	PYTHONPATH=.ci $(BIN)/python -m release --output dist $(RELEASE_KEY:%=--key %)

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
