# `make demo` and `make test` install what they need into .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test check check-style check-types check-data serve bench install clean

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $(STAMP)

demo: $(STAMP)
	$(BIN)/yanpan demo

# Three at once also on two cores: servers, browsers and clusters are waited for a good part of the time.
test: $(STAMP)
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

# In parts, so that `make -j2 check` uses two cores.
check: check-style check-types check-data

check-style: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

check-types: $(STAMP)
	$(BIN)/mypy

check-data: $(STAMP)
	$(BIN)/python -m nlp.tagging.lint
	$(BIN)/python -m nlp.evaluation.corpus_check
	$(BIN)/python -m nlp.evaluation.search.case_check

serve: $(STAMP)
	$(BIN)/yanpan serve

bench: $(STAMP)
	$(BIN)/python -m tests.bench.bench_tagging $(DATA)
	$(BIN)/python -m tests.bench.bench_gold
	$(BIN)/python -m tests.bench.bench_encoder
	$(BIN)/python -m tests.bench.bench_retrieval

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache build *.egg-info
