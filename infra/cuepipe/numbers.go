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
	// The first queue keeps them for as long as that allows: a library may wait.
	deadLetterDays = 14
	queueDays      = 12

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

	// A segment carries the seconds around its borders and the start of its
	// function, which weigh less the longer it is.
	shortestSegment = 20 * time.Second
	usualSegment    = 120 * time.Second

	// searchDays is how long an index for searches is kept that nobody renews.
	searchDays = 30

	// sweepEvery is how often the sweeper looks for what does not move: soon
	// enough beside the hour that a video may stand still, and for next to
	// nothing.
	sweepEvery = 15 * time.Minute

	// The table's stream keeps a record for a day. What could not be told for half
	// of that becomes a dead letter, so that the other half is left to read the
	// record again; the alarm goes off long before.
	tellFor  = 12 * time.Hour
	tellSoon = 15 * time.Minute
)

// visibility is how long a message stays hidden from others while a function
// with this timeout works on it. AWS asks for six times the timeout, so that a
// batch that was throttled first is not delivered twice.
func visibility(timeout time.Duration) time.Duration { return 6 * timeout }

// stale is the age at which a waiting message means trouble: by then it has
// been tried twice and given up twice, or nobody takes messages at all.
func stale(timeout time.Duration) time.Duration { return 2 * visibility(timeout) }

// longestSegment is what a transcriber can deal with in its time where it
// recognises at a tenth of the sound's length, which is slower than any seen;
// never more than ten minutes, so that a crash costs little.
func longestSegment(timeout time.Duration) time.Duration {
	return min(10*time.Minute, 10*timeout)
}

// A size is what Lambda gives to one function.
type size struct {
	memory  int // MB
	storage int // MB of /tmp; 0 is Lambda's own 512
	timeout time.Duration
}

// A delivery is how a queue's messages reach their function.
type delivery struct {
	batch       int // messages an invocation, at most
	concurrency int // invocations at once, at most
}

// numbers are all the numbers of one stack.
type numbers struct {
	upload, videos, search, captioner, transcriber, deadletter, sweeper, web, notifier size
	uploads, segments, deadLetters                                                     delivery
	// sweepAfter is how long a video may stand still before it is dispatched
	// again; retention, for how long a queue can have kept its message.
	sweepAfter, retention time.Duration
}

// numbersFor derives the numbers of a stage in which so many transcribers may
// run at once.
func numbersFor(stage Stage, transcribers int) numbers {
	return numbers{
		// Thousands of parts take a while to be listed and put together; API Gateway
		// waits for 29 seconds.
		upload: size{memory: 256, timeout: 28 * time.Second},
		web:    size{memory: 256, timeout: 10 * time.Second},
		// The early captions of a film of many hours are laid out at each request.
		videos: size{memory: 1024, timeout: 20 * time.Second},
		// A whole processor, since somebody waits: of 1,000 films of ten minutes the
		// first search takes 2 s of it, the first of another process a third of a
		// second. The most text that is searched, 64 MiB, takes 0.5 GB, what is held of
		// several owners twice 384 MB (make bench-search). Captions are read for 8
		// seconds at most.
		search:      size{memory: memoryPerVCPU, timeout: 25 * time.Second},
		captioner:   size{memory: 512, timeout: stage.CaptionerTimeout},
		transcriber: size{memory: transcriberWorkers * memoryPerVCPU, timeout: stage.TranscriberTimeout},
		deadletter:  size{memory: 256, timeout: 30 * time.Second},
		// Bounded by its own time, not by its work: what it leaves, the next does.
		sweeper: size{memory: 256, timeout: 2 * time.Minute},
		// One call for all records of a batch, which the SDK tries five times.
		notifier: size{memory: 256, timeout: 30 * time.Second},
		uploads:  delivery{batch: 10, concurrency: captioners},
		// One segment is minutes of work: with more than one in a batch, the last
		// would wait for all others and share their timeout.
		segments:    delivery{batch: 1, concurrency: transcribers},
		deadLetters: delivery{batch: 10, concurrency: leastConcurrency},
		// A message that is in work, or hidden after a crash, is no reason to send
		// another: by then it has come again.
		sweepAfter: stale(max(stage.CaptionerTimeout, stage.TranscriberTimeout)),
		retention:  queueDays * 24 * time.Hour,
	}
}
