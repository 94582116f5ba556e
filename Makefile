# make app: open the laboratory.  make test: run every test.  make check: formatting, lint, types.  make clean: start over.
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python

.PHONY: app test check format browser clean

app: .venv/app.stamp
	$(BIN)/streamlit run app.py

test: .venv/dev.stamp browser
	$(BIN)/python -m pytest

check: .venv/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: .venv/dev.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# A Chromium for the browser tests: the system's, else Playwright's own, else the distribution's package.
browser: .venv/dev.stamp
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	  || $(BIN)/playwright install chromium >/dev/null 2>&1 \
	  || { apt-get update && apt-get install -y --no-install-recommends chromium; } >/dev/null 2>&1 \
	  || echo "No Chromium here and none could be installed: the browser tests will be skipped."

.venv/bin/uv:
	$(PYTHON) -c 'import sys; sys.exit("CIFAR Lab needs Python >= 3.11; this is " + sys.version) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet uv

.venv/app.stamp: requirements.txt pyproject.toml | .venv/bin/uv
	@echo "Installing into .venv: half a minute on a good line, and 6 GB on Linux, where PyTorch brings CUDA"
	$(UV) -r requirements.txt
	$(UV) --no-deps --editable .
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/app.stamp
	$(UV) -r requirements-dev.txt
	@touch $@

clean:
	rm -rf .venv build *.egg-info
