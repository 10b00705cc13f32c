package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"time"

	"github.com/cuepipe/cuepipe/integration/functionlog"
	"github.com/cuepipe/cuepipe/integration/machine"
	"github.com/cuepipe/cuepipe/internal/captioning"
)

// figures are one film's. Times are seconds.
type figures struct {
	Minutes  int   `json:"minutes"`
	Workers  int   `json:"workers"`
	Size     int64 `json:"file_bytes"`
	Segments int   `json:"segments"`
	Words    int   `json:"words"`

	// From the last byte of the upload to the captions.
	Wall float64 `json:"wall_s"`
	// The time that each step took, all segments together.
	Probing     float64 `json:"probe_s"`
	Decoding    float64 `json:"decode_s"`
	Recognising float64 `json:"recognise_s"`
	Assembling  float64 `json:"assemble_s"`
	// CPU is the processor time of the steps, captioner and transcribers, with
	// the programs that they run; Each is that of every function, those of the
	// API included.
	CPU  float64            `json:"cpu_s"`
	Each map[string]float64 `json:"function_cpu_s"`

	Read  int64   `json:"read_bytes"`
	Ratio float64 `json:"read_ratio"` // of the file's size
	// Peaks is the most memory of any process of a function, and Peak that of
	// the transcribers, process by process.
	Peaks map[string]int `json:"function_peak_mb"`
	Peak  []int          `json:"transcriber_peak_mb"`

	// What else took the machine's time after the upload, and how fast it was
	// right before it.
	LocalStack float64 `json:"localstack_cpu_s"`
	DynamoDB   float64 `json:"dynamodb_cpu_s"`
	Stolen     float64 `json:"stolen_s"`
	Probe      float64 `json:"machine_probe_s"`
	Probe2     float64 `json:"machine_probe_twice_s"`

	LogBytes int64 `json:"log_bytes"`
}

// read takes what the functions wrote of a film that was alone.
func (f *figures) read(lines []functionlog.Line, id string, uploaded time.Time) error {
	f.Each, f.Peaks = map[string]float64{}, map[string]int{}
	process, peak := map[string]int{}, map[int]int{}
	heard := map[int]bool{}
	for _, l := range lines {
		switch {
		case l.Type == functionlog.Started:
			process[l.Record.RequestID] = l.Record.PID
		case l.Type == functionlog.Reported:
			m := l.Record.Metrics
			f.Each[l.Function] += m.CPUMS / 1000
			f.Peaks[l.Function] = max(f.Peaks[l.Function], m.MemoryMB)
			if l.Function == "transcriber" {
				pid := process[l.Record.RequestID]
				peak[pid] = max(peak[pid], m.MemoryMB)
			}
		case l.Video != id:
		case l.Message == "planned":
			f.Segments = l.Segments
			f.Probing += l.ProbeMS / 1000
		case l.Message == "segment recognised":
			if heard[l.Segment] {
				return fmt.Errorf("segment %d was recognised twice", l.Segment)
			}
			heard[l.Segment] = true
			f.Words += l.Words
			f.Decoding += l.DecodeMS / 1000
			f.Recognising += l.RecogniseMS / 1000
		case l.Message == "assembled":
			f.Assembling += l.AssembleMS / 1000
		case l.Status == "ready":
			f.Wall = l.Time.Sub(uploaded).Seconds()
		}
		if l.Video == id && (l.Message == "planned" || l.Message == "segment recognised") {
			if l.ReadBytes == nil {
				return fmt.Errorf("%q of the %s does not say what was read", l.Message, l.Function)
			}
			f.Read += *l.ReadBytes
		}
	}
	if f.Segments == 0 || len(heard) != f.Segments {
		return fmt.Errorf("%d segments were planned and %d recognised", f.Segments, len(heard))
	}
	f.CPU = f.Each["captioner"] + f.Each["transcriber"]
	f.Ratio = float64(f.Read) / float64(f.Size)
	f.round()
	f.Peak = slices.Sorted(maps.Values(peak))
	return nil
}

// round keeps milliseconds and thousandths: no more of it means anything.
func (f *figures) round() {
	for _, x := range []*float64{&f.Wall, &f.Probing, &f.Decoding, &f.Recognising, &f.Assembling, &f.CPU, &f.Ratio,
		&f.LocalStack, &f.DynamoDB, &f.Stolen, &f.Probe, &f.Probe2} {
		*x = thousandth(*x)
	}
	for name, x := range f.Each {
		f.Each[name] = thousandth(x)
	}
}

func thousandth(x float64) float64 { return math.Round(x*1000) / 1000 }

