# `make demo` answers a question over the example articles; `make test` is what CI runs.
# Needs Python 3.11 or newer with venv, and a package index that pip is configured for.

VENV := .venv
PYTHON ?= $(shell for python in python3.11 python3; do \
	"$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
DATA ?= data
PORT ?= 8000
IMAGE ?= footnote
QUESTION ?= why is live streaming invisible this 618?

bin := $(VENV)/bin
pip := $(bin)/python -m pip --disable-pip-version-check
install := $(pip) install --quiet --constraint constraints.txt --build-constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow lint format docs widget widget-screenshots constraints image clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.installed ## ingest examples/articles, ask QUESTION, serve on PORT; with ASK_ONLY=1 stop after the answer
	$(bin)/footnote ingest examples/articles --data $(DATA)
	$(bin)/footnote ask "$(QUESTION)" --data $(DATA)
ifndef ASK_ONLY
	$(bin)/footnote serve --host 127.0.0.1 --port $(PORT) --data $(DATA)
endif

test: lint ## lint, then every test that is not slow
	$(bin)/python -m pytest -q -n auto --dist loadfile -m "not slow"

test-slow: $(VENV)/.developing ## the slow tests, and those that make up what they test with what nobody has made up yet
	$(bin)/python -m pytest -q -m slow
	$(bin)/python -m pytest -q -m "not slow" --hypothesis-profile searching $$(grep -rl "from hypothesis" tests --include "test_*.py")

lint: $(VENV)/.developing ## ruff and mypy; the import rules run among the tests
	$(bin)/python -m ruff check
	$(bin)/python -m ruff format --check
	$(bin)/python -m mypy

format: $(VENV)/.developing ## put the code into ruff's form
	$(bin)/python -m ruff check --fix
	$(bin)/python -m ruff format

docs: $(VENV)/.installed ## write docs/settings.md anew from the settings
	$(bin)/python docs/generate_settings.py

widget: ## build the chat widget from service/widget/src with Node and npm, and run its tests in Node
	cd service/widget && npm ci --no-progress && npm run build && npm test

widget-screenshots: $(VENV)/.developing ## write pictures of the chat widget's states to build/widget
	$(bin)/python -m benchmarks.widget_screenshots build/widget

constraints: ## write constraints.txt anew from the newest versions that fit pyproject.toml
	$(call need_python)
	$(PYTHON) -m venv --clear build/constraints
	build/constraints/bin/python -m pip install --quiet --upgrade pip
	build/constraints/bin/python -m pip install --quiet --editable . --group dev
	build/constraints/bin/python -m pip list --format=freeze --exclude-editable | LC_ALL=C sort --ignore-case > constraints.txt
	rm -rf build/constraints

image: ## build the container image IMAGE with docker
	docker build --tag $(IMAGE) .

clean: ## remove the virtual environment and what tools left behind; DATA stays
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The pip that comes with Python 3.11 drops an extra that trafilatura needs, so a newer one is installed first.
$(VENV)/.pip: constraints.txt
	$(call need_python)
	@$(pip) --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(pip) install --quiet --upgrade --constraint constraints.txt pip
	@touch $@

$(VENV)/.installed: $(VENV)/.pip pyproject.toml
	$(install) --editable .
	@touch $@

$(VENV)/.developing: $(VENV)/.installed
	$(install) --group dev
	@touch $@

need_python = @test -n "$(PYTHON)" || { echo "Python 3.11 or newer with its venv module is needed (Debian: python3-venv)." >&2; exit 1; }
