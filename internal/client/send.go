package client

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

const (
	// partAttempts is how often a part is tried. With the pauses between them
	// that is a minute: what is lost is little, and the whole may be hours.
	partAttempts = 9
	// rounds is how often what did not stay is sent again.
	rounds = 3
	// signAhead is how many parts are signed at once for each that is in
	// flight: few calls, and none signed long before its turn.
	signAhead  = 4
	mostSigned = 100 // by the API
)

// Send sends what is missing, so many parts at once, each by itself until it
// has arrived, and makes sure at last that all of them are there as they were
// read. progress, which may be nil, is told how many bytes have arrived or are
// on their way; the number falls when a part has to begin again.
//
// It returns a *Problem, an *Unreachable, or ctx's error. What has arrived until
// then stays, for another call or another process to go on with.
func (p *Parts) Send(ctx context.Context, atOnce int, progress func(sent int64)) error {
	if progress != nil {
		p.told = progress
	}
	for range rounds {
		if err := p.send(ctx, p.missing(), max(1, atOnce)); err != nil {
			return err
		}
		complete, err := p.verify(ctx)
		if err != nil || complete {
			return err
		}
	}
	return &Problem{Code: "parts_changed", Detail: "What arrives does not stay as it is sent: another program may be uploading to the same video. End it and try again, or start anew."}
}

// verify compares what the service has with what was sent, and forgets of the
// parts what is not so.
func (p *Parts) verify(ctx context.Context) (complete bool, err error) {
	parts, err := p.client.ListParts(ctx, p.id, 0)
	if err != nil {
		return false, err
	}
	there := map[int]string{}
	for _, part := range parts {
		there[part.Number] = bare(part.ETag)
	}
	for n := 1; n <= p.ticket.Parts; n++ {
		if there[n] != p.sums[n] {
			delete(p.sums, n)
			p.move(-p.length(n))
		}
	}
	return len(p.sums) == p.ticket.Parts, nil
}

// send begins no more parts after one that does not arrive; those on their way
// are not cut off by it.
func (p *Parts) send(ctx context.Context, numbers []int, atOnce int) error {
	q := queue{parts: p, numbers: numbers, batch: min(signAhead*atOnce, mostSigned)}
	var wg sync.WaitGroup
	for range min(atOnce, len(numbers)) {
		wg.Go(func() {
			for {
				part, ok := q.next(ctx)
				if !ok {
					return
				}
				if err := p.sendPart(ctx, part); err != nil {
					q.end(err)
				}
			}
		})
	}
	wg.Wait()
	return q.failed
}

// A queue gives out parts, signed as they are needed.
type queue struct {
	parts *Parts
	batch int

	mu      sync.Mutex
	numbers []int // not signed yet
	signed  []SignedPart
	failed  error // the first
}

func (q *queue) end(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.failed == nil {
		q.failed = err
	}
}

// next returns no part where none is left or the upload has failed.
func (q *queue) next(ctx context.Context) (p SignedPart, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.failed == nil && len(q.signed) == 0 && len(q.numbers) > 0 {
		n := min(q.batch, len(q.numbers))
		q.signed, q.failed = q.parts.client.SignParts(ctx, q.parts.id, q.numbers[:n])
		q.numbers = q.numbers[n:]
	}
	if q.failed != nil || len(q.signed) == 0 {
		return p, false
	}
	p = q.signed[0]
	q.signed = q.signed[1:]
	return p, true
}

// sendPart returns when the part has arrived as it was read.
func (p *Parts) sendPart(ctx context.Context, s SignedPart) error {
	size := p.length(s.Number)
	lost := "" // the ETag of what was handed over whole, and never answered
	return retry(ctx, partAttempts, func(int) error {
		if lost != "" && p.hasArrived(ctx, s.Number, lost) {
			p.arrived(s.Number, lost)
			p.move(size)
			return nil
		}
		lost = ""
		r := &partReader{source: p.section(s.Number), size: size, told: p.move}
		said, err := p.client.putPart(ctx, s, r, size)
		sum, read, failed := r.close()
		switch {
		case failed != nil:
			err = &Problem{Code: "file_changed", Detail: "The file could not be read to its end. If it was changed meanwhile, start again."}
		case err == nil && read == size && bare(said) == sum:
			p.arrived(s.Number, sum)
			return nil
		case err == nil:
			err = &Problem{Code: storageUnavailable, Detail: "A part did not arrive as it was sent. Try again."}
		case read == size && isUnreachable(err):
			lost = sum
		}
		p.move(-read)
		if isExpired(err) {
			again, signing := p.client.SignParts(ctx, p.id, []int{s.Number})
			if signing != nil {
				return signing
			}
			s = again[0]
		}
		return err
	}, func(err error) bool {
		var p *Problem
		return mayHelp(err, false) || isExpired(err) || errors.As(err, &p) && p.Code == storageUnavailable
	})
}

func isUnreachable(err error) bool {
	var u *Unreachable
	return errors.As(err, &u)
}

func isExpired(err error) bool {
	var p *Problem
	return errors.As(err, &p) && p.Code == uploadExpired
}

// hasArrived looks for a part whose answer was lost. Where it cannot be found
// out, the part is sent again.
func (p *Parts) hasArrived(ctx context.Context, number int, sum string) bool {
	parts, err := p.client.ListParts(ctx, p.id, number-1)
	return err == nil && slices.ContainsFunc(parts, func(part Part) bool { return part.Number == number && bare(part.ETag) == sum })
}

func (p *Parts) arrived(number int, sum string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sums[number] = sum
}

// move counts bytes.
func (p *Parts) move(bytes int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent += bytes
	p.told(p.sent)
}

// stillstand is how long a connection may take nothing, or owe its answer.
const stillstand = 2 * time.Minute

var errStill = errors.New("the connection stood still")
