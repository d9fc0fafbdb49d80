PYTHON ?= python3
BIN = .venv/bin
# Some tests watch clocks, and machines are shared: one that fails is tried once more, and listed as RERUN.
RERUNS = --reruns 1

.PHONY: run test dev docs

run: .venv/run
	$(BIN)/streamlit run playground/app.py

test: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n auto -m "not browser and not processes" $(RERUNS)
	$(BIN)/pytest -m "browser or processes" $(RERUNS)

# For whoever changes the code: the package itself, so that notebooks find it, and checks before every commit.
dev: .venv/test
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/pre-commit install

docs: .venv/test
	$(BIN)/mkdocs build --strict

.venv/run: requirements.txt
	@echo "Making .venv; the first time this takes a few minutes."
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet -r requirements.txt
	touch $@

.venv/test: requirements.txt requirements-cluster.txt requirements-dev.txt
	@echo "Making .venv; the first time this takes a few minutes."
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet -r requirements-dev.txt
	touch $@ .venv/run
