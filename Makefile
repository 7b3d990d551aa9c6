# Two lines are all a newcomer needs: `make demo` and `make test`.  Both do their own set-up.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.PHONY: help setup setup-test build install wheel samples demo demo-run test test-spark lint format bench clean

PYTHON  ?= /usr/bin/python3
JOBS    ?= $(shell nproc)
VENV    := .venv
PREFIX  := build/prefix
SITE     = $(shell $(VENV)/bin/python -c 'import sysconfig; print(sysconfig.get_path("platlib"))')
export CCACHE_DIR ?= $(CURDIR)/build/ccache
export CCACHE_SLOPPINESS := pch_defines,time_macros
# One version of the numeric kernels on every machine would be a promise too many; one thread each is enough here.
export OMP_NUM_THREADS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# One name for the compiler everywhere, so that the wheel finds what the native build has compiled already.
export CC := cc
export CXX := c++

help:
	@echo "make demo    set up, build, run the main job (results in demo-output/)"
	@echo "make test    set up, build, run every test"
	@echo "make test-spark  the feature joins on a local Spark (needs Java 17)"
	@echo "make wheel   build the Python wheel into dist/ and install it into .venv"
	@echo "make lint    formatting, linters, types"
	@echo "make bench   benchmarks (tables on the terminal)"
	@echo "make clean   remove build/ and demo-output/"

say = @printf '\n== %s\n' "$(1)"

setup: build/.setup
setup-test: build/.setup-test

build/.setup: requirements/apt.txt requirements/run.txt requirements/build.txt
	$(call say,set-up: system packages and Python environment)
	@requirements/install.sh apt requirements/apt.txt
	@requirements/install.sh venv $(PYTHON) $(VENV) requirements/build.txt requirements/run.txt
	@mkdir -p build && touch $@

build/.setup-test: build/.setup requirements/apt-test.txt requirements/test.txt requirements/npm.txt requirements/go.txt
	$(call say,set-up: what the tests need besides)
	@requirements/install.sh apt requirements/apt-test.txt
	@requirements/install.sh venv $(PYTHON) $(VENV) requirements/test.txt
	@requirements/install.sh npm requirements/npm.txt build/node
	@requirements/install.sh go requirements/go.txt build/tools
	@touch $@

build: setup
	$(call say,build: native libraries and command line (build/release))
	@cmake --preset release -DPODIUM_PYARROW=$(SITE)/pyarrow $(BUILD_OPTIONS) > build/configure.log || { cat build/configure.log; exit 1; }
	@cmake --build build/release -j $(JOBS)

install: build
	$(call say,install: build/prefix)
	@rm -rf $(PREFIX)
	@cmake --install build/release --prefix $(CURDIR)/$(PREFIX) > build/install.log

wheel: setup
	$(call say,wheel: dist/, installed into .venv)
	@rm -rf dist
	@$(VENV)/bin/python -m build --wheel --no-isolation --outdir dist -Ccmake.define.PODIUM_PYARROW=$(SITE)/pyarrow . > build/wheel.log 2>&1 || { tail -40 build/wheel.log; exit 1; }
	@$(VENV)/bin/pip install --quiet --force-reinstall --no-deps dist/*.whl

demo: samples
	@$(MAKE) --no-print-directory demo-run

samples: install wheel
	$(call say,samples: built against the installed prefix)
	@cmake -S samples -B build/samples -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER_LAUNCHER=ccache \
	  -DCMAKE_PREFIX_PATH=$(CURDIR)/$(PREFIX) > build/samples.log
	@cmake --build build/samples

# The main job alone, once everything is built; works with the network unplugged.
demo-run:
	$(call say,the main job)
	@build/samples/promote_flights --pipelines pipelines/flights --out demo-output --python $(VENV)/bin/python

test: BUILD_OPTIONS := -DPODIUM_TESTS=ON
test: setup-test samples
	@$(VENV)/bin/python tests/run.py

# The same retrieval embedded and on a local Spark; not part of `make test`.
test-spark: setup-test wheel
	@requirements/install.sh apt requirements/apt-spark.txt
	@requirements/install.sh venv $(PYTHON) $(VENV) requirements/spark.txt
	@PODIUM_SPARK=1 $(VENV)/bin/python -m pytest -q -p no:cacheprovider tests/conformance/spark

lint: setup-test
	@tests/lint.sh

format: setup-test
	@git ls-files '*.hpp' '*.cpp' | xargs clang-format-19 -i
	@$(VENV)/bin/ruff format bindings/python pipelines samples tests
	@$(VENV)/bin/ruff check --fix bindings/python pipelines samples tests

bench: BUILD_OPTIONS := -DPODIUM_BENCH=ON
bench: setup-test install wheel
	@tests/bench/run.sh

clean:
	rm -rf build demo-output dist
