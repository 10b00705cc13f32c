package faultproxy

import (
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Fault is what can be done to a call.
type Fault string

const (
	None   Fault = ""
	Refuse Fault = "refuse" // it is dropped before the service sees it
	Lose   Fault = "lose"   // it takes effect, and its answer is lost
	Delay  Fault = "delay"  // by up to LongestDelay
	// Throttle and Unavailable answer in the service's stead, in its own form.
	Throttle    Fault = "throttle"
	Unavailable Fault = "unavailable"
	Cut         Fault = "cut" // the answer's body ends too soon; of a GetObject only
	// The process that sent the call is killed, before the service sees it, or
	// after it took effect and before its answer.
	KillBefore Fault = "kill-before"
	KillAfter  Fault = "kill-after"
)

var faults = []Fault{Refuse, Lose, Delay, Throttle, Unavailable, Cut, KillBefore, KillAfter}

// LongestDelay is the longest that a call is delayed.
const LongestDelay = time.Second

// A Rule says what happens to the calls of some videos; those of others it
// never touches, so that tests that share a stage do not disturb each other.
// A rule with neither Fault nor Rates only has their calls noted.
type Rule struct {
	Name   string   `json:"name"`
	Videos []string `json:"videos"`
	// Which of their calls; what is empty fits all.
	Functions []string `json:"functions,omitempty"`
	Service   string   `json:"service,omitempty"`
	Operation string   `json:"operation,omitempty"`
	Key       string   `json:"key,omitempty"` // a part of it
	Change    string   `json:"change,omitempty"`
	// Fault befalls the Nth of them, or each where Nth is 0.
	Fault Fault `json:"fault,omitempty"`
	Nth   int   `json:"nth,omitempty"`
	// Rates are probabilities of faults, drawn by Seed: the nth call of a kind
	// that a function makes for the nth of Videos always fares alike.
	Rates map[Fault]float64 `json:"rates,omitempty"`
	Seed  uint64            `json:"seed,omitempty"`
}

// Check reports what is wrong with a rule.
func (r Rule) Check() error {
	sum := 0.0
	for f, rate := range r.Rates {
		if !slices.Contains(faults, f) || rate < 0 {
			return fmt.Errorf("rule %q: the rate of %q is %v", r.Name, f, rate)
		}
		sum += rate
	}
	switch {
	case r.Name == "" || len(r.Videos) == 0:
		return fmt.Errorf("rule %q: it needs a name and the videos that it is for", r.Name)
	case r.Fault != None && !slices.Contains(faults, r.Fault):
		return fmt.Errorf("rule %q: there is no fault %q", r.Name, r.Fault)
	case r.Fault != None && len(r.Rates) > 0:
		return fmt.Errorf("rule %q: it has a fault and rates, too", r.Name)
	case sum > 1:
		return fmt.Errorf("rule %q: its rates come to %v", r.Name, sum)
	}
	return nil
}

func (r Rule) fits(c Call) bool {
	return slices.Contains(r.Videos, c.Video) && (len(r.Functions) == 0 || slices.Contains(r.Functions, c.Function)) &&
		(r.Service == "" || r.Service == c.Service) && (r.Operation == "" || r.Operation == c.Operation) &&
		(r.Change == "" || r.Change == c.Change) && strings.Contains(c.Key, r.Key)
}

// A counted rule knows how many calls of each kind it has seen.
type counted struct {
	Rule
	seen map[string]int
}

// count numbers the calls of a kind from 1.
func (r *counted) count(kind string) int {
	r.seen[kind]++
	return r.seen[kind]
}

// draw returns the fault of the next call of its kind, and the randomness that
// is left for it.
func (r *counted) draw(c Call) (Fault, *rand.Rand) {
	// Ids are new in every run, so a video is known by its place; and what is
	// in work at once must not depend on who comes first, so each kind of call
	// has its own count.
	key, _ := strings.CutPrefix(c.Key, "videos/"+c.Video)
	if c.Video != "" && strings.HasSuffix(c.Key, c.Video) {
		key = "source"
	}
	kind := fmt.Sprint(slices.Index(r.Videos, c.Video), c.Function, c.Service, c.Operation, key, c.Change)
	h := fnv.New64a()
	fmt.Fprint(h, kind, r.count(kind))
	random := rand.New(rand.NewPCG(r.Seed, h.Sum64()))
	at := random.Float64()
	for _, f := range slices.Sorted(maps.Keys(r.Rates)) {
		if at -= r.Rates[f]; at >= 0 {
			continue
		}
		if f == Cut && c.Operation != "GetObject" {
			return None, random
		}
		return f, random
	}
	return None, random
}

// rules are those that hold now, in the order in which they were set.
type rules struct {
	mu  sync.Mutex
	set []*counted
}

// put sets a rule anew, in place of one of that name.
func (rs *rules) put(r Rule) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.set = append(slices.DeleteFunc(rs.set, func(c *counted) bool { return c.Name == r.Name }), &counted{r, map[string]int{}})
}

func (rs *rules) drop(name string) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.set = slices.DeleteFunc(rs.set, func(c *counted) bool { return c.Name == name })
}

// decide says what becomes of a call. Every rule counts it; the first that has
// a fault for it prevails.
func (rs *rules) decide(c Call) verdict {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	v := verdict{}
	for _, r := range rs.set {
		v.watched = v.watched || slices.Contains(r.Videos, c.Video)
		if !r.fits(c) {
			continue
		}
		f, random := r.Fault, (*rand.Rand)(nil)
		if len(r.Rates) > 0 {
			f, random = r.draw(c)
		} else if n := r.count(""); r.Nth != 0 && n != r.Nth {
			f = None
		}
		if v.fault == None && f != None {
			v.rule, v.fault, v.draw = r.Name, f, random
		}
	}
	if v.draw == nil {
		v.draw = rand.New(rand.NewPCG(1, 2)) // of a fault that is not drawn
	}
	return v
}
