package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mergedDecoder has what the conversions look for in the published decoder, but
// for the weights of the embedding.
func mergedDecoder() []byte { return mergedWith(nil) }

func mergedWith(table []byte) []byte {
	var first, later graph
	shared := graph{weights: []tensor{
		weights(embedding+"_quantized", uint8s, table, vocabulary, heads*headWidth),
		weights(embedding+"_zero_point", uint8s, []byte{129}),
		scalar(embedding+"_scale", 0.01),
		turns("/model/decoder/rotary_emb/Cast_1_output_0"),
	}}
	first.nodes = append(first.nodes, node{name: "quantise", op: "DynamicQuantizeLinear", inputs: []string{soundValue}, outputs: []string{"sound_codes", "sound_scale", "sound_zero"}})
	for layer := range layers {
		attention := fmt.Sprintf("/model/decoder/layers.%d/encoder_attn", layer)
		for _, kind := range []string{"k", "v"} {
			projection := fmt.Sprintf("%s/%s_proj/MatMul_output_0", attention, kind)
			shared.weights = append(shared.weights, weights(projection+".codes", uint8s, []byte{7}), weights(projection+".zero", uint8s, []byte{9}))
			first.nodes = append(first.nodes, made("MatMulInteger", projection, "sound_codes", projection+".codes", "sound_zero", projection+".zero"))
		}
		past := fmt.Sprintf("past_key_values.%d.encoder.", layer)
		turned, scores, looked := made("Transpose", attention+"/turned", past+"key"), made("MatMul", attention+"/MatMul_output_0", "query", attention+"/turned"),
			made("Softmax", attention+"/Softmax_output_0", attention+"/MatMul_output_0")
		scores.name, looked.name = attention+"/MatMul", attention+"/Softmax"
		heard := made("MatMul", attention+"/MatMul_1_output_0", attention+"/Softmax_output_0", past+"value")
		joined := made("Reshape", attention+"/Reshape_1_output_0", attention+"/MatMul_1_output_0", "shape")
		joined.name = attention + "/Reshape_1"
		later.nodes = append(later.nodes, turned, scores, looked, heard, joined)
		later.nodes = append(later.nodes, itself(fmt.Sprintf("/model/decoder/layers.%d/self_attn/", layer),
			fmt.Sprintf("present.%d.decoder.key", layer), fmt.Sprintf("present.%d.decoder.value", layer))...)
		later.nodes = append(later.nodes, made("Add", fmt.Sprintf("hidden.%d", layer), attention+"/Reshape_1_output_0",
			fmt.Sprintf("/model/decoder/layers.%d/self_attn/Reshape_5_output_0", layer)))
	}
	later.nodes = append(later.nodes, made("Transpose", "table", embedding+"_quantized"), made("DequantizeLinear", "projection_as_published", "table"),
		made("MatMul", "logits", fmt.Sprintf("hidden.%d", layers-1), "projection_as_published"))
	branching := node{name: "optimum::if", op: "If"}
	for name, branch := range map[string]graph{firstBranch: first, laterBranch: later} {
		branching.attributes = append(branching.attributes, appendBytes(appendBytes(nil, attributeName, []byte(name)), attributeGraph, branch.encode(name)))
	}
	slices.SortFunc(branching.attributes, bytes.Compare)
	shared.nodes = []node{branching}
	return appendBytes(appendVarint(nil, 1, 10), modelGraph, shared.encode("merged"))
}

// itself is how a layer attends to its own sound or text as published: all that
// counts is where it begins and ends.
func itself(path string, presents ...string) (nodes []node) {
	for _, kind := range []string{"q", "k", "v"} {
		nodes = append(nodes, made("Identity", path+kind+"_proj/MatMul_output_0", "in"))
	}
	for _, p := range presents {
		nodes = append(nodes, made("Concat", p, path+"k_proj/MatMul_output_0"))
	}
	end := made("Reshape", path+"Reshape_5_output_0", path+"q_proj/MatMul_output_0")
	end.name = path + "Reshape_5"
	return append(nodes, end)
}

// turns are the weights by which positions turn.
func turns(name string) tensor { return weights(name, float32s, make([]byte, 4*rotaryWidth/2)) }

