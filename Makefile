# Cuepipe. `make` lists what there is to make; longer steps are scripts in tools/ and localstack/.
STAGE ?= local
VIDEO ?= samples/sample.mp4
USER_NAME ?= alice
FN ?=
EVENT ?=
CODE ?=
LOCAL ?= process

export CUEPIPE_CACHE ?= $(CURDIR)/.cache
export CUEPIPE_SPEECH ?= $(abspath ../shared/speech)
# One set of flags for every go command, so that all share one build cache: no paths of this machine in programs, and no
# C library for names and users. The transcriber needs cgo for ONNX Runtime.
export GOFLAGS := -trimpath -buildvcs=false -tags=netgo,osusergo,lambda.norpc
export CGO_ENABLED := 1
export STAGE VIDEO LOCAL

.DEFAULT_GOAL := help
.PHONY: help run test e2e deploy synth diff destroy stop logs status invoke redrive doctor token clean fetch build bench-memory bench-hours side-by-side bench-pipeline bench-upload bench-upload-browser bench-api bench-speech bench-seams bench-length spike plan-scale simulate

help: ## List what there is to make
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Caption a video on this machine: everything from fetching to the captions (VIDEO=path, LOCAL=docker)
	@tools/run.sh "$(VIDEO)"

test: ## Check everything: format, vet, lint, unit and template tests, and end to end on a LocalStack of its own
	@tools/test.sh

deploy: fetch build ## Deploy to AWS with your own credentials (STAGE=dev; OIDC_ISSUER, OIDC_AUDIENCE, PAGE_ORIGIN, MODEL as README.md says)
	@tools/deploy.sh

synth: fetch build ## Write the CloudFormation template of a stage to cdk.out (STAGE=dev)
	@tools/cdk.sh synth --quiet

diff: fetch build ## Show what a deployment would change (STAGE=dev)
	@tools/cdk.sh diff

destroy: fetch build ## Delete what is deployed, with all videos and captions but in prod (STAGE=dev)
	@tools/destroy.sh

stop: ## Stop what make run started
	@localstack/stop local

logs: ## Show what the functions wrote (FN=captioner for one, FOLLOW=1 to go on)
	@localstack/logs "$(STAGE)" $(FN) $(if $(FOLLOW),--follow)

status: ## Show what runs and is deployed, how full the queues are, and how the videos stand
	@localstack/status "$(STAGE)"

invoke: ## Send an event to a function (FN=captioner EVENT=events/s3-object-created-put.json)
	@localstack/invoke "$(STAGE)" "$(FN)" "$(EVENT)"

redrive: ## Start again every video that failed for a cause that is over (STAGE=dev CODE=gave_up)
	@localstack/redrive "$(STAGE)" $(CODE)

e2e: ## Use the page of make run in a real browser, as people do (ARGS="edit.test.mjs" for a part); screenshots are kept
	@tools/e2e.sh $(ARGS)

bench-upload-browser: ## Upload a file of 2 GiB by the page of make run while connections break: parts, memory (GIB=2)
	@tools/bench-upload-browser.sh $(GIB)

doctor: ## Say what is missing on this machine, and how to get it
	@tools/doctor.sh

token: ## Print a token for the API of make run (USER_NAME=alice)
	@test -x bin/issuer || { echo "error: bin/issuer is not built yet. Build it with: make build" >&2; exit 1; }
	@addresses="$$(localstack/control addresses local)" && set -- $$addresses && \
	  bin/issuer token --dir "$$CUEPIPE_CACHE/run/issuer" --issuer "$$2" --user "$(USER_NAME)"

clean: stop ## Remove everything that was built or fetched
	@localstack/stop test
	@rm -rf bin dist cdk.out
	@cd "$$CUEPIPE_CACHE" && rm -rf cdk downloads dynamodb-local e2e ffmpeg localstack locks logs oidc recogniser run staticcheck web

fetch: ## Fetch and build the pinned tools and models into .cache
	@tools/fetch.sh

build: fetch ## Build the functions into dist, and the programs into bin
	@tools/build.sh

bench-memory: fetch ## Measure the memory of the recogniser: the peak for 15 minutes, and 20 warm invocations
	@cd integration && go run ./cmd/bench-memory

bench-hours: fetch ## Measure the memory of one recogniser over hours of use, and draw it (HOURS=4 FIGURE=docs/memory.svg)
	@cd integration && go run ./cmd/bench-memory -hours $(or $(HOURS),4) -figure "$(abspath $(or $(FIGURE),docs/memory.svg))"

bench-pipeline: ## Measure the pipeline of make run: what it adds to recognition, and its transcribers' memory
	@tools/bench-pipeline.sh

bench-upload: ## Upload a film of 2 GiB to make run's stage, with connections cut and one interruption (SIZE=bytes)
	@tools/bench-upload.sh

bench-api: ## Measure the API of make run, 50 requests at once: errors, times, calls of AWS for each, the handlers' own time (ARGS="-for 10s")
	@tools/bench-api.sh $(ARGS)

bench-search: ## Measure searches of 1,000 videos: in memory, and on make run's stage (ARGS="-videos 100", MEMORY=1 for the first alone)
	@tools/bench-search.sh $(ARGS)

bench-speech: fetch ## Measure the recogniser on recordings: words, times, captions, speed, memory (SPEECH=folder with refs.tsv, PEERS=1)
	@$(if $(PEERS),tools/fetch/peers.sh)
	@cd integration && CUEPIPE_SPEECH="$(abspath $(or $(SPEECH),$(CUEPIPE_SPEECH)))" go run ./cmd/bench-speech $(if $(PEERS),-peers) $(ARGS)

side-by-side: fetch ## Write docs/side-by-side.md: our captions beside those of others on one recording (SPEECH=folder CLIP=sonnet001.mp3)
	@tools/fetch/peers.sh
	@cd integration && CUEPIPE_SPEECH="$(abspath $(or $(SPEECH),$(CUEPIPE_SPEECH)))" go run ./cmd/side-by-side -to "$(CURDIR)/docs" $(if $(CLIP),-clip "$(CLIP)")

bench-seams: fetch ## Measure what cutting a film costs in words, and show what is said at every seam (ARGS="-length 30s")
	@cd integration && go run ./cmd/bench-seams $(ARGS)

bench-length: fetch ## Measure films of 1, 10, 60 and 240 minutes through the pipeline, and what two workers are worth (LENGTHS="1 10")
	@tools/bench-length.sh

spike: fetch ## Upload many tiny videos at once, count what becomes of them, and plot it (N=10000)
	@tools/spike.sh

plan-scale: ## Reckon from what was measured the time and the bill on AWS (MEASURED=file, CPU=factor)
	@go run ./tools/plan-scale -measured "$(MEASURED)" -cpu "$(or $(CPU),1)"

simulate: ## Run the whole pipeline in memory under faults of all kinds (RUNS=100000 SEED=1); RUNS=1 shows a seed step by step
	@go run ./tools/simulate $(or $(RUNS),100000) $(SEED)
