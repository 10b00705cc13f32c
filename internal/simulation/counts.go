package simulation

import "github.com/cuepipe/cuepipe/internal/video"

// A Place is one call of one role.
type Place struct{ Role, Call string }

// Fates counts what became of a call: by its fault, None included.
type Fates struct {
	N    [callFaults]int
	call call
}

// Never returns the faults that the call can have and has not had. That of a
// process whose time is over depends on no call.
func (f *Fates) Never() (missing []Fault) {
	for k := None + 1; k < callFaults; k++ {
		if f.N[k] == 0 && k.may(f.call) {
			missing = append(missing, k)
		}
	}
	return missing
}

// Counts sums up runs. It is not safe for concurrent use.
type Counts struct {
	Runs, Steps, Videos, Deliveries, Sweeps int
	Jobs                                    int // of the service
	Told                                    int // ends of which the world was told
	Edits                                   int // of people's tracks, that were not refused
	// Orphans are deleted videos of which something is left, because a process
	// lived for longer than any does: see checkGone.
	Orphans int
	Faults  [faults]int
	// Calls counts what became of each call: of each fault how often.
	Calls map[Place]*Fates
	// Ends counts the videos by how they ended.
	Ends map[string]int
}

// NewCounts returns counts of nothing.
func NewCounts() *Counts {
	return &Counts{Calls: map[Place]*Fates{}, Ends: map[string]int{}}
}

func (c *Counts) called(role string, what call, f Fault) {
	p := Place{role, what.name}
	fates := c.Calls[p]
	if fates == nil {
		fates = &Fates{call: what}
		c.Calls[p] = fates
	}
	fates.N[f]++
	if f != None {
		c.Faults[f]++
	}
}

func (c *Counts) end(v video.Video) {
	e := string(v.Status)
	if v.Failure != nil {
		e += " " + v.Failure.Code
	}
	c.Ends[e]++
}

// Add adds what another counted.
func (c *Counts) Add(o *Counts) {
	c.Runs += o.Runs
	c.Steps += o.Steps
	c.Videos += o.Videos
	c.Deliveries += o.Deliveries
	c.Sweeps += o.Sweeps
	c.Jobs += o.Jobs
	c.Told += o.Told
	c.Edits += o.Edits
	c.Orphans += o.Orphans
	for f, n := range o.Faults {
		c.Faults[f] += n
	}
	for p, from := range o.Calls {
		to := c.Calls[p]
		if to == nil {
			to = &Fates{call: from.call}
			c.Calls[p] = to
		}
		for f, n := range from.N {
			to.N[f] += n
		}
	}
	for e, n := range o.Ends {
		c.Ends[e] += n
	}
}

// ByKind returns how often each fault occurred, by its name.
func (c *Counts) ByKind() map[string]int {
	m := map[string]int{}
	for f := None + 1; f < faults; f++ {
		m[f.String()] = c.Faults[f]
	}
	return m
}