func TestTheEncoderComputesWhatTheDecoderAttendsTo(t *testing.T) {
	var nodes []node
	hidden := made("Sum", hiddenValue)
	for layer := range layers {
		path := fmt.Sprintf("/layers.%d/self_attn/", layer)
		nodes = append(nodes, itself(path)...)
		hidden.inputs = append(hidden.inputs, path+"Reshape_5_output_0")
	}
	published := graph{nodes: append(nodes, hidden), weights: []tensor{turns("/rotary_emb/Cast_1_output_0")}, inputs: [][]byte{value("input_values", float32s, 1, "samples")}}
	out, err := Encoder(appendBytes(nil, modelGraph, published.encode("encoder")), mergedDecoder())
	if err != nil {
		t.Fatal(err)
	}
	g, err := graphOf(out)
	if err != nil {
		t.Fatal(err)
	}
	if len(g.inputs) != 1 || len(g.outputs) != 2*layers {
		t.Errorf("%d inputs, %d outputs", len(g.inputs), len(g.outputs))
	}
	if n, ok := g.maker("sound_codes"); !ok || n.inputs[0] != hiddenValue {
		t.Errorf("the projections are of %v", n.inputs)
	}
	if len(g.nodes) != 2+6*layers+7*layers { // the sum, one quantisation for all; each layer's attention to itself, and what is added
		t.Errorf("%d nodes", len(g.nodes))
	}
	for layer := range layers {
		if n, ok := g.maker(crossName(layer, "key")); !ok || n.op != "Mul" {
			t.Errorf("the keys of layer %d come from %+v", layer, n)
		}
		if w, err := g.weight(fmt.Sprintf("/model/decoder/layers.%d/encoder_attn/k_proj/MatMul_output_0.codes", layer)); err != nil || w.kind != int8s {
			t.Errorf("weights of layer %d: kind %d, %v", layer, w.kind, err)
		}
	}
}

func TestTheDecoderIsOneGraphForEveryToken(t *testing.T) {
	table := make([]byte, vocabulary*heads*headWidth)
	for i := range table {
		table[i] = byte(i * 31)
	}
	in := mergedWith(table)
	before := bytes.Clone(in)
	out, err := Decoder(in)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := Decoder(in); err != nil || !bytes.Equal(in, before) || !bytes.Equal(out, again) {
		t.Errorf("the input was changed, or the same input gave other bytes: %v", err)
	}
	g, err := graphOf(out)
	if err != nil {
		t.Fatal(err)
	}
	if len(g.inputs) != 3+4*layers || len(g.outputs) != 1+3*layers {
		t.Errorf("%d inputs, %d outputs", len(g.inputs), len(g.outputs))
	}
	for layer := range layers {
		n, ok := g.maker(attentionName(layer))
		masked, _ := g.maker(fmt.Sprintf("masked.%d", layer))
		scores, _ := g.maker(masked.inputs[0])
		if !ok || n.op != "Softmax" || n.inputs[0] != masked.outputs[0] || masked.inputs[1] != "mask" || scores.inputs[1] != crossName(layer, "key") {
			t.Errorf("layer %d attends by %+v, %+v, %+v", layer, n, masked, scores)
		}
	}
	for layer := range layers {
		key := fmt.Sprintf("present.%d.decoder.key", layer)
		if n, ok := g.maker(key); !ok || n.op != "MultiHeadAttention" || n.domain != microsoft || n.inputs[6] != fmt.Sprintf("past_key_values.%d.decoder.key", layer) {
			t.Errorf("%s is made by %+v", key, n)
		}
	}
	for _, n := range g.nodes {
		if n.op == "Transpose" || n.op == "DequantizeLinear" {
			t.Errorf("%s does at every token what is done once", n.name)
		}
		for _, in := range n.inputs {
			if strings.Contains(in, ".encoder.") {
				t.Errorf("%s still takes %s", n.name, in)
			}
		}
	}
	projection, err := g.weight("projection")
	if err != nil {
		t.Fatal(err)
	}
	turned, err := projection.bytes()
	if err != nil || projection.kind != int8s {
		t.Fatalf("kind %d, %v", projection.kind, err)
	}
	for _, at := range [][2]int{{0, 0}, {5, 7}, {vocabulary - 1, heads*headWidth - 1}} {
		row, column := at[0], at[1]
		if turned[column*vocabulary+row] != table[row*heads*headWidth+column]^0x80 {
			t.Errorf("weight %v is not in its place", at)
		}
	}
}

