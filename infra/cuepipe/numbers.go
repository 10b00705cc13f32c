package cuepipe

import "time"

// Numbers that depend on each other are made here and nowhere else.
// Sources: docs/adr/0005-infrastructure.md.

const (
	// Lambda gives one full vCPU at 1,769 MB, and recognition keeps one vCPU
	// busy a worker. More memory without more workers would only cost more.
	memoryPerVCPU      = 1769
	transcriberWorkers = 1

	// A dead letter keeps the time at which it was first sent, so its queue must
	// keep messages for longer than the first queue; 14 days is the most there is.
	deadLetterDays = 14
	queueDays      = 4

	// A new account may run 10 functions at once. The API and the dead letters
	// must get their turn beside a full pipeline.
	newAccountConcurrency  = 10
	spareConcurrency       = 4
	captioners             = 2
	newAccountTranscribers = newAccountConcurrency - spareConcurrency - captioners

	// The least that an event source mapping takes as its bound.
	leastConcurrency  = 2
	mostConcurrency   = 1000
	localTranscribers = leastConcurrency
)

// visibility is how long a message stays hidden from others while a function
// with this timeout works on it. AWS asks for six times the timeout, so that a
// batch that was throttled first is not delivered twice.
func visibility(timeout time.Duration) time.Duration { return 6 * timeout }

// stale is the age at which a waiting message means trouble: by then it has
// been tried twice and given up twice, or nobody takes messages at all.
func stale(timeout time.Duration) time.Duration { return 2 * visibility(timeout) }

// A size is what Lambda gives to one function.
type size struct {
	memory  int // MB
	timeout time.Duration
}

// A delivery is how a queue's messages reach their function.
type delivery struct {
	batch       int // messages an invocation, at most
	concurrency int // invocations at once, at most
}

// numbers are all the numbers of one stack.
type numbers struct {
	upload, videos, captioner, transcriber, deadletter size
	uploads, segments, deadLetters                     delivery
}

// numbersFor derives the numbers of a stage in which so many transcribers may
// run at once.
func numbersFor(stage Stage, transcribers int) numbers {
	api := size{memory: 256, timeout: 10 * time.Second}
	return numbers{
		upload:      api,
		videos:      api,
		captioner:   size{memory: 512, timeout: stage.CaptionerTimeout},
		transcriber: size{memory: transcriberWorkers * memoryPerVCPU, timeout: stage.TranscriberTimeout},
		deadletter:  size{memory: 256, timeout: 30 * time.Second},
		uploads:     delivery{batch: 10, concurrency: captioners},
		// One segment is minutes of work: with more than one in a batch, the last
		// would wait for all others and share their timeout.
		segments:    delivery{batch: 1, concurrency: transcribers},
		deadLetters: delivery{batch: 10, concurrency: leastConcurrency},
	}
}
