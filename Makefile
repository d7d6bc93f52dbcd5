# Guichet. A bare `make` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
GUICHET := GUICHET_MODE=$${GUICHET_MODE:-demonstration} $(BIN)/flask --app wsgi

.PHONY: help run test bench demo-reset fmt lock translations screenshots
.DEFAULT_GOAL := help

help: ## List the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed." if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(BIN)/python requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.assets: $(VENV)/.run $(wildcard static/*/* static/vendor/*/*.js webapp/translations/*/LC_MESSAGES/*.po)
	@$(BIN)/python -m whitenoise.compress --quiet static
	@$(BIN)/pybabel -q compile -d webapp/translations
	@touch $@

run: $(VENV)/.assets ## Serve the demonstration on http://127.0.0.1:8000 (see the README's table of settings).
	@exec env GUICHET_MODE=$${GUICHET_MODE:-demonstration} $(BIN)/flask --app wsgi serve

test: $(VENV)/.dev $(VENV)/.assets ## Lint, types, import contracts and every test, on SQLite and PostgreSQL.
	@$(BIN)/python -m tests

bench: $(VENV)/.dev $(VENV)/.assets ## Measure pages, saves and the calendar; print one table (MILLION=1: and the help desk at 1,000,000 tickets).
	@$(BIN)/python -m benchmarks

demo-reset: $(VENV)/.run ## Throw the demonstration's data away and load it afresh.
	@$(GUICHET) demo reset

fmt: $(VENV)/.dev ## Format the code.
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

lock: $(VENV)/.dev ## Compute the lock files anew.
	@$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock

translations: $(VENV)/.dev ## Extract the French source strings and update the English catalogue.
	@mkdir -p var
	@$(BIN)/pybabel -q extract -F babel.cfg -k _l -k lazy_gettext -k _m -k mark --no-location --sort-output -o var/messages.pot .
	@test -e webapp/translations/en/LC_MESSAGES/messages.po || $(BIN)/pybabel -q init -l en -i var/messages.pot -d webapp/translations
	@$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -w 120 -l en -i var/messages.pot -d webapp/translations

screenshots: $(VENV)/.dev $(VENV)/.assets ## Take the README's screenshots from a running demonstration.
	@$(BIN)/python -m tests.browser.screenshots