// As one matrix over all moments a convolution gives what it gives moment by
// moment.
func TestConvolutionsAsMatrices(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct{ moments, from, to, stride int }{{4, 5, 3, 1}, {4, 5, 3, 2}, {2, 3, 4, 2}, {1, 6, 2, 1}} {
		numbers := func(n int) []float32 {
			all := make([]float32, n)
			for i := range all {
				all[i] = random.Float32() - 0.5
			}
			return all
		}
		w, bias, sound := numbers(c.to*c.from*3), numbers(c.to), numbers(c.moments*c.from)
		var b sileroBuilder
		b.weigh("c.reparam_conv.weight", w)
		b.weigh("c.reparam_conv.bias", bias)
		b = sileroBuilder{constants: map[string]tensor{b.graph.weights[0].name: b.graph.weights[0], b.graph.weights[1].name: b.graph.weights[1]}}
		if out := b.convolution("c", "sound", c.moments, c.from, c.to, c.stride); out != "c.heard" || b.err != nil {
			t.Fatal(out, b.err)
		}
		weight := func(name string) []float32 {
			all, err := b.graph.weight(name)
			if err != nil {
				t.Fatal(err)
			}
			floats, err := all.floats()
			if err != nil {
				t.Fatal(err)
			}
			return floats
		}
		matrix, shift := weight("c.matrix"), weight("c.shift")
		for u := 0; u*c.stride < c.moments; u++ {
			for d := range c.to {
				want := bias[d]
				for tap := range 3 {
					for from := range c.from {
						if at := u*c.stride + tap - 1; at >= 0 && at < c.moments {
							want += w[(d*c.from+from)*3+tap] * sound[at*c.from+from]
						}
					}
				}
				column := u*c.to + d
				got := shift[column]
				for i, v := range sound {
					got += v * matrix[i*len(shift)+column]
				}
				if math.Abs(float64(got-want)) > 1e-5 {
					t.Errorf("%+v: channel %d of moment %d is %v, want %v", c, d, u, got, want)
				}
			}
		}
	}
}

func TestOtherModelsAreRefused(t *testing.T) {
	model := appendBytes(nil, modelGraph, small().encode("small"))
	for name, in := range map[string][]byte{"text": []byte("hello, world"), "nothing": nil, "another model": model, "half a model": mergedDecoder()[:5000],
		"a decoder without weights": mergedDecoder()} {
		if _, err := Decoder(in); err == nil {
			t.Errorf("%s became a decoder", name)
		}
		if _, err := Silero(in); err == nil {
			t.Errorf("%s became a detector", name)
		}
		if _, err := Encoder(model, in); err == nil && name != "a decoder without weights" {
			t.Errorf("%s became an encoder", name)
		}
	}
}
func TestTokens(t *testing.T) {
	vocabulary := base64.StdEncoding.EncodeToString([]byte("<unk>\n<s>\n</s>\n<0x00>\n<0xFF>\n▁the\nö"))
	out, err := Tokens([]byte("var other='aGVsbG8=';var v=`" + vocabulary + "`;"))
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for i, token := range []string{"<unk>", "<s>", "</s>", "\x00", "\xff", "▁the", "ö"} {
		fmt.Fprintf(&want, "%s %d\n", base64.StdEncoding.EncodeToString([]byte(token)), i)
	}
	if string(out) != want.String() {
		t.Errorf("tokens\n%s\nwant\n%s", out, want.String())
	}
	if _, err := Tokens([]byte("var other='aGVsbG8=';")); err == nil {
		t.Error("no error for a bundle without vocabulary")
	}
}

func TestRun(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	bundle := "var v=`" + base64.StdEncoding.EncodeToString([]byte("<unk>\n<s>\n</s>\n▁the")) + "`;"
	if err := os.WriteFile(in, []byte(bundle), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run([]string{"tokens", in, out}); err != nil {
		t.Fatal(err)
	}
	if written, err := os.ReadFile(out); err != nil || len(written) == 0 {
		t.Errorf("the result was not written: %v", err)
	}
	for _, args := range [][]string{nil, {"other", in, out}, {"tokens", filepath.Join(dir, "none"), out}, {"decoder", in, out}, {"silero", in, out},
		{"encoder", in, out}, {"encoder", in, in, out}, {"optimise", in, in, out}, {"tokens", in, dir}} {
		if err := run(args); err == nil {
			t.Errorf("run %q: no error", args)
		}
	}
}
