# Two commands are enough on a machine with make and Python 3.11 to 3.13: `make up` and `make test`.
#
#   make up [FEED=replay:PATH] [FROM=TIME] [SPEED=X] [SEED=N] [PORT=N] [STATE=DIR] [DETACH=1]
#   make trace ORDER=ID    every message of one order's life
#   make help              all targets
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.setup
STRICT := shared $(wildcard services/*/core) $(wildcard quant)
PYTEST := $(BIN)/python -m pytest -p no:cacheprovider
SERVERLESS := tests/tidy tests/unit tests/journey tests/simulation
WITH_SERVERS := $(filter-out $(SERVERLESS),$(wildcard tests/contract tests/integration tests/e2e tests/chaos))
CHAOS := $(wildcard tests/chaos tests/integration/test_kills.py tests/integration/test_kill_matrix.py)

# $(call flag,FEED,feed) is "--feed VALUE" where FEED=VALUE stands on make's command line; a variable
# of that name in the environment (PORT is a common one) means nothing.
given = $(filter command,$(firstword $(origin $(1))))
flag = $(if $(call given,$(1)),--$(2) '$($(1))')
UP_FLAGS = $(call flag,FEED,feed) $(call flag,FROM,from) $(call flag,SPEED,speed) \
	$(call flag,SEED,seed) $(call flag,PORT,port) $(call flag,STATE,state) \
	$(if $(call given,DETACH),$(if $(filter-out 0 no,$(DETACH)),--detach))

.PHONY: help setup up down test test-deep lint format tidy catalogue bench simulate trace chaos lock
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## the environment in .venv, the servers' programs; nothing where nothing changed

up: setup ## every server and every room; Ctrl-C stops all
	@exec $(BIN)/plimsoll up $(UP_FLAGS)

down: setup ## stop what `make up` started
	@exec $(BIN)/plimsoll down $(call flag,STATE,state)

# Tests that start no server run in two processes; those that do, and look at the clock, one by one.
test: setup lint ## everything CI runs, at most 15 minutes
	$(PYTEST) -n 2 --dist loadfile $(SERVERLESS)
	$(PYTEST) $(WITH_SERVERS)

test-deep: setup lint ## the same tests, large, and the slow ones
	PLIMSOLL_DEEP=1 $(PYTEST) -n 2 --dist loadfile -m "" $(SERVERLESS)
	PLIMSOLL_DEEP=1 $(PYTEST) -m "" $(WITH_SERVERS)

lint: setup ## format, ruff, types, imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(STRICT)
	$(BIN)/lint-imports

format: setup ## rewrite the sources as `make lint` wants them
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

tidy: setup ## style, layout, documents in step with code
	$(PYTEST) tests/tidy

catalogue: setup ## write docs/topics.md, docs/schemas and docs/order-lifecycle.md from the code
	$(BIN)/python -m shared.catalogue
	$(BIN)/python -m services.oms.lifecycle

bench: setup ## how fast: one JSON object a line
	@exec $(BIN)/plimsoll bench $(NAME) --json

simulate: setup ## SEEDS=A..B: random histories on virtual time, every fault, every promise
	@exec $(BIN)/plimsoll simulate $(call flag,SEEDS,seeds) $(call flag,STEPS,steps)

trace: setup ## ORDER=ID
	@exec $(BIN)/plimsoll trace '$(ORDER)' $(call flag,STATE,state)

chaos: setup ## rooms killed under load, then the history is checked
	$(PYTEST) -m "" $(CHAOS)

lock: setup ## write requirements.lock from pyproject.toml
	deploy/lock

$(STAMP): pyproject.toml requirements.lock deploy/install $(wildcard */__init__.py)
	@PYTHON='$(PYTHON)' VENV='$(VENV)' deploy/install
	@touch $@
