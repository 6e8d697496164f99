# The one front door. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
export UV_PYTHON_DOWNLOADS := never
export UV_NO_CONFIG := 1
# These doors open the fictional partnership only; README says how to install for real.
export HEARD_DEMO := 1
# Where it is set, Python compiles every module anew at each start: ten seconds instead of two, hundreds of times in the tests.
unexport PYTHONDONTWRITEBYTECODE

PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 /usr/bin/python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && { command -v $$p; break; }; done)
UV := .tools/bin/uv
BIN := .venv/bin
# Three on two cores, since a story in a browser mostly waits. Tests that share what takes long to set up go to one worker.
WORKERS := -n 3 --dist loadgroup
LOCK_FLAGS := --universal --generate-hashes --no-header --no-annotate --quiet

.PHONY: help run test check types rules docs coverage pictures bench soak faults pgbackrest image wheel bundle sbom lock format demo clean

help: ## what can be done here
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

run: setup ## set everything up and open the site on 127.0.0.1:8000 with the fictional partnership
	@$(BIN)/heard demo site

test: setup system spark ## set everything up and run all tests, in a real browser, and on both databases what can differ there
	@$(BIN)/python -m pytest $(WORKERS) --durations=40 --ignore=tests/upgrade  # which the next line runs, on both at once
	@requirements/with-postgresql.sh $(BIN)/python -m pytest $(WORKERS) -m "on_both and not journey"

# The three parts are done beside one another: reading all types takes as long as the rest.
check: setup ## format, lint, types, import walls, migrations, licences, secrets, the register of ASVS
	@$(MAKE) --no-print-directory --jobs=3 --output-sync=target rules types docs

types:
	@$(BIN)/mypy

rules:
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .
	@$(BIN)/lint-imports
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python manage.py check --fail-level WARNING
	@$(BIN)/heard knowledge check
	@$(BIN)/python tests/licences.py
	@$(BIN)/python tests/no_secrets.py
	@$(BIN)/python tests/asvs.py > /dev/null
	@$(BIN)/python tests/languages/catalogues.py

docs: setup ## build the documentation into dist/docs/index.html; a link that leads nowhere ends it
	@$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going -b html -c docs -d dist/docs/.doctrees . dist/docs
	@cp dist/docs/README.html dist/docs/index.html

coverage: setup system ## run the tests without a browser and say which statements and branches none reaches, in dist/coverage/; fails below pyproject.toml's fail_under
	@$(BIN)/python -m pytest -q $(WORKERS) -m "not journey" --cov --cov-report=html:dist/coverage --cov-report=term:skip-covered

pictures: setup system ## take the pictures of the guide anew; look at them before you commit them
	@HEARD_TAKE_PICTURES=1 $(BIN)/python -m pytest -q $(WORKERS) -m journey tests/journeys/test_guide.py

bench: setup system spark ## speed and memory, each figure beside its target (an hour; ONLY=engine, intake, search, casework or scale for one part)
	@$(BIN)/python -m tests.bench $(if $(ONLY),--only $(ONLY))

soak: setup ## 50 people at once on the real server with PostgreSQL: page times, errors, memory (MINUTES=30; this machine alone)
	@requirements/system.sh postgresql
	@HEARD_SAFE_WRITES=1 requirements/with-postgresql.sh $(BIN)/python -m tests.soak --minutes $(or $(MINUTES),30)

faults: setup ## break one part of Heard after another while people work: what they see, what is lost, how soon it goes on (both databases; root for a full disk)
	@requirements/system.sh postgresql
	@HEARD_SAFE_WRITES=1 $(BIN)/python -m tests.faults

pgbackrest: setup ## the drill of going back to a point in time with pgBackRest, on a PostgreSQL of its own; prints what came back
	@requirements/system.sh postgresql pgbackrest
	@deploy/pgbackrest/drill.sh

image: wheel ## build a container image from a Debian root into dist/ (needs mmdebstrap, buildah and root; docs/guide/install.md)
	@deploy/image.sh

format: setup ## put code in order
	@$(BIN)/ruff check --fix-only --quiet . ; $(BIN)/ruff format .

wheel: setup ## build dist/heard-….whl, styles included, and its SBOM, to install for real (docs/guide/install.md)
	@git rev-parse --short=12 HEAD > src/heard/config/commit.txt 2>/dev/null || rm -f src/heard/config/commit.txt
	@git log -1 --format=%cs -- requirements/base.lock > src/heard/config/components.txt 2>/dev/null || rm -f src/heard/config/components.txt
	@rm -rf dist && $(BIN)/python -m hatchling build -t wheel; status=$$?; rm -f src/heard/config/commit.txt src/heard/config/components.txt; exit $$status
	@$(BIN)/python tests/sbom.py

bundle: wheel ## pack what a server needs into dist/heard-….tar.gz: the wheel, deploy/ with install.sh, the lock (WHEELS=1: with every package)
	@requirements/bundle.sh $(if $(WHEELS),--wheels)

sbom: setup ## write what Heard is made of (CycloneDX) into dist/
	@$(BIN)/python tests/sbom.py

lock: setup ## raise versions deliberately: writes requirements/*.lock
	$(UV) pip compile $(LOCK_FLAGS) --upgrade pyproject.toml --group dev -o requirements/dev.lock
	$(UV) pip compile $(LOCK_FLAGS) pyproject.toml -c requirements/dev.lock -o requirements/base.lock
	$(UV) pip compile $(LOCK_FLAGS) pyproject.toml --extra spark -c requirements/dev.lock -o requirements/spark.lock

clean: ## forget the site's data and everything that was set up
	rm -rf .venv .tools node_modules var dist src/heard/govuk/static/govuk/built src/heard/locale/.built

# ---- set-up: each step runs again only when what it depends on has changed

.PHONY: setup system spark
setup: .venv/.synced src/heard/govuk/static/govuk/built/.built src/heard/locale/.built

system:
	@requirements/system.sh chromium postgresql nginx caddy clamd xmlsec journal

spark: .venv/.spark
	@requirements/system.sh java

.tools/.synced: requirements/tools.lock
	@test -n "$(PYTHON)" || { echo "Heard needs Python 3.12 or newer. Install it (Debian: apt-get install python3 python3-venv)."; exit 1; }
	@PYTHON=$(PYTHON) requirements/system.sh venv node pango
	@$(PYTHON) -m venv --clear .tools
	@.tools/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.lock
	@touch $@

.venv/.synced: .tools/.synced requirements/dev.lock pyproject.toml
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) .venv
	@$(UV) pip sync --quiet --require-hashes --python $(BIN)/python requirements/dev.lock
	@$(UV) pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable .
	@touch $@

.venv/.spark: .venv/.synced requirements/spark.lock
	@$(UV) pip install --quiet --require-hashes --no-build-isolation --python $(BIN)/python -r requirements/spark.lock
	@touch $@

src/heard/locale/.built: .venv/.synced tests/languages/catalogues.py $(wildcard src/heard/locale/*/LC_MESSAGES/django.po)
	@$(BIN)/python tests/languages/catalogues.py compile
	@touch $@

node_modules/.synced: .tools/.synced package.json package-lock.json
	@npm ci --silent
	@touch $@

src/heard/govuk/static/govuk/built/.built: node_modules/.synced $(wildcard src/heard/govuk/assets/*)
	@npm run --silent build
	@touch $@
