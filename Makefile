# Each target does all the set-up it needs: on a machine with Python 3.11+, git and make,
# `make up` and `make test` are the only commands a newcomer has to know.

PY := .venv/bin/python
READY := .venv/.ready
GENERATED := gen_reference.py gen_cli.py gen_scores.py gen_guarantees.py gen_dependencies.py
export PYTHONHASHSEED ?= 0

.DEFAULT_GOAL := help
.PHONY: help env up test check bench verify docs fmt lock generate

help: ## this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(READY): requirements/dev.txt pyproject.toml setup.py tools/env
	@tools/env

env: $(READY) ## the environment, in .venv, from the hash-pinned locks

up: $(READY) ## the demo policy and the 60-second tour
	@.venv/bin/holdfast up
	@command -v holdfast >/dev/null || echo 'first:         export PATH="$(CURDIR)/.venv/bin:$$PATH"'

test: $(READY) ## every fast test and every example in the docs, with the coverage gates
	@$(PY) -m coverage erase
	@$(PY) -m coverage run -m pytest $(ARGS)
	@$(PY) tools/coverage_gate.py

check: $(READY) ## formatting, types, import contracts, shape, generated pages, locks
	@$(PY) tools/check.py

bench: $(READY) ## figures with their peers beside them; ONLY=P-4 for one goal
	@$(PY) bench/run.py $(if $(ONLY),--only $(ONLY))
	@$(PY) tools/gen_reference.py

verify: $(READY) ## the long attacks: twin evaluators, the Cedar corpus, public lists
	@$(PY) tools/verify.py $(if $(CASES),--cases $(CASES))

docs: $(READY) ## the documentation, in docs/_build, offline, warnings are errors
	@$(PY) -m sphinx -W -n --keep-going -q -b html -d docs/_build/doctrees docs docs/_build/html
	@echo "docs/_build/html/index.html"

fmt: $(READY) ## format, and mend what can be mended by machine
	@$(PY) -m ruff check --fix-only --quiet .
	@$(PY) -m ruff format .

generate: $(READY) ## the generated pages, anew
	@for page in $(GENERATED); do $(PY) tools/$$page || exit 1; done

lock: $(READY) ## requirements/*.txt, resolved anew (needs an index)
	@$(PY) tools/lock.py
