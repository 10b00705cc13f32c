package main

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

// small is a graph with one of everything.
func small() graph {
	return graph{
		nodes: []node{
			{name: "quantise", op: "DynamicQuantizeLinear", inputs: []string{"in"}, outputs: []string{"q", "scale", "zero"}},
			made("MatMulInteger", "sum", "q", "codes", "zero", "codes_zero"),
			made("Cast", "float", "sum").with("to", float32s),
			made("Transpose", "turned", "float").with("perm", 1, 0),
			made("Mul", "out", "turned", "factor"),
			{name: "unused", op: "Gelu", inputs: []string{"unused_weight", ""}, outputs: []string{"unused"}, domain: microsoft},
		},
		weights: []tensor{
			weights("codes", uint8s, []byte{0, 127, 128, 255}, 2, 2),
			weights("codes_zero", uint8s, []byte{129}),
			scalar("factor", 0.5),
			scalar("unused_weight", 1),
		},
		inputs:  [][]byte{value("in", float32s, "rows", 2)},
		outputs: [][]byte{value("out", float32s, 2, "rows")},
	}
}

func TestGraphsAreReadAsTheyWereWritten(t *testing.T) {
	want := small()
	got, err := parseGraph(want.encode("small"))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n%+v\nwant\n%+v", err, got, want)
	}
}

func TestWeightsThatAreMultipliedBecomeSigned(t *testing.T) {
	g := small()
	for range 2 { // the second time changes nothing
		if err := g.sign(); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string][]byte{"codes": {0x80, 0xff, 0, 127}, "codes_zero": {1}} {
		w, err := g.weight(name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := w.bytes(); err != nil || w.kind != int8s || !bytes.Equal(got, want) {
			t.Errorf("%s: kind %d, %v, %v; want %v", name, w.kind, got, err, want)
		}
	}
	if factor, _ := g.weight("factor"); factor.kind != float32s {
		t.Error("a float was changed")
	}

	g = small()
	g.nodes = append(g.nodes, made("Gather", "row", "codes", "in"))
	if err := g.sign(); err == nil || !strings.Contains(err.Error(), "codes") {
		t.Errorf("%v for weights that are used otherwise, too", err)
	}
}

func TestWhatDoesNothingIsDropped(t *testing.T) {
	g := small()
	g.prune("out")
	if len(g.nodes) != 5 || len(g.weights) != 3 {
		t.Errorf("%d nodes and %d weights are left", len(g.nodes), len(g.weights))
	}
	g.prune("float")
	if len(g.nodes) != 3 || len(g.weights) != 2 {
		t.Errorf("%d nodes and %d weights are left", len(g.nodes), len(g.weights))
	}
}

// A byte of a weight may stand alone, in raw bytes or packed.
func TestBytesOfWeights(t *testing.T) {
	for _, f := range []field{
		{tensorBytes, 2, []byte{200}},
		{tensorInts, 0, []byte{200, 1}},
		{tensorInts, 2, []byte{200, 1}},
	} {
		if got, err := (tensor{other: []field{f}}).bytes(); err != nil || !bytes.Equal(got, []byte{200}) {
			t.Errorf("%v: %v, %v", f, got, err)
		}
	}
	for _, other := range [][]field{nil, {{tensorInts, 2, []byte{200}}}} {
		if got, err := (tensor{other: other}).bytes(); err == nil {
			t.Errorf("%v: %v", other, got)
		}
	}
}

func FuzzConversions(f *testing.F) {
	model := appendBytes(nil, modelGraph, small().encode("small"))
	f.Add(model, model)
	f.Add(mergedDecoder(), model)
	f.Fuzz(func(t *testing.T, a, b []byte) {
		for name, convert := range map[string]func() ([]byte, error){
			"encoder": func() ([]byte, error) { return Encoder(a, b) },
			"decoder": func() ([]byte, error) { return Decoder(a) },
			"silero":  func() ([]byte, error) { return Silero(a) },
		} {
			if out, err := convert(); err == nil {
				if _, err := graphOf(out); err != nil {
					t.Errorf("%s wrote no model: %v", name, err)
				}
			}
		}
	})
}
