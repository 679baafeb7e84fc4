# Every task of the project; `make help` lists them. CI calls only these (see .ci/run).
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# node_modules/.bin holds Node 24 on Linux (npm packages node-linux-*), whatever the machine's own version is.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

installed := node_modules/.package-lock.json
# Two files at a time: the tests against a real kube-apiserver need the second core for it.
test_flags := --test-concurrency=2 --test-timeout=300000 --import=./tools/testing/watchdog.ts --test-reporter=./tools/testing/concise-reporter.ts

##@ Use it

.PHONY: help
help: ## List all targets.
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  make %-20s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: dev
dev: $(installed) ## Serve examples/banten with no cluster: the gateway on PORT=8080, the example's backend on 9000.
	@node tools/dev/main.ts examples/banten --port $(or $(PORT),8080) --admin-port $(or $(ADMIN_PORT),8081)

.PHONY: translate
translate: $(installed) ## Print what the operator would compile from FILE=x.yaml, with statuses; no cluster needed.
	@test -n "$(FILE)" || { echo 'Say which file: make translate FILE=examples/banten/banten.yaml' >&2; exit 2; }
	@cli/bin/simpul translate $(FILE)

##@ Change it

.PHONY: test
test: controlplane programs jaeger gitops helm operator-verify versitygw ## Run every test: unit, golden, fuzz, and against a real kube-apiserver. One file: make test FILE=api/x.test.ts
	@node --test $(test_flags) '$(or $(FILE),**/*.test.ts)'

.PHONY: faults
faults: controlplane programs $(if $(SIMPUL_TEST_KUBECONFIG),,cluster) install ## Run all faults in full, some 25 minutes: on the node of `make cluster`, whose table in docs/faults.md it rewrites, and an API server that stands still.
	@rm -rf build/faults
	@SIMPUL_LONG=1 node --test --test-timeout=3600000 --test-reporter=./tools/testing/concise-reporter.ts e2e/node/faults.e2e.ts
	@node e2e/node/main.ts
	@node --test $(test_flags) 'e2e/**/*.fault.ts'

.PHONY: large-bodies
large-bodies: $(installed) ## Send 5 GiB up and down through a gateway; `make test` does so with 256 MiB.
	@SIMPUL_TEST_BODY_MIB=5120 node --test --test-timeout=3600000 e2e/gateway/large-bodies.test.ts e2e/gateway/large-http2-bodies.test.ts

.PHONY: lint
lint: $(installed) ## Check style, types, imports and unused code.
	@biome check --error-on-warnings .
	@tsc --noEmit
	@node tools/lint/main.ts
	@knip

.PHONY: fmt
fmt: $(installed) ## Format everything and apply the safe fixes.
	@biome check --write .

.PHONY: gen
gen: $(installed) ## Regenerate types, reference docs, JSON Schemas and parts of the charts from crds/, manifests/base/rights and values.yaml.
	@node tools/generate/main.ts

.PHONY: chart
chart: $(installed) helm ## Rewrite what follows from charts/: their golden renders, and the workload of manifests/base. Run `make gen` before and after.
	@node tools/chart/main.ts

.PHONY: gen-check
gen-check: $(installed) helm ## Fail, with the diff, when a generated file is not what `make gen` and `make chart` write.
	@node tools/generate/main.ts --check
	@node tools/chart/main.ts --check

.PHONY: golden
golden: $(installed) ## Rewrite the golden files from what the code does now; read the diff before committing it.
	@UPDATE_GOLDEN=1 node --test $(test_flags) '{api,kube,operator,gateway,cli,tools}/**/*.test.ts'
	@git --no-pager diff --stat -- '*testdata*'

##@ Ship it

.PHONY: bundle-programs
bundle-programs: $(installed) ## Bundle gateway and operator with their packages, as images carry them, into build/programs.
	@node tools/bundle/main.ts

.PHONY: images
images: $(installed) ## Build the images operator, gateway, cli, example and redis into build/archives, for this machine or ARCH=arm64 or amd64; no registry is needed.
	@tools/programs/install.sh tools/cluster/packages.txt node-programs
	@node tools/images/main.ts $(ARCH)

.PHONY: bundle
bundle: images ## Write one archive with images, charts, CRDs and checksums, for clusters without internet; ARCH=arm64 or amd64.
	@node tools/offline/main.ts write $(ARCH)

.PHONY: olm-bundle
olm-bundle: $(installed) helm ## Write the bundle for OpenShift's Operator Lifecycle Manager into build/olm.
	@node tools/olm/main.ts

##@ On a real cluster

.PHONY: cluster
cluster: node-programs metrics-server ## Start a Kubernetes of one node on this machine, as root; it needs no internet.
	@node tools/cluster/main.ts up

.PHONY: cluster-down
cluster-down: $(installed) ## End it, with all that runs in it, and remove every trace.
	@node tools/cluster/main.ts down

.PHONY: install
install: images helm ## Build the images and install Simpul into the cluster of `make cluster`, or of SIMPUL_TEST_KUBECONFIG.
	@node tools/install/main.ts $(ARCH)

