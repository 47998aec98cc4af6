# Everything a newcomer types. Each target makes the environment it needs.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
OLDEST  = .venv-oldest

# The first python3.N that runs; pyenv's may be on the path and yet refuse to.
python  = $(shell for py in python$(1) $(HOME)/.pyenv/versions/$(1).*/bin/python; do \
            "$$py" -c "" 2>/dev/null && echo "$$py" && break; done)

.DEFAULT_GOAL := help
.PHONY: help demo test test-all test-3.11 test-3.12 test-3.13 test-oldest torture check format docs tables bench clean

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

$(OLDEST)/made: pyproject.toml mangaxr/_version.py tests/oldest.txt
	$(or $(call python,3.11),$(error python3.11 is not installed)) -m venv $(OLDEST)
	$(OLDEST)/bin/pip install --quiet --disable-pip-version-check --constraint tests/oldest.txt --editable ".[test,croissant]"
	@touch $@

demo: $(VENV)/made  ## set up, then run the main job on a synthetic survey
	$(BIN)/mangaxr demo

test: $(VENV)/made-test  ## run the tests
	$(BIN)/python -m pytest

test-all: test-3.11 test-3.12 test-3.13 test-oldest  ## run the tests on each Python that is installed, and test-oldest

test-3.11 test-3.12 test-3.13: test-%:
	@py="$(call python,$*)"; \
	if [ -z "$$py" ]; then echo "python$*: not installed, left out"; \
	else $(MAKE) test PYTHON="$$py" VENV=.venv-$*; fi

test-oldest: $(OLDEST)/made  ## run the tests with the oldest versions that are allowed
	$(OLDEST)/bin/python -m pytest

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
	$(BIN)/python -m benchmarks.starting
	$(BIN)/python -m benchmarks.reading
	$(BIN)/python -m benchmarks.opening
	$(BIN)/python -m benchmarks.regridding
	$(BIN)/python -m benchmarks.building
	$(BIN)/python -m benchmarks.quality
	$(BIN)/python -m benchmarks.scheduling
	$(BIN)/python -m benchmarks.streaming
	$(BIN)/python -m benchmarks.storing
	$(BIN)/python -m benchmarks.ranking
	$(BIN)/python -m benchmarks.ensemble
	$(BIN)/python -m benchmarks.lensing
	$(BIN)/python -m benchmarks.survey

clean:  ## remove what these targets made
	rm -rf $(VENV) .venv-* docs/_build docs/reference/api mangaxr-demo .pytest_cache .mypy_cache .ruff_cache
