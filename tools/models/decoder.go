package main

import (
	"fmt"
	"slices"
)

// Decoder returns a merged decoder as one graph for every token, the first one,
// too, with a past of no length. Its inputs:
//
//	input_ids                      [rows, 1]
//	position                       [1], the number of tokens before
//	past_key_values.L.decoder.K    [rows, heads, tokens, width], K is key or value
//	cross.L.key, cross.L.value     of Encoder, a row a sound
//	mask                           [rows, 1, 1, frames], added to the attention: 0, or far below where a row's sound has ended
//
// Its outputs: logits [rows, 1, vocabulary], present.L.decoder.K, and
// cross_attentions.L [rows, heads, 1, frames]: how much each layer attended to
// each frame of the sound, from which the times of words come.
//
// The projection onto the vocabulary, which as published is made of the
// embedding at every token, is a matrix of bytes of its own.
func Decoder(decoder []byte) ([]byte, error) {
	_, g, shared, err := merged(decoder)
	if err != nil {
		return nil, err
	}
	g.weights = shared.weights
	if err := g.attendToThemselves("/model/decoder/layers.", mostPositions, true); err != nil {
		return nil, err
	}
	if err := g.attendToCross(); err != nil {
		return nil, err
	}
	if err := g.project(); err != nil {
		return nil, err
	}
	g.inputs = [][]byte{value("input_ids", int64s, "rows", 1), value(positionInput, int64s, 1)}
	g.outputs = [][]byte{value("logits", float32s, "rows", 1, vocabulary)}
	wanted := []string{"logits"}
	for layer := range layers {
		for _, kind := range []string{"key", "value"} {
			past, present := fmt.Sprintf("past_key_values.%d.decoder.%s", layer, kind), fmt.Sprintf("present.%d.decoder.%s", layer, kind)
			g.inputs = append(g.inputs, value(past, float32s, "rows", heads, "past", headWidth))
			g.outputs = append(g.outputs, value(present, float32s, "rows", heads, "present", headWidth))
			wanted = append(wanted, present)
		}
		g.inputs = append(g.inputs, value(crossName(layer, "key"), float32s, "rows", heads, headWidth, "frames"),
			value(crossName(layer, "value"), float32s, "rows", heads, "frames", headWidth))
	}
	g.inputs = append(g.inputs, value("mask", float32s, "rows", 1, 1, "frames"))
	for layer := range layers {
		g.outputs = append(g.outputs, value(attentionName(layer), float32s, "rows", heads, 1, "frames"))
		wanted = append(wanted, attentionName(layer))
	}
	g.prune(wanted...)
	if err := g.sign(); err != nil {
		return nil, err
	}
	return replaceGraph(decoder, "decoder", g, microsoft)
}

func attentionName(layer int) string { return fmt.Sprintf("cross_attentions.%d", layer) }

// rename gives a value another name wherever it goes in.
func (g *graph) rename(from, to string) {
	for _, n := range g.nodes {
		for i, in := range n.inputs {
			if in == from {
				n.inputs[i] = to
			}
		}
	}
}

// project replaces the projection onto the vocabulary.
func (g *graph) project() error {
	codes, err := g.weight(embedding + "_quantized")
	if err != nil {
		return err
	}
	zero, err := g.weight(embedding + "_zero_point")
	if err != nil {
		return err
	}
	width := heads * headWidth
	table, err := codes.bytes()
	if err != nil || len(table) != vocabulary*width {
		return fmt.Errorf("the embedding has %d weights, not %d: %v", len(table), vocabulary*width, err)
	}
	turned := make([]byte, len(table))
	for row := range vocabulary {
		for column := range width {
			turned[column*vocabulary+row] = table[row*width+column]
		}
	}
	zero.name = "projection_zero_point"
	g.weights = append(slices.Clone(g.weights), weights("projection", uint8s, turned, uint64(width), vocabulary), zero)

	i := slices.IndexFunc(g.nodes, func(n node) bool { return n.op == "MatMul" && slices.Contains(n.outputs, "logits") })
	if i < 0 {
		return fmt.Errorf("no node computes the logits")
	}
	hidden := g.nodes[i].inputs[0]
	quantise := node{name: "projection.quantise", op: "DynamicQuantizeLinear", inputs: []string{hidden},
		outputs: []string{"projection.sound", "projection.scale", "projection.zero"}}
	g.nodes = slices.Replace(slices.Clone(g.nodes), i, i+1, quantise,
		made("MatMulInteger", "projection.sum", "projection.sound", "projection", "projection.zero", zero.name),
		made("Cast", "projection.float", "projection.sum").with("to", float32s),
		made("Mul", "projection.scales", "projection.scale", embedding+"_scale"),
		made("Mul", "logits", "projection.float", "projection.scales"))
	return nil
}
