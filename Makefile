# The list of commands. Everything runs from a fresh clone; docs/install.md says what each needs.
PYTHON ?= python3
ARGS ?=
# Packages younger than this are not locked: time for others to find what is wrong with them.
LOCK_AGE ?= 1 week

NO_PYTHON = No Python on PATH: install Python 3.11 to 3.14 (Debian, Ubuntu: apt-get install \
	python3 python3-venv) or name one, make PYTHON=/path/to/python3
BOOTSTRAP = @p=$$(command -v "$(PYTHON)" || command -v python3.14 || command -v python3.13 \
	|| command -v python3.12 || command -v python3.11) || { echo "$(NO_PYTHON)" >&2; exit 1; }; \
	exec "$$p" -m hub.bootstrap
COMPILE = .venv/bin/python -m uv pip compile --quiet --universal --generate-hashes \
	--python-version 3.11 --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
	--exclude-newer "$(LOCK_AGE)"

.DEFAULT_GOAL := help
.PHONY: help run test check wheel lock

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' Makefile

run:  ## set up what is missing and start the hub with its simulators on http://127.0.0.1:8080
	$(BOOTSTRAP) run $(ARGS)

test:  ## run the tests; ARGS="-k name" goes to pytest
	$(BOOTSTRAP) test $(ARGS)

check:  ## formatting, lint, types, rules of the house
	$(BOOTSTRAP) check

wheel:  ## build the wheel, web UI included, into dist/
	$(BOOTSTRAP) wheel

lock:  ## compile the locks anew, each package at its newest allowed version
	$(BOOTSTRAP) tools
	$(COMPILE) --upgrade pyproject.toml -o requirements.lock
	$(COMPILE) --upgrade -c requirements.lock --group dev pyproject.toml -o requirements-dev.lock
	$(COMPILE) --upgrade --group node -o requirements-node.lock
