// Package spike uploads many tiny videos at once through the API of a deployed
// local stage, and counts what becomes of every one of them.
package spike

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cuepipe/cuepipe/integration/functionlog"
	"github.com/cuepipe/cuepipe/integration/machine"
	"github.com/cuepipe/cuepipe/integration/stack"
	"github.com/cuepipe/cuepipe/internal/client"
)

// A Spike is one run.
type Spike struct {
	Stack *stack.Stack
	// N videos are uploaded by Clients at once, each by POST and presigned PUT.
	N, Clients int
	// Limit ends the run; what has not ended by then is lost.
	Limit time.Duration
	// Tell, which may be nil, is given what there is to see every ten seconds.
	Tell func(Moment) error
}

// A Result is what a run came to. Times are seconds.
type Result struct {
	N int `json:"n"`
	// NotUploaded are those that the limit came before.
	NotUploaded int `json:"not_uploaded"`
	Account
	// Again are segments that were recognised a second time, for a message that
	// came twice. It is no fault: the first result stays.
	Again       int     `json:"recognised_again"`
	DeadLetters int     `json:"dead_letters"`
	Uploading   float64 `json:"uploading_s"` // from the first POST to the last PUT
	Took        float64 `json:"took_s"`      // from the first POST to the last end
	Rate        float64 `json:"done_per_s"`
	API         Latency `json:"api"` // GET of a page and of a video, meanwhile
	// The processor time of LocalStack, of DynamoDB Local, and of all functions.
	LocalStack float64 `json:"localstack_cpu_s"`
	DynamoDB   float64 `json:"dynamodb_cpu_s"`
	Functions  float64 `json:"functions_cpu_s"`
	Stolen     float64 `json:"stolen_s"`
	Memory     []Held  `json:"memory"`
	// Flat says that no process of a function holds more at the end than in the
	// beginning, but for what Held allows.
	Flat bool `json:"functions_flat"`

	Series []Second `json:"-"`
}

// Run uploads one video of each content alone, then N at once, and waits for
// their end. An error means that it could not be found out what became of them.
func (s Spike) Run(ctx context.Context) (Result, error) {
	files, err := contents(ctx)
	if err != nil {
		return Result{}, err
	}
	token, err := s.Stack.Token("spike")
	if err != nil {
		return Result{}, err
	}
	api := &client.Client{API: s.Stack.API, Token: token}
	alone, err := s.alone(ctx, api, files)
	if err != nil {
		return Result{}, fmt.Errorf("each content alone: %w", err)
	}

	ctx, cancel := context.WithTimeout(ctx, s.Limit)
	defer cancel()
	log, err := functionlog.Follow(s.Stack)
	if err != nil {
		return Result{}, err
	}
	before, err := machine.Usage(s.Stack)
	if err != nil {
		return Result{}, err
	}
	began := time.Now()
	w := &watch{stack: s.Stack, log: log, began: began, n: s.N, tell: s.Tell, ends: map[string]int{}, endings: map[string]time.Duration{}, running: map[string]bool{}}
	callers, stop := context.WithCancel(ctx)
	caller := caller{api: s.Stack.API, token: token}
	var asking sync.WaitGroup
	asking.Go(func() { caller.ask(callers, w.some) })
	var uploads []Upload
	var uploading error
	done := make(chan struct{})
	go func() {
		defer close(done)
		uploads, uploading = s.upload(ctx, api, files, w.arrived)
	}()
	watching := w.until(ctx, done)
	took := time.Since(began)
	<-done
	stop()
	asking.Wait()
	// When the limit was what ended it, what there is by then is counted.
	if err := cmp.Or(uploading, watching); err != nil && ctx.Err() == nil {
		return Result{}, err
	}
	uploads = slices.DeleteFunc(uploads, func(u Upload) bool { return u.ID == "" })
	r := Result{N: s.N, NotUploaded: s.N - len(uploads), Again: w.again, Took: took.Seconds(), Rate: float64(len(w.ownEndings())) / took.Seconds(), Uploading: w.lastArrival.Seconds(), API: caller.latency(),
		Series: w.series()}
	r.Memory, r.Flat = w.memory.held()
	counting, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Minute)
	defer cancel()
	after, err := machine.Usage(s.Stack)
	if err != nil {
		return r, err
	}
	r.LocalStack, r.DynamoDB, r.Stolen, r.Functions = tenth(after[0]-before[0]), tenth(after[1]-before[1]), tenth(after[2]-before[2]), tenth(w.cpu)
	r.Took, r.Uploading, r.Rate = tenth(r.Took), tenth(r.Uploading), tenth(r.Rate*10)/10
	found, err := stored(counting, s.Stack, uploads)
	if err != nil {
		return r, err
	}
	r.Account = account(uploads, found, w.ends, alone)
	depth, err := depths(counting, s.Stack)
	r.DeadLetters = depth[2]
	return r, err
}

// alone gives each content its end with nothing else to do, which is what the
// others are held against.
func (s Spike) alone(ctx context.Context, api *client.Client, files []Content) (map[string]End, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	log, err := functionlog.Follow(s.Stack)
	if err != nil {
		return nil, err
	}
	one := s
	one.N, one.Clients, one.Tell = len(files), 1, nil
	w := &watch{stack: s.Stack, log: log, began: time.Now(), n: len(files), ends: map[string]int{}, endings: map[string]time.Duration{}, running: map[string]bool{}}
	uploads, err := one.upload(ctx, api, files, w.arrived)
	if err != nil {
		return nil, err
	}
	done := make(chan struct{})
	close(done)
	if err := w.until(ctx, done); err != nil {
		return nil, err
	}
	found, err := stored(ctx, s.Stack, uploads)
	if err != nil {
		return nil, err
	}
	ends := map[string]End{}
	spoken := 0
	for i, u := range uploads {
		e := found[u.ID]
		ends[u.Content] = e
		if e.Generation != 1 || !ended(e.Status) || !hasObject(e, files[i].ETag) {
			return nil, fmt.Errorf("%s: %+v", u.Content, e)
		}
		if e.Status == "ready" {
			spoken++
		}
	}
	if spoken == 0 {
		return nil, fmt.Errorf("none of the contents has captions")
	}
	return ends, nil
}

func hasObject(e End, etag string) bool {
	for _, o := range e.Objects {
		if o.ETag == etag {
			return true
		}
	}
	return false
}

// upload creates and uploads N videos, and tells of each whose file S3 took.
func (s Spike) upload(ctx context.Context, api *client.Client, files []Content, arrived func(id string)) ([]Upload, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	uploads := make([]Upload, s.N)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range s.Clients {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < s.N && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				f := files[i%len(files)]
				v, ticket, err := api.Create(ctx, client.File{Filename: f.filename(), Size: int64(len(f.Body)), ContentType: "video/mp4"})
				if err == nil {
					err = api.Upload(ctx, ticket, bytes.NewReader(f.Body), int64(len(f.Body)), nil)
				}
				if err != nil {
					cancel(fmt.Errorf("upload %d of %d: %w", i+1, s.N, err))
					return
				}
				uploads[i] = Upload{v.ID, f.Name}
				arrived(v.ID)
			}
		})
	}
	wg.Wait()
	return uploads, context.Cause(ctx)
}