// A comparison is what must hold between films. Where the films for it were not
// measured a figure is null.
type comparison struct {
	Cost    *float64 `json:"cost_ratio_240_10"` // processor time a minute
	Speedup *float64 `json:"speedup_2"`
	Peak    *float64 `json:"peak_ratio_240_10"`
	Bytes   float64  `json:"bytes_ratio"` // the largest
	// Machine is what two processors do at once of the same work that one does,
	// with nothing of ours in it: no speedup can be more. The median.
	Machine float64 `json:"machine_speedup_2"`
}

func compare(all []figures) comparison {
	var c comparison
	var machines []float64
	// Of a film that was measured several times, the median one; but the machine
	// becomes faster and slower within minutes, and the cost of a film of hours is
	// compared with what the short one next to it cost, before and after.
	cost := func(f figures) float64 { return f.CPU }
	peak := func(f figures) float64 { return float64(f.Peaks["transcriber"]) }
	wall := func(f figures) float64 { return f.Wall }
	find := func(minutes, workers int, by func(figures) float64) *figures {
		same := slices.DeleteFunc(slices.Clone(all), func(f figures) bool { return f.Minutes != minutes || f.Workers != workers })
		if len(same) == 0 {
			return nil
		}
		slices.SortFunc(same, func(a, b figures) int { return cmp.Compare(by(a), by(b)) })
		return &same[len(same)/2]
	}
	if long := find(240, most, cost); long != nil && find(10, most, cost) != nil {
		c.Cost = ratio(cost(*long)/240, costBeside(all, long.Minutes, 10)/10)
		c.Peak = ratio(peak(*find(240, most, peak)), peak(*find(10, most, peak)))
	}
	for _, f := range all {
		c.Bytes = max(c.Bytes, f.Ratio)
		machines = append(machines, 2*f.Probe/f.Probe2)
		if two := find(f.Minutes, most, wall); f.Workers == 1 && two != nil {
			c.Speedup = ratio(find(f.Minutes, 1, wall).Wall, two.Wall)
		}
	}
	slices.Sort(machines)
	c.Machine = thousandth(machines[len(machines)/2])
	return c
}

// costBeside is the cost of the short films that were measured last before the
// long one and first after it, on average.
func costBeside(all []figures, long, short int) float64 {
	at := slices.IndexFunc(all, func(f figures) bool { return f.Minutes == long })
	is := func(f figures) bool { return f.Minutes == short && f.Workers == most }
	sum, n := 0.0, 0
	if after := slices.IndexFunc(all[at:], is); after >= 0 {
		sum, n = sum+all[at+after].CPU, n+1
	}
	for i := at; i >= 0; i-- {
		if is(all[i]) {
			sum, n = sum+all[i].CPU, n+1
			break
		}
	}
	return sum / float64(n)
}

func ratio(a, b float64) *float64 {
	r := thousandth(a / b)
	return &r
}

// write gives plan-scale the times of the longest film, a second of film, and
// those of starts.
func write(path string, all []figures, starts []functionlog.Line) error {
	long := slices.MaxFunc(all, func(a, b figures) int {
		return cmp.Or(cmp.Compare(a.Minutes, b.Minutes), cmp.Compare(a.Workers, b.Workers))
	})
	length := float64(long.Minutes) * 60
	b, err := json.MarshalIndent(map[string]any{
		"date":                time.Now().Format(time.DateOnly),
		"machine":             machine.Description(),
		"of":                  fmt.Sprintf("a film of %d minutes in %d segments, %d at once", long.Minutes, long.Segments, long.Workers),
		"captioner_start_s":   started(starts, "captioner"),
		"transcriber_start_s": started(starts, "transcriber"),
		"plan_s":              long.Probing,
		"decode":              long.Decoding / length,
		"recognise":           long.Recognising / length,
		"assemble":            long.Assembling / length,
		"log_bytes":           float64(long.LogBytes) / float64(long.Segments),
		"segment_s":           captioning.SegmentLength.Seconds(),
	}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}

// started is the processor time of a function's start, in the median of all
// since LocalStack was started: with one processor a start takes as long, and
// what else went on meanwhile is not in it. It is a tick at least; 0 where none
// was started.
func started(lines []functionlog.Line, function string) float64 {
	var took []float64
	for _, l := range lines {
		if l.Function == function && l.Type == functionlog.Initialised {
			took = append(took, max(0.01, l.Record.CPUMS/1000))
		}
	}
	if len(took) == 0 {
		return 0
	}
	slices.Sort(took)
	return took[len(took)/2]
}
