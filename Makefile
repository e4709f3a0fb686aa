# make run: install, train if needed, serve.   make test: everything that CI runs.   make test-fast: under a minute.
.PHONY: run install train test test-fast bench check clean

ENGINE = $$(scripts/environments path engine)/bin/python
export PYTHONPATH := $(CURDIR)

run: train
	@./nerveline serve

install:
	@scripts/environments make

train: install
	@./nerveline train --if-needed

check: install
	@./nerveline check

test-fast: install
	@tests/run fast

test: train
	@tests/run

bench: train
	@PYTHONWARNINGS=ignore TF_CPP_MIN_LOG_LEVEL=3 $(ENGINE) -W ignore -m tests.benchmarks $(ONLY)

clean:
	rm -rf models var build results .rasa
