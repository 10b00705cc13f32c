package main

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/integration/functionlog"
)

func lines(t *testing.T, text string) []functionlog.Line {
	t.Helper()
	var ls []functionlog.Line
	for line := range strings.Lines(strings.TrimSpace(text)) {
		function, record, _ := strings.Cut(strings.TrimSpace(line), " ")
		l := functionlog.Line{}
		if err := json.Unmarshal([]byte(record), &l); err != nil {
			t.Fatal(err)
		}
		l.Function = function
		ls = append(ls, l)
	}
	return ls
}

// A film of two segments by two processes, and another film's line between.
const log = `
captioner {"type":"platform.start","record":{"requestId":"p","pid":1}}
captioner {"msg":"planned","video":"v","segments":2,"probe_ms":50,"read_bytes":100}
captioner {"type":"platform.report","record":{"requestId":"p","metrics":{"maxMemoryUsedMB":20,"cpuMs":31.25}}}
transcriber {"type":"platform.start","record":{"requestId":"a","pid":2}}
transcriber {"type":"platform.start","record":{"requestId":"b","pid":3}}
transcriber {"msg":"segment recognised","video":"other","segment":0,"read_bytes":7}
transcriber {"msg":"segment recognised","video":"v","segment":1,"words":5,"decode_ms":125,"recognise_ms":750,"read_bytes":500}
transcriber {"type":"platform.report","record":{"requestId":"b","metrics":{"maxMemoryUsedMB":170,"cpuMs":1250}}}
transcriber {"msg":"segment recognised","video":"v","segment":0,"words":6,"decode_ms":250,"recognise_ms":500,"read_bytes":600}
transcriber {"msg":"assembled","video":"v","assemble_ms":500}
transcriber {"msg":"finish","video":"v","status":"ready","time":"2026-11-22T03:40:35Z"}
transcriber {"type":"platform.report","record":{"requestId":"a","metrics":{"maxMemoryUsedMB":180,"cpuMs":1000}}}
videos {"type":"platform.report","record":{"requestId":"x","metrics":{"maxMemoryUsedMB":15,"cpuMs":62.5}}}
`

func TestAFilmIsReadFromItsLog(t *testing.T) {
	f := figures{Size: 1000}
	if err := f.read(lines(t, log), "v", time.Date(2026, 11, 22, 3, 40, 32, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	want := figures{Size: 1000, Segments: 2, Words: 11, Wall: 3, Probing: 0.05, Decoding: 0.375, Recognising: 1.25, Assembling: 0.5,
		CPU: 2.281, Each: map[string]float64{"captioner": 0.031, "transcriber": 2.25, "videos": 0.063},
		Read: 1200, Ratio: 1.2, Peaks: map[string]int{"captioner": 20, "transcriber": 180, "videos": 15}, Peak: []int{170, 180}}
	if !reflect.DeepEqual(f, want) {
		t.Errorf("got  %+v\nwant %+v", f, want)
	}
	for what, bad := range map[string]string{
		"a segment is missing":      strings.Replace(log, `"video":"v","segment":1`, `"video":"w","segment":1`, 1),
		"a segment was heard twice": strings.Replace(log, `"segment":1`, `"segment":0`, 1),
		"nobody says what was read": strings.Replace(log, `,"read_bytes":600`, "", 1),
	} {
		if err := new(figures).read(lines(t, bad), "v", time.Time{}); err == nil {
			t.Errorf("%s, and that is no error", what)
		}
	}
}

func TestFilmsAreCompared(t *testing.T) {
	all := []figures{
		{Minutes: 10, Workers: 2, Wall: 30, CPU: 50, Ratio: 1.02, Probe: 1, Probe2: 1.25, Peaks: map[string]int{"transcriber": 200}},
		{Minutes: 240, Workers: 2, Wall: 700, CPU: 1260, Ratio: 1.1, Probe: 1, Probe2: 1, Peaks: map[string]int{"transcriber": 210}},
		{Minutes: 60, Workers: 2, Wall: 160, CPU: 300, Ratio: 1.05, Probe: 1, Probe2: 2},
		{Minutes: 60, Workers: 1, Wall: 304, CPU: 300, Ratio: 1.06, Probe: 1, Probe2: 1},
		// Two more pairs, met by a slow moment and by a fast one.
		{Minutes: 60, Workers: 2, Wall: 260, CPU: 300, Probe: 1, Probe2: 1},
		{Minutes: 60, Workers: 1, Wall: 300, CPU: 300, Probe: 1, Probe2: 1},
		{Minutes: 60, Workers: 2, Wall: 150, CPU: 310, Probe: 1, Probe2: 1},
		{Minutes: 60, Workers: 1, Wall: 504, CPU: 300, Probe: 1, Probe2: 1},
	}
	c := compare(all)
	if *c.Cost != 1.05 || *c.Peak != 1.05 || *c.Speedup != 1.9 || c.Bytes != 1.1 || c.Machine != 2 {
		t.Errorf("cost %v, peak %v, speedup %v, bytes %v", *c.Cost, *c.Peak, *c.Speedup, c.Bytes)
	}
	// Films of ten minutes on a machine that becomes slower: 240 minutes lie between the last two.
	slower := []figures{{Minutes: 10, Workers: 2, CPU: 40}, {Minutes: 10, Workers: 2, CPU: 48}, all[1], {Minutes: 10, Workers: 2, CPU: 52}, {Minutes: 10, Workers: 2, CPU: 70}}
	for i := range slower {
		slower[i].Probe, slower[i].Probe2 = 1, 1
	}
	if c := compare(slower); *c.Cost != 1.05 {
		t.Errorf("on a machine that becomes slower: %v", *c.Cost)
	}
	if c := compare(all[:1]); c.Cost != nil || c.Peak != nil || c.Speedup != nil || c.Bytes != 1.02 || c.Machine != 1.6 {
		t.Errorf("of one film: %+v", c)
	}
}
