# Everything here works on a machine with Python 3.11, git and make; each target makes what it needs.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed

.PHONY: demo up test check browser bench soak turnover hostile killed pictures drills corpus replay clean help

help:
	@echo "make demo   a drill from a Slack command to its review, with a worker killed in the middle"
	@echo "make up     the same stack left running, with pages to look at"
	@echo "make check  format, types, import rules, docs (seconds)"
	@echo "make test   make check, then every test"
	@echo "make corpus invented emergency requests, genuine, careless and forged: how each ends, and after how long"
	@echo "make replay and make turnover: stored histories; continuing as new after each verb in turn"

$(READY): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=…")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[local,dev]'
	@touch $@

demo: $(READY)
	$(BIN)/python -m console.cli demo

up: $(READY)
	$(BIN)/python -m console.cli up

check: $(READY)
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo > /dev/null
	$(BIN)/python -m console.docs --check

# The browser tests drive Debian's Chromium. Where it cannot be installed they say so, and CI fails on that.
browser:
	@command -v chromium > /dev/null || { test "$$(id -u)" = 0 && command -v apt-get > /dev/null \
	  && apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium > /dev/null; } \
	  || echo "make: no Chromium and no way to install it; the browser tests will say so"

test: check browser
	$(BIN)/python -m pytest -q -n 2 --dist worksteal

# Continue as new after each verb of each scenario, one at a time: about 200 cases.
turnover: $(READY)
	$(BIN)/python -m pytest -q -n 2 --dist worksteal -m soak tests/flows

# Ten thousand malformed, unsigned, replayed and oversized requests at the signed door, and a thousand forged ones in a
# minute; a tenth of each is in make test.
hostile: $(READY)
	$(BIN)/python -m pytest -q -s -m soak tests/intake

# The pictures of the chat stand-in's page that the README shows, taken by its browser test.
pictures: $(READY) browser
	HOLDFAST_TEST_PICTURES=docs/pictures $(BIN)/python -m pytest -q tests/slack/test_in_the_browser.py

# kill -9 of the desk at every point between a declaration from Slack and its acknowledgement, and of workers where make
# test does not; one of each is in make test.
killed: $(READY)
	$(BIN)/python -m pytest -q -m soak tests/faults

# Every scenario of every drill, one after the other, on a stack of real processes.
drills: $(READY)
	$(BIN)/python -m pytest -q -m soak tests/drills

# Every request of tests/corpus, to its end by people of an ordinary pace; asserts that nothing forged is released.
corpus: $(READY)
	CORPUS_TO=docs/corpus.md $(BIN)/python -m pytest -q -s -m soak tests/corpus

# Figures, never assertions; about an hour at full size. BENCH="--crowd 500 --burst 100 --recover 100" for a small look.
bench: $(READY)
	$(BIN)/python -m tests.bench --to docs/benchmarks.md $(BENCH)

# kill -9 of worker, Temporal, desk, store and auditor in turn under mixed cases; SOAK="--cases 50 --seed 7 --minutes 30".
soak: $(READY)
	$(BIN)/python -m tests.soak $(SOAK)

# Replays the stored histories and says which changed code they speak for; then proves that the gate itself works.
replay: $(READY)
	$(BIN)/python -m console.cli replay
	$(BIN)/python -m pytest -q tests/flows/test_replay.py tests/flows/test_gate.py tests/flows/test_patches.py

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build *.egg-info
