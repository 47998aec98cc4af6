# Everything a newcomer types. Each target makes the environment it needs.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test test-all torture check format docs tables bench clean

help:  ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/made: pyproject.toml mangaxr/_version.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[plot]"
	@touch $@

$(VENV)/made-test: $(VENV)/made
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[test,check]"
	@touch $@

$(VENV)/made-docs: $(VENV)/made
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[docs]"
	@touch $@

demo: $(VENV)/made  ## set up, then run the main job on a synthetic survey
	$(BIN)/mangaxr demo

test: $(VENV)/made-test  ## run the tests
	$(BIN)/python -m pytest

test-all:  ## run the tests on Python 3.11, 3.12 and 3.13, where installed
	@for v in 3.11 3.12 3.13; do \
	  py=$$(command -v python$$v || ls $$HOME/.pyenv/versions/$$v.*/bin/python 2>/dev/null | tail -1); \
	  if [ -z "$$py" ]; then echo "python$$v: not installed, left out"; continue; fi; \
	  $(MAKE) test PYTHON=$$py VENV=.venv-$$v || exit 1; \
	done

torture: $(VENV)/made-test  ## the long runs: damaged files, killed builds, refused writes; some hours
	$(BIN)/python tests/torture

check: $(VENV)/made-test  ## ruff, mypy strict, import layers, docs tables fresh
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_architecture.py
	$(BIN)/python docs/generate.py --check

format: $(VENV)/made-test  ## rewrite the code in the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

tables: $(VENV)/made-test  ## write the docs tables anew from the code
	$(BIN)/python docs/generate.py

docs: $(VENV)/made-docs tables  ## build the documentation into docs/_build/html
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build/html

bench: $(VENV)/made-test  ## compare with astropy, gzip and plain loops, in one run
	$(BIN)/python -m benchmarks.reading
	$(BIN)/python -m benchmarks.building
	$(BIN)/python -m benchmarks.quality
	$(BIN)/python -m benchmarks.scheduling
	$(BIN)/python -m benchmarks.ranking
	$(BIN)/python -m benchmarks.ensemble

clean:  ## remove what these targets made
	rm -rf $(VENV) .venv-* docs/_build docs/reference/api mangaxr-demo .pytest_cache .mypy_cache .ruff_cache
