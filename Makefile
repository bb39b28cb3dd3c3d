# The two commands, and the check. All they do stands in dev.py, which needs Python 3.11 or newer and nothing else.
PYTHON ?= python3
PORT ?= 8000
ARGS ?=

.PHONY: run test check clean

run:  ## Set up all that is needed and serve the demo catalogue on http://127.0.0.1:$(PORT)
	@$(PYTHON) dev.py run --port $(PORT)

test:  ## Set up and run the whole suite; ARGS="-k sok" runs a part of it
	@$(PYTHON) dev.py test $(ARGS)

check:  ## Style, types, templates and import walls
	@$(PYTHON) dev.py check

clean:  ## Throw away what was built; the data in var/ stays
	rm -rf .venv node_modules tests/browser/node_modules dist artifacts insatsbas/static/css insatsbas/static/fonts
