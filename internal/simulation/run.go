// Package simulation runs whole pipelines in memory, the product's own steps
// over stores and queues of its own, under a schedule that a seed decides: who
// goes on next, whose call fails before or after its effect, who dies, which
// message comes twice, late or to two at once, and when the client retries,
// replaces or deletes. While it runs and when all is quiet again, it checks
// what must hold whatever happened.
//
// A run is one goroutine and has no clock but its own, so that the same seed
// gives the same run, to the step. docs/adr/0008-simulation.md says why it is
// built like this.
package simulation

import (
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/memvideos"
	"github.com/cuepipe/cuepipe/internal/video"
)

// A Simulation has what its runs share. Its methods are safe for concurrent
// use.
type Simulation struct {
	product steps
	known   sync.Map // question to answer
	idle    routines
	ends    undisturbed
}

// New returns a simulation of the product as it is.
func New() *Simulation { return of(product) }

func of(s steps) *Simulation { return &Simulation{product: s} }

// Run does the run of a seed and adds what it counted to counts. An error says
// what did not hold. With trace, every step is written there as a line of JSON.
func (s *Simulation) Run(seed uint64, counts *Counts, trace io.Writer) error {
	r := s.newRun(s.product, seed, counts, trace)
	counts.Runs++
	r.mood = r.newMood()
	for range 1 + r.random.IntN(3) {
		film := whole
		if r.random.IntN(3) == 0 {
			film = r.random.IntN(filmCount)
		}
		c := r.newClip(wish(max(0, r.random.IntN(6)-int(wishes))), film) // most of them are ours
		if c.upload.InParts() {
			c.actions += 3 // to send it
		}
		c.edits = max(0, r.random.IntN(10)-3)
	}
	r.chaos()
	r.calm()
	r.checkEnds()
	for _, w := range r.alive { // of a run that broke off
		r.kill(&invocation{workers: []*worker{w}})
	}
	return r.broken
}

// A run is one world, and what was seen of it.
type run struct {
	sim      *Simulation
	product  steps
	random   *rand.Rand
	clock    time.Time
	mood     mood
	quiet    bool // the faults are over
	rested   bool // and nothing of them is under way any more
	extended bool // a plan was
	moved    int  // changes of items, and messages sent
	steps    int
	out      io.Writer
	log      *slog.Logger
	counts   *Counts

	videos   memvideos.Store
	uploads  memobjects.Uploads
	captions memobjects.Captions
	queues   []*queue
	arrivals *queue // of queues: what the captioner takes
	segments *queue // and the transcriber
	found    []*message

	alive                           []*worker
	workers, sentMessages, junkSent int

	clips []*clip
	jobs  []*serviceJob
	// What was seen, by a video's id.
	disturbed   map[string]int           // times that it was taken from under a worker's hands
	excused     map[string]bool          // its client's call was cut short, or a message of it lost
	touched     map[string]bool          // a fault befell a worker of it, or nobody did anything for an hour
	past        map[string][]video.Video // what the item was
	deadLetters map[string]bool
	jobFailed   map[string]bool     // at the service
	asked       map[generation]bool // the service was
	films       map[generation]int  // that each generation was planned for
	puts        map[string]int      // that were asked for, by object
	putAt       map[string]int      // and the step of the last time
	told        map[generation]bool // the world was, of its end
	texts       map[string]int      // of people's tracks, by version
	lost        map[string][]string // versions of which somebody was told that they are not saved
	edited      map[string]int      // how often a track was, by its name and its video's id
	versions    int                 // of people's tracks, ever named
	broken      error               // the first thing that did not hold
}

type generation struct {
	id     string
	number int
}

// epoch is when every run begins: long after anybody runs it, for until.
var epoch = time.Date(2100, 1, 2, 3, 4, 5, 0, time.UTC)

func (s *Simulation) newRun(product steps, seed uint64, counts *Counts, trace io.Writer) *run {
	r := &run{sim: s, product: product, random: rand.New(rand.NewPCG(seed, 0x63756570697065)), clock: epoch, counts: counts, out: trace,
		disturbed: map[string]int{}, excused: map[string]bool{}, touched: map[string]bool{},
		past: map[string][]video.Video{}, deadLetters: map[string]bool{}, jobFailed: map[string]bool{}, asked: map[generation]bool{}, films: map[generation]int{}, puts: map[string]int{}, putAt: map[string]int{},
		told: map[generation]bool{}, texts: map[string]int{}, lost: map[string][]string{}, edited: map[string]int{},
		log: slog.New(slog.DiscardHandler)}
	if trace != nil {
		r.log = slog.New(traceHandler{r})
	}
	r.videos.Now = r.now
	r.uploads.SmallestPart = 1
	r.newQueues()
	return r
}

func (r *run) now() time.Time { return r.clock }

func (r *run) upTo(d time.Duration) time.Duration { return time.Duration(r.random.Int64N(int64(d))) }

// fail notes the first thing that did not hold.
func (r *run) fail(format string, args ...any) {
	if r.broken == nil {
		r.broken = fmt.Errorf(format, args...)
		r.traceWorld("BROKEN: %v", r.broken)
	}
}
