# One environment, built once from the exact versions in requirements.lock; every target is safe to repeat.
#
#   make plan     plan the next weeks on the sample history        make app      open the screen on the same sample
#   make test     ruff, mypy and the tests                         make screens  drive the screen in a real browser
#   make check    ruff and mypy alone                              make arena    play against advertisers of known truth
#   make sample   write the sample history again                   make bench    measure speed
#   make docs     write README's generated blocks again            make picture  take README's picture of the screen
#   make words    bring the catalogues of translations up to date
#   make clean    remove all that was built
#
# HISTORY, BUDGET and WEEKS can be given: make plan HISTORY=my.csv BUDGET=50000 WEEKS=6

HISTORY ?= data/sample_history.csv
BUDGET  ?= 100000
WEEKS   ?= 4
JOBS    ?= 2

BIN     := .venv/bin
STAMP   := .venv/.built
ENOUGH  := import sys; sys.exit(sys.version_info < (3, 11))
# The first Python on this machine that is new enough; PYTHON=... overrides it.
PYTHON  ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
             "$$p" -c '$(ENOUGH)' 2>/dev/null && { echo "$$p"; break; }; done)

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Small matrices are multiplied faster by one thread, above all where two test processes share two cores.
export OPENBLAS_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help plan app sample test check screens arena bench docs words picture clean

help:
	@sed -n '/^#   make/s/^#   //p' Makefile

plan: $(STAMP)
	@mkdir -p out
	@$(BIN)/optimizer plan $(HISTORY) --budget $(BUDGET) --weeks $(WEEKS) --out out/plan.csv --summary out/summary.json

app: $(STAMP)
	@$(BIN)/optimizer app

sample: $(STAMP)
	@$(BIN)/optimizer sample data

test: check
	$(BIN)/python -m pytest -q -n $(JOBS) -m "not browser and not arena"

check: $(STAMP)
	$(BIN)/ruff check --output-format concise .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

screens: $(STAMP)
	$(BIN)/python -m pytest -q -m browser tests

arena: $(STAMP)
	$(BIN)/python -m pytest -q -m arena tests

bench: $(STAMP)
	@for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python "$$file" || exit 1; done

docs: $(STAMP)
	@$(BIN)/python tools/readme.py

words: $(STAMP)
	@$(BIN)/python tools/catalogue.py

picture: $(STAMP)
	@$(BIN)/python tools/screenshot.py

# A new lock file brings an existing environment up to date; a broken one (moved, or of an old Python) is made anew.
$(STAMP): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and none was found; install it, or name it: make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@"$(PYTHON)" -c '$(ENOUGH)' || { echo "Python 3.11 or newer is needed, but $(PYTHON) is $$($(PYTHON) -V 2>&1); install a newer one, or name it: make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@echo "Building the environment in .venv, once; this takes about a minute." >&2
	@$(BIN)/python -c '$(ENOUGH)' 2>/dev/null && $(BIN)/python -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear .venv \
	  || { rm -rf .venv; echo "Python cannot make an environment (venv); on Debian or Ubuntu: apt-get install python3-venv" >&2; exit 2; }
	@$(BIN)/python -m pip install --quiet --quiet --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --quiet --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

clean:
	rm -rf .venv out build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
