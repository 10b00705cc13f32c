package faults

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/integration/faultproxy"
	"github.com/cuepipe/cuepipe/integration/stack"
)

// A point is a moment of a step at which its process may be killed.
type point struct {
	name string
	rule faultproxy.Rule
}

func planning(r faultproxy.Rule, f faultproxy.Fault) faultproxy.Rule {
	r.Functions, r.Fault, r.Nth = []string{"captioner"}, f, 1
	return r
}

func transcribing(r faultproxy.Rule, f faultproxy.Fault, nth int) faultproxy.Rule {
	r.Functions, r.Fault, r.Nth = []string{"transcriber"}, f, nth
	return r
}

// The points of plan. Between any two of them lies one effect.
var planPoints = []point{
	{"plan while probing", planning(faultproxy.Rule{Operation: "GetObject", Key: "uploads/"}, faultproxy.KillAfter)},
	{"plan before record", planning(faultproxy.Rule{Change: "record"}, faultproxy.KillBefore)},
	{"plan after record", planning(faultproxy.Rule{Change: "record"}, faultproxy.KillAfter)},
	{"plan after send", planning(faultproxy.Rule{Operation: "SendMessageBatch"}, faultproxy.KillAfter)},
	{"plan after dispatch", planning(faultproxy.Rule{Change: "dispatch"}, faultproxy.KillAfter)},
}

// segmentPoints are those of segment and assemble, for a film of so many
// segments.
func segmentPoints(segments int) []point {
	part := faultproxy.Rule{Operation: "PutObject", Key: "/segments/0.json"}
	vtt, srt := faultproxy.Rule{Operation: "PutObject", Key: "/en.vtt"}, faultproxy.Rule{Operation: "PutObject", Key: "/en.srt"}
	finishSegment, finish := faultproxy.Rule{Change: "finish segment"}, faultproxy.Rule{Change: "finish"}
	return []point{
		{"segment while reading", transcribing(faultproxy.Rule{Operation: "GetObject", Key: "uploads/"}, faultproxy.KillAfter, 1)},
		{"segment before words", transcribing(part, faultproxy.KillBefore, 1)},
		{"segment after words", transcribing(part, faultproxy.KillAfter, 1)},
		{"segment after finish", transcribing(finishSegment, faultproxy.KillAfter, 1)},
		// The set is complete, and who completed it is dead.
		{"segment after the last finish", transcribing(finishSegment, faultproxy.KillAfter, segments)},
		{"assemble before track", transcribing(vtt, faultproxy.KillBefore, 1)},
		{"assemble between tracks", transcribing(vtt, faultproxy.KillAfter, 1)},
		{"assemble after tracks", transcribing(srt, faultproxy.KillAfter, 1)},
		{"assemble before finish", transcribing(finish, faultproxy.KillBefore, 1)},
		{"assemble after finish", transcribing(finish, faultproxy.KillAfter, 1)},
	}
}

// A process dies at each point of each step, its message comes again, and the
// video ends as ever. All wait for their messages at the same time.
func TestKilledAtEveryPoint(t *testing.T) {
	t.Parallel()
	film := undisturbed(t, "clips")
	if film.segments < 3 {
		t.Fatalf("the film has %d segments, want several", film.segments)
	}
	var all []disturbed
	killed := map[string]faultproxy.Call{}
	dead := func(d disturbed, p point) {
		t.Helper()
		call := d.wait("the kill at "+p.name, func(c faultproxy.Call) bool { return c.Killed }, 1)[0]
		for began := time.Now(); alive(call.PID); time.Sleep(10 * time.Millisecond) {
			if time.Since(began) > stack.Patience {
				t.Fatalf("%s: process %d is alive", p.name, call.PID)
			}
		}
		killed[d.id] = call
	}
	// A captioner has several messages in work. One kill after the other: no
	// message is to be in the batch of every one, or it would be given up.
	for _, p := range planPoints {
		d := upload(t, "clips", named(p))
		dead(d, p)
		all = append(all, d)
	}
	points := segmentPoints(film.segments)
	first := len(all)
	for _, p := range points {
		all = append(all, upload(t, "clips", named(p)))
	}
	for i, p := range points {
		dead(all[first+i], p)
	}
	for i, p := range append(planPoints, points...) {
		t.Run(p.name, func(t *testing.T) {
			d := all[i]
			d.T = t
			d.endsAsEver()
			t.Logf("process %d of %s was killed at its %s %s", killed[d.id].PID, killed[d.id].Function, killed[d.id].Operation, killed[d.id].Change)
		})
	}
	settled(t, all...)
	for i, p := range append(planPoints, points...) {
		if n := len(all[i].wait("the kill", func(c faultproxy.Call) bool { return c.Killed }, 1)); n != 1 {
			t.Errorf("%s: %d processes were killed, want one", p.name, n)
		}
	}
}

func named(p point) faultproxy.Rule {
	r := p.rule
	r.Name = p.name
	return r
}

func alive(pid int) bool {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !strings.Contains(string(b), ") Z ")
}
