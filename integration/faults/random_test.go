package faults

import (
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/integration/faultproxy"
	"github.com/cuepipe/cuepipe/integration/person"
)

// rates are of calls. A message is given up after five tries; at these rates
// one in some ten fails at all, so that one in 100,000 videos is given up.
var rates = map[faultproxy.Fault]float64{
	faultproxy.Refuse: 0.02, faultproxy.Lose: 0.03, faultproxy.Delay: 0.04, faultproxy.Throttle: 0.02, faultproxy.Unavailable: 0.02, faultproxy.Cut: 0.03,
}

// Whatever befalls the calls, every video comes to its end. FAULTS_SEED=n draws
// the same faults again.
func TestRandomFaults(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if given := os.Getenv("FAULTS_SEED"); given != "" {
		var err error
		if seed, err = strconv.ParseUint(given, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("FAULTS_SEED=%d", seed)
	names := []string{"sonnets", "sonnet", "jfk", "beckett", "a minute of silence", "a German lecture", "no sound", "no media"}
	// The seed draws by a video's place among those of the rule, so that there
	// is one rule, and it comes before the first file.
	rule := faultproxy.Rule{Name: "random faults", Functions: []string{"captioner", "transcriber"}, Rates: rates, Seed: seed}
	var all []disturbed
	var tickets []person.Video
	for _, name := range names {
		d := disturbed{person.New(t, deployed), "", undisturbed(t, name), name}
		v := d.Create("film.mp4", "video/mp4", len(d.film.file))
		d.id = v.ID
		all, tickets, rule.Videos = append(all, d), append(tickets, v), append(rule.Videos, v.ID)
	}
	set(t, rule)
	for i, d := range all {
		if status := d.Put(tickets[i], d.film.file); status != 200 {
			t.Fatalf("PUT: %d", status)
		}
	}
	for _, d := range all {
		d.endsAsEver()
	}
	settled(t, all...)
	befell, calls := map[faultproxy.Fault]int{}, 0
	for _, d := range all {
		for _, c := range d.calls() {
			befell[c.Fault]++
			calls++
		}
	}
	t.Logf("of %d calls: %v", calls, befell)
	if calls-befell[faultproxy.None] < 5 {
		t.Errorf("hardly anything was disturbed: %v of %d calls", befell, calls)
	}
}
