# Two commands do everything on a fresh machine with Python 3.11 to 3.13 and make:
#   make demo   a rendered pack of the example incident, and the path to open
#   make test   every check of the project, strict notebook comparison included

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXAMPLE := incidents/2026-05-09-cake
export PYTHONHASHSEED := 0
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo test test-fast lint notebooks check-quality generated bench wheel clean browser

help:
	@sed -n 's/^#  *//p' Makefile | head -3
	@echo "also: make test-fast | lint | notebooks | check-quality | generated | bench | wheel | clean"

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if (3, 11) <= v[:2] < (3, 14) else f"Python 3.11 to 3.13 is needed; {sys.executable} is {v.major}.{v.minor}. Say: make PYTHON=python3.12 demo")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	$(BIN)/python -m compileall -q playbook
	@touch $@

install: $(VENV)/.installed

demo: install
	@$(BIN)/playbook render $(EXAMPLE) --out packs/demo || test $$? -eq 1
	@echo
	@echo "Open:      packs/demo/writeup.html   (then apology.html, compensation.html, review.html)"
	@echo "Paste:     packs/demo/drafts/zh-Hant/public-apology.facebook.md"
	@echo "Try next:  $(BIN)/playbook new my-incident     five questions, then: $(BIN)/playbook render my-incident"
	@echo "           $(BIN)/playbook lab                 the notebooks"

# The browser and the CJK fonts come from the system. Where this user may install them it is done, else the line to run is printed.
browser:
	@sh tools/system_packages.sh

test: install browser lint
	$(BIN)/python -m pytest tests --numprocesses auto --dist loadfile
	$(BIN)/python -m pytest --nbval --nbval-current-env --nbval-cell-timeout 120 -p no:timeout -W ignore::pytest.PytestConfigWarning notebooks

test-fast: install
	$(BIN)/python -m pytest tests -m "not slow" --numprocesses auto --dist loadfile

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

notebooks: install
	$(BIN)/python tools/refresh_notebooks.py

# What is generated is committed, and a test proves that it is current.
generated: install
	$(BIN)/python tools/generate.py

check-quality: install
	$(BIN)/python tools/check_quality.py

# Needs more than the lock: the engines that it is compared with. BENCH="--rows 10000 --only duckdb-case" for a part of it.
bench: .venv-bench/.installed
	.venv-bench/bin/python -m benchmarks.pricing $(BENCH)

.venv-bench/.installed: pyproject.toml
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@touch $@

wheel: install
	$(BIN)/python -m build --wheel --no-isolation

clean:
	rm -rf build dist packs/demo .mypy_cache .ruff_cache .pytest_cache .hypothesis