.PHONY: install-bundle
install-bundle: helm ## Install from the archive of `make bundle`, or BUNDLE=file, and from nothing else.
	@node tools/offline/main.ts install $(BUNDLE)

.PHONY: e2e
e2e: programs $(if $(SIMPUL_TEST_KUBECONFIG),,prometheus-adapter cluster) install ## Run the tests with real pods in the cluster of `make cluster`, or of SIMPUL_TEST_KUBECONFIG.
	@node --test --test-concurrency=1 --test-timeout=1200000 --test-reporter=./tools/testing/concise-reporter.ts 'e2e/node/*.e2e.ts'

##@ Measure it

.PHONY: bench-control-plane
bench-control-plane: controlplane ## Apply-to-served, writes and memory at 1,000 to 10,000 ApiServices on a real kube-apiserver.
	@node bench/control-plane/main.ts

.PHONY: bench-cold-start
bench-cold-start: controlplane ## From the start of a gateway to Ready with 10,000 ApiServices and 50,000 Subscriptions on a real kube-apiserver.
	@node bench/cold-start/main.ts

.PHONY: bench-gateway
bench-gateway: $(installed) programs ## Requests per second and core, beside nginx and other gateways on the same core.
	@cd bench/gateway/peers && { test node_modules -nt package-lock.json || npm ci --ignore-scripts --no-fund --no-audit; }
	@node bench/gateway/main.ts

.PHONY: limits
limits: programs ## Offer more than limits allow to 1, 3 and 10 gateway processes for minutes, with faults of Redis.
	@SIMPUL_LONG=1 node --test --test-concurrency=1 --test-timeout=900000 'e2e/limits/*.test.ts'

.PHONY: soak
soak: $(installed) programs ## Mixed traffic for MINUTES=20 while gateways change, restart and die: nothing may be lost or grow.
	@node e2e/soak/main.ts --minutes $(or $(MINUTES),20)

##@ Prepare

.PHONY: controlplane
controlplane: $(installed) ## Build etcd and kube-apiserver for the tests, once, into ~/.cache/simpul.
	@tools/prerequisites.sh test
	@tools/controlplane/build.sh

.PHONY: programs
programs: $(installed) ## Fetch the servers that only tests run (nginx, Redis, HAProxy, ...), once, into ~/.cache/simpul.
	@tools/programs/install.sh

.PHONY: node-programs
node-programs: $(installed) ## Build and fetch what a node consists of (kubelet, containerd, ...), once, into ~/.cache/simpul.
	@tools/prerequisites.sh node
	@tools/controlplane/build.sh node
	@tools/programs/install.sh tools/cluster/packages.txt node-programs

.PHONY: metrics-server
metrics-server: $(installed) ## Build metrics-server, which measures the pods of a node, once, into ~/.cache/simpul.
	@tools/prerequisites.sh test
	@tools/programs/build-go.sh tools/metrics-server metrics-server sigs.k8s.io/metrics-server/cmd/metrics-server

.PHONY: prometheus-adapter
prometheus-adapter: $(installed) ## Build what serves metrics of Prometheus to autoscalers, for a test, once, into ~/.cache/simpul.
	@tools/prerequisites.sh test
	@tools/programs/build-go.sh tools/prometheus-adapter prometheus-adapter sigs.k8s.io/prometheus-adapter/cmd/adapter

.PHONY: jaeger
jaeger: $(installed) ## Build Jaeger, which tests send spans to, once, into ~/.cache/simpul.
	@tools/prerequisites.sh test
	@tools/programs/build-go.sh tools/jaeger jaeger github.com/jaegertracing/jaeger/cmd/all-in-one

.PHONY: helm
helm: $(installed) ## Build helm, which renders and installs the charts, once, into ~/.cache/simpul.
	@tools/prerequisites.sh test
	@tools/programs/build-go.sh tools/helm helm helm.sh/helm/v4/cmd/helm

.PHONY: gitops
gitops: $(installed) ## Build what says of objects what Argo CD and Flux would say, from their own code, once, into ~/.cache/simpul.
	@tools/prerequisites.sh test
	@tools/programs/build-go.sh tools/gitops gitops .

.PHONY: operator-verify
operator-verify: $(installed) ## Build operator-framework's check of bundles, once, into ~/.cache/simpul.
	@tools/prerequisites.sh test
	@tools/programs/build-go.sh tools/olm operator-verify github.com/operator-framework/api/cmd/operator-verify

.PHONY: versitygw
versitygw: $(installed) ## Build the S3-compatible server that backups are written to in tests, once, into ~/.cache/simpul.
	@tools/prerequisites.sh test
	@tools/programs/build-go.sh tools/s3 versitygw github.com/versity/versitygw/cmd/versitygw

.PHONY: clean
clean: ## Remove what was installed and built here; the cache in ~/.cache/simpul stays.
	rm -rf node_modules build

# npm ci runs when the lockfile changed: npm rewrites the stamp itself with every install.
$(installed): package-lock.json
	@tools/prerequisites.sh dev
	npm ci --ignore-scripts --no-fund --no-audit
	@touch $@
	@tools/prerequisites.sh runtime
