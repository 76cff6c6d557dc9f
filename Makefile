# Verbs only; how things are built stands in CMakeLists.txt, what is installed in .ci/setup.
.PHONY: demo test build site bench clean fingerprints asan
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
export PORT ?= 8765

demo:
	@! command -v node >/dev/null || node web/tools/serve.mjs --check
	@$(MAKE) --no-print-directory site
	@node web/tools/serve.mjs

build:
	@.ci/setup build
	@.ci/build $(JOBS) native wasm wasm-fma

site: build
	@node web/tools/site.mjs

test:
	@{ .ci/setup test && .ci/build $(JOBS) native wasm wasm-fma asan && node web/tools/site.mjs; } || \
	  { echo "0 passed, 1 failed"; exit 1; }
	@node tests/run.mjs

bench:
	@.ci/setup bench
	@.ci/build $(JOBS) native wasm wasm-fma
	@node tests/bench/run.mjs

fingerprints:
	@.ci/setup fingerprints
	@.ci/build $(JOBS) gcc-O0 gcc-O3 clang-O0 clang-O3
	@node tests/fingerprints.mjs
	@node tests/fingerprints.mjs --arithmetic fma

asan:
	@.ci/setup build
	@.ci/build $(JOBS) asan
	@ctest --preset asan

clean:
	@rm -rf build dist
