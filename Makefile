# 回应 (Huiying): a few words, no more. Everything is installed into .venv, once; `make run` again starts in seconds.
#
#   make run       serve on http://localhost:8000 (PORT=… for another)
#   make test      the whole suite
#   make check     style, types and the plan of the house: seconds, no network
#   make bench     side by side with what it is built on
#   make chaos     real processes killed at every point, months of a city simulated, and what became of it (needs strace)
#   make evaluate  how well it understands what people write

BIN := .venv/bin
UV := uv==0.13.8

# The first interpreter that is new enough and can make a .venv; PYTHON=… names another. The system's own comes first:
# distributions build theirs with profiles, which makes everything a fifth faster (docs/decisions/0041).
PYTHON ?= $(shell for python in /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

LOCK := $(BIN)/uv pip compile --quiet --generate-hashes --no-header --universal --python-version 3.11

# uv is five times faster than pip; where it cannot reach a registry that pip can (pip.conf), pip does it.
define install
	@echo "Setting up .venv from $(1) (once, a minute or so) …"
	@{ $(BIN)/python -m pip install --quiet --disable-pip-version-check $(UV) \
		&& $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1); } \
	|| { echo "uv could not; trying pip …"; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1); }
endef

.PHONY: run setup test check bench chaos evaluate format lock

run: .venv/.stamp
	@exec $(BIN)/python -m bots

setup: .venv/.stamp

test: .venv/.stamp-dev
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

check: .venv/.stamp-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest --quiet tests/test_house.py

# QUICK=--quick makes each short; PEERS=… names an interpreter that has WeRoBot, Flask, wechatpy and gunicorn;
# RASA=… one that has rasa and jieba.
bench: .venv/.stamp-dev
	@run() { echo "== bench/$$*"; $(BIN)/python bench/"$$@" $(QUICK); }; \
	run bench_workdays.py && run bench_unit.py && run bench_unit.py --flush 5 \
	&& run bench_webhook.py $(if $(PEERS),--peers $(PEERS)) \
	&& run bench_webhook.py --connections kept --minute 0 $(if $(PEERS),--peers $(PEERS)) \
	&& run bench_timers.py && run bench_lifecycle.py && run bench_figures.py && run bench_outbox.py$(if $(RASA), \
	&& run bench_rasa.py --rasa $(RASA)) && run bench_text.py

chaos: .venv/.stamp-dev
	@rm -f bench/results/chaos.json
	@$(BIN)/python -m tests.chaos --out bench/results/chaos.json
	@$(BIN)/python -m tests.simulator --seeds 340 --days 30 --processes 2 --out bench/results/chaos.json

evaluate: .venv/.stamp
	@$(BIN)/python -m nlp evaluate

format: .venv/.stamp-dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: .venv/.stamp
	@$(LOCK) requirements-dev.in -o requirements-dev.txt
	@$(LOCK) requirements.in -c requirements-dev.txt -o requirements.txt

.venv/bin/python:
	@test -n "$(PYTHON)" || { \
		echo "Python 3.11 or newer with venv is needed and was not found (on Debian and Ubuntu: apt-get install python3-venv);"; \
		echo "or name one: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "$(PYTHON) cannot make a virtual environment"; exit 1; }

.venv/.stamp: requirements.txt | .venv/bin/python
	$(call install,requirements.txt)
	@touch $@

# The test set holds what runs, too: a machine that only tests sets up once.
.venv/.stamp-dev: requirements-dev.txt | .venv/bin/python
	$(call install,requirements-dev.txt)
	@touch .venv/.stamp $@
