# Kith's build. `make run` and `make test` bring up all they need on a Debian
# or Ubuntu machine with Go and Node, or stop with one line naming what is missing.

SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS   += --no-print-directory

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X github.com/kith-id/kith/internal/cli.version=$(VERSION)

# go run keeps the linter's 200 modules out of go.mod; the version is pinned here.
GOLANGCI := go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

# SQLite is C translated to Go: instrumented it runs ten times slower, and what
# the race detector would find there is not ours; so with the hashing of passwords.
# Kith's code is instrumented, except for the arithmetic of duplicate detection,
# whose bars take minutes then.
NO_RACE := -gcflags=github.com/ncruces/go-sqlite3-wasm/...=-race=false -gcflags=golang.org/x/crypto/...=-race=false -gcflags=github.com/kith-id/kith/internal/identity/match=-race=false

# The packages that take longest begin first, or one of them would run alone at
# the end. They are among ./... and run once.
LONGEST := ./internal/httpapi ./internal/store ./internal/directory ./internal/search ./internal/identity/match ./internal/importer ./test/script

# The OpenAPI files that the API's responses are checked against.
KITH_SPECS ?= $(abspath $(wildcard ../shared/specs))
export KITH_SPECS

# Labelled person data that duplicate detection is measured on.
KITH_ER_DATA ?= $(abspath $(wildcard ../shared/data/er))
export KITH_ER_DATA

# The web parts take part once they are there: WEB builds into the binary, E2E drives it.
WEB := $(patsubst %/package.json,%,$(wildcard web/app/package.json))
E2E := $(patsubst %/package.json,%,$(wildcard test/e2e/package.json))

WEB_SOURCES := $(if $(WEB),$(shell find $(WEB) web/widget -type f -not -path '*/node_modules/*' 2>/dev/null))

# The locked versions, as npm ci would, but also from a lock file that lacks the
# optional binaries of other platforms (which ci calls out of date).
NPM_INSTALL := install --no-save --no-audit --no-fund

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: $(if $(WEB),bin/.web) ## Build bin/kith, one static binary with the web app inside
	@script/require go
	CGO_ENABLED=0 go build -trimpath -ldflags "$(LDFLAGS)" -o bin/kith ./cmd/kith

.PHONY: run
run: build ## Build and serve on http://127.0.0.1:8080, data in ./data
	@exec bin/kith serve

.PHONY: test
test: build ## Run every test: Go on both engines with the race detector, web, browser
	@script/require cc postgres $(if $(E2E),chromium)
	@[ -n "$(KITH_SPECS)" ] || echo "make test: KITH_SPECS is not set and ../shared/specs is absent: API responses are not checked against OpenAPI files"
	@[ -n "$(KITH_ER_DATA)" ] || echo "make test: KITH_ER_DATA is not set and ../shared/data/er is absent: duplicate detection is not measured on published labelled data"
	script/within 15 go vet ./...
	script/within 45 script/failures go test -race -timeout 30m $(NO_RACE) $(LONGEST) ./...
ifneq ($(WEB),)
	script/within 15 npm --prefix $(WEB) run lint
	script/within 15 npm --prefix $(WEB) run test
endif
ifneq ($(E2E),)
	script/within 15 npm --prefix $(E2E) $(NPM_INSTALL)
	script/within 15 npm --prefix $(E2E) test
endif
	@echo "make test: all passed"

# Apart from test: compiling the linter takes minutes on a cold cache.
.PHONY: lint
lint: ## Run golangci-lint (compiles it on first use)
	@script/require go
	$(GOLANGCI) run ./...

.PHONY: check
check: lint verify test ## lint, verify and test: run before a pull request

.PHONY: fmt
fmt: ## Format Go and web sources
	gofmt -l -w $$(git ls-files '*.go')
	$(if $(WEB),npm --prefix $(WEB) run fmt)

.PHONY: gen
gen: ## Regenerate golden and generated files
	go generate ./...
	go mod tidy

.PHONY: verify
verify: ## Fail when a generated file, go.mod or formatting is out of date
	script/verify

.PHONY: bench
bench: build ## Measure Kith against bare programs, print the table (ROWS=1000000)
	@script/require postgres
	go run ./test/bench -kith bin/kith -rows $(or $(ROWS),1000000)

.PHONY: bench-report
bench-report: build ## The same, and write docs/benchmarks.md
	@script/require postgres
	go run ./test/bench -kith bin/kith -rows $(or $(ROWS),1000000) -report docs/benchmarks.md

.PHONY: clean
clean: ## Remove what the targets above built (never ./data)
	rm -rf bin $(if $(WEB),$(WEB)/node_modules) $(if $(E2E),$(E2E)/node_modules test/e2e/test-results)
	git clean -fdxq -- web/dist

ifneq ($(WEB),)
# npm's own stamp; the web build's stamp is bin/.web, newer than every source.
$(WEB)/node_modules/.package-lock.json: $(WEB)/package-lock.json
	@script/require node
	npm --prefix $(WEB) $(NPM_INSTALL)
	@touch $@

bin/.web: $(WEB)/node_modules/.package-lock.json $(WEB_SOURCES)
	npm --prefix $(WEB) run build
	@mkdir -p bin && touch web/dist/.gitkeep $@
endif
