package faultproxy

import (
	"slices"
	"testing"
)

func decisions(r Rule, calls []Call) []Fault {
	var rs rules
	rs.put(r)
	var got []Fault
	for _, c := range calls {
		got = append(got, rs.decide(c).fault)
	}
	return got
}

func TestTheNthCallThatFits(t *testing.T) {
	rule := Rule{Name: "r", Videos: []string{"v"}, Functions: []string{"transcriber"}, Operation: "PutObject", Key: "/segments/", Fault: KillAfter, Nth: 2}
	fits := Call{Function: "transcriber", Video: "v", Operation: "PutObject", Key: "videos/v/1/segments/0.json"}
	other, foreign, reading, track := fits, fits, fits, fits
	other.Function, foreign.Video, reading.Operation, track.Key = "captioner", "w", "GetObject", "videos/v/1/en.vtt"
	got := decisions(rule, []Call{fits, other, foreign, reading, track, fits, fits})
	if !slices.Equal(got, []Fault{None, None, None, None, None, KillAfter, None}) {
		t.Errorf("%q", got)
	}
	rule.Nth = 0
	if got := decisions(rule, []Call{fits, other, fits}); !slices.Equal(got, []Fault{KillAfter, None, KillAfter}) {
		t.Errorf("every one: %q", got)
	}
}

func TestTheSameSeedGivesTheSameFaults(t *testing.T) {
	sequence := func(id string) (calls []Call) {
		for range 50 {
			calls = append(calls, Call{Function: "captioner", Video: id, Service: "s3", Operation: "GetObject", Key: "uploads/x/" + id},
				Call{Function: "transcriber", Video: id, Service: "dynamodb", Operation: "UpdateItem", Change: "hear"},
				Call{Function: "transcriber", Video: id, Service: "s3", Operation: "PutObject", Key: "videos/" + id + "/1/segments/1.json"})
		}
		return calls
	}
	rule := Rule{Name: "r", Videos: []string{"v", "w"}, Seed: 7, Rates: map[Fault]float64{Refuse: 0.1, Lose: 0.1, Cut: 0.2}}
	first := decisions(rule, sequence("v"))
	renamed := rule
	renamed.Videos = []string{"a", "b"}
	if again := decisions(renamed, sequence("a")); !slices.Equal(again, first) {
		t.Errorf("the same seed: %q, then %q", first, again)
	}
	interleaved := sequence("v")
	slices.SortStableFunc(interleaved, func(a, b Call) int { return len(a.Function) - len(b.Function) })
	count := func(fs []Fault, f Fault) (n int) {
		for _, g := range fs {
			if f == g {
				n++
			}
		}
		return n
	}
	mixed := decisions(rule, interleaved)
	for _, f := range []Fault{None, Refuse, Lose, Cut} {
		if count(mixed, f) != count(first, f) {
			t.Errorf("in another order %q befalls %d calls, not %d", f, count(mixed, f), count(first, f))
		}
	}
	if slices.Equal(decisions(rule, sequence("w")), first) {
		t.Error("another video fares alike")
	}
	other := rule
	other.Seed++
	if slices.Equal(decisions(other, sequence("v")), first) {
		t.Error("another seed gives the same")
	}
	if n := count(first, Refuse); n < 5 || n > 30 {
		t.Errorf("of 150 calls at a rate of 0.1, %d are refused", n)
	}
	for i, c := range sequence("v") {
		if first[i] == Cut && c.Operation != "GetObject" {
			t.Errorf("call %d, %s, is cut", i, c.Operation)
		}
	}
	for i, f := range decisions(rule, sequence("somebody else's")) {
		if f != None {
			t.Errorf("call %d of a video that is not named: %q", i, f)
		}
	}
}

func TestTheFirstFaultPrevails(t *testing.T) {
	var rs rules
	call := Call{Function: "captioner", Video: "v"}
	rs.put(Rule{Name: "watch", Videos: []string{"v"}})
	if v := rs.decide(call); !v.watched || v.fault != None {
		t.Errorf("watched: %+v", v)
	}
	rs.put(Rule{Name: "a", Videos: []string{"v"}, Fault: Throttle})
	rs.put(Rule{Name: "b", Videos: []string{"v"}, Fault: Refuse, Nth: 2})
	if v := rs.decide(call); v.rule != "a" || v.fault != Throttle {
		t.Errorf("%+v", v)
	}
	rs.drop("a")
	if v := rs.decide(call); v.rule != "b" || v.fault != Refuse {
		t.Errorf("the second call: %+v", v)
	}
	rs.drop("b")
	rs.drop("watch")
	if v := rs.decide(call); v.watched {
		t.Errorf("without rules: %+v", v)
	}
}

func TestRulesThatMakeNoSense(t *testing.T) {
	good := Rule{Name: "r", Videos: []string{"v"}}
	for name, change := range map[string]func(*Rule){
		"without a name":    func(r *Rule) { r.Name = "" },
		"for nobody":        func(r *Rule) { r.Videos = nil },
		"an unknown fault":  func(r *Rule) { r.Fault = "explode" },
		"an unknown rate":   func(r *Rule) { r.Rates = map[Fault]float64{"explode": 0.1} },
		"a negative rate":   func(r *Rule) { r.Rates = map[Fault]float64{Delay: -0.1} },
		"more than all":     func(r *Rule) { r.Rates = map[Fault]float64{Delay: 0.6, Lose: 0.6} },
		"a fault and rates": func(r *Rule) { r.Fault, r.Rates = Lose, map[Fault]float64{Delay: 0.1} },
	} {
		bad := good
		change(&bad)
		if bad.Check() == nil {
			t.Errorf("%s: it is taken", name)
		}
	}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
}
