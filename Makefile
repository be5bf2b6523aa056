# The list of commands. Everything runs from a fresh clone; docs/install.md says what each needs.
PYTHON ?= python3
ARGS ?=
# Packages younger than this are not locked: time for others to find what is wrong with them.
LOCK_AGE ?= 1 week

NO_PYTHON = No Python on PATH: install Python 3.11 to 3.14 (Debian, Ubuntu: apt-get install \
	python3 python3-venv) or name one, make PYTHON=/path/to/python3
# The first that runs and can read the bootstrap: a shim may have no version behind it.
PROBE = -c 'import sys; sys.exit(sys.version_info < (3, 6))' >/dev/null 2>&1
BOOTSTRAP = @for p in "$(PYTHON)" python3.14 python3.13 python3.12 python3.11 ""; do \
	"$$p" $(PROBE) && break; done; [ "$$p" ] || { echo "$(NO_PYTHON)" >&2; exit 1; }; \
	exec "$$p" -m hub.bootstrap
COMPILE = .venv/bin/python -m uv pip compile --quiet --universal --generate-hashes \
	--python-version 3.11 --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
	--exclude-newer "$(LOCK_AGE)"

.DEFAULT_GOAL := help
.PHONY: help run services secrets test chaos crashes bench bench-screens check screens wheel lock

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

run:  ## set up what is missing and start the hub with its simulators on http://127.0.0.1:8080
	$(BOOTSTRAP) run $(ARGS)

services:  ## the same as separate processes on a RabbitMQ of their own, http://127.0.0.1:8080
	$(BOOTSTRAP) services $(ARGS)

secrets:  ## make the secrets of docker-compose.yml, as files in secrets/
	$(BOOTSTRAP) secrets

test:  ## run the tests; ARGS="-k name" goes to pytest
	$(BOOTSTRAP) test $(ARGS)

chaos:  ## break a loaded hub and compare both ends: RUNS=20, SEED=7, SET_UP=embedded; goes on
	$(BOOTSTRAP) chaos $(if $(SEED),--seed $(SEED)) $(if $(RUNS),--runs $(RUNS)) \
		$(if $(SET_UP),--set-up $(SET_UP)) $(ARGS)

crashes:  ## kill the hub before and after each of its calls; ARGS="--set-up services-sqlite"
	$(BOOTSTRAP) crashes $(ARGS)

bench:  ## measure the hub beside a baseline, about 13 minutes; ARGS="--help" tells the options
	$(BOOTSTRAP) bench $(ARGS)

bench-screens:  ## measure the agent's screens in a real Chromium, 100,000 conversations stored
	$(BOOTSTRAP) tools
	.venv/bin/python -m tests.screens_bench $(ARGS)

check:  ## formatting, lint, types, rules of the house
	$(BOOTSTRAP) check

screens:  ## take the pictures of docs/images and docs/screens anew, in a real Chromium
	$(BOOTSTRAP) tools
	.venv/bin/python -m tests.screens docs/images
	.venv/bin/python -m tests.screens.scene_pictures docs/screens $(ARGS)

wheel:  ## build the wheel, web UI included, into dist/
	$(BOOTSTRAP) wheel

lock:  ## compile the locks anew, each package at its newest allowed version
	$(BOOTSTRAP) tools
	$(COMPILE) --upgrade pyproject.toml -o requirements.lock
	$(COMPILE) --upgrade -c requirements.lock --group dev pyproject.toml -o requirements-dev.lock
	$(COMPILE) --upgrade --group node -o requirements-node.lock
