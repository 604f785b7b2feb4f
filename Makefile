# Two commands are enough: `make run` and `make test`. Both build .venv first when it is missing.
PYTHON ?= python3
VENV := .venv/bin/python
ARGS ?=

.PHONY: help run test setup check format soak bench peers lock bundle clean

help:            ## this list
	@sed -n 's/^\([a-z]*\): .*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

run:             ## start the kiosk; a demo while no root is pinned (ARGS="--config FILE")
	@$(PYTHON) run_kiosk.py $(ARGS)

test:            ## every test that is not a soak, without a screen (ARGS="tests/verify -x")
	@$(PYTHON) run_kiosk.py --test $(ARGS)

setup:           ## build .venv with what the kiosk, its tests and its checks need
	@$(PYTHON) run_kiosk.py --setup --dev

check: setup     ## format, lint, types
	$(VENV) -m ruff format --check .
	$(VENV) -m ruff check .
	$(VENV) -m mypy

format: setup    ## put every file into the house's format
	$(VENV) -m ruff format .

soak:            ## the full counts: hours of visits, kills and faults
	@$(PYTHON) run_kiosk.py --test -n 0 -m soak --timeout 0 $(ARGS)

bench: setup     ## measure this machine into docs/performance.md, or print (ARGS=scan); first `make peers`
	$(VENV) -m kiosk bench $(or $(ARGS),--write docs/performance.md)

peers: setup     ## the benchmark's rivals, in an environment of their own
	$(PYTHON) -m venv --clear .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/peers.lock

lock: setup      ## pin every package anew, with hashes (needs uv)
	bash requirements/lock.sh

bundle: setup    ## every package in wheelhouse/, for a machine without a network
	$(VENV) -m pip download --quiet --disable-pip-version-check --require-hashes --no-deps -d wheelhouse -r requirements/dev.lock

clean:           ## forget .venv and what tools cached; the trust store and the log stay
	rm -rf .venv .venv-peers .mypy_cache .ruff_cache .hypothesis .coverage build
