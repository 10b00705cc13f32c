package main

import (
	"fmt"
	"slices"
)

// The model of Moonshine Tiny.
const (
	layers     = 6
	heads      = 8
	headWidth  = 36
	vocabulary = 32768
)

// Names in the published "merged" decoder, whose only node is an If with one
// branch for the first token and one for the rest.
const (
	firstBranch = "else_branch"
	laterBranch = "then_branch"
	soundValue  = "encoder_hidden_states"
	hiddenValue = "last_hidden_state" // of the encoder
	embedding   = "model.decoder.embed_tokens.weight_merged_0"
)

// merged returns both branches of a merged decoder, and what both use.
func merged(decoder []byte) (first, later graph, shared graph, err error) {
	if shared, err = graphOf(decoder); err != nil {
		return first, later, shared, err
	}
	if len(shared.nodes) != 1 || shared.nodes[0].op != "If" {
		return first, later, shared, fmt.Errorf("%d nodes in the main graph: not a merged decoder", len(shared.nodes))
	}
	branches, err := shared.nodes[0].branches()
	first, later = branches[firstBranch], branches[laterBranch]
	if err == nil && (len(first.nodes) == 0 || len(later.nodes) == 0) {
		err = fmt.Errorf("no %s, or no %s: not a merged decoder", firstBranch, laterBranch)
	}
	return first, later, shared, err
}

// Encoder returns the encoder with what of the decoder depends on the sound
// alone: in place of the hidden states its outputs are cross.L.key
// [1, heads, width, frames], scaled, and cross.L.value [1, heads, frames, width]
// of each layer, as every step of Decoder takes them. The published decoder
// computes them at its first step, and turns and scales the keys at each.
func Encoder(encoder, decoder []byte) ([]byte, error) {
	g, err := graphOf(encoder)
	if err != nil {
		return nil, err
	}
	first, _, shared, err := merged(decoder)
	if err != nil {
		return nil, err
	}
	if err := g.attendToThemselves("/layers.", mostFrames, false); err != nil {
		return nil, err
	}
	const shape, scale = "cross_shape", "cross_scale"
	g.weights = append(g.weights, shapeOf(shape, 1, -1, heads, headWidth), scalar(scale, halfScale()))

	g.outputs = nil
	var wanted []string
	for layer := range layers {
		for _, kind := range []string{"key", "value"} {
			projected := fmt.Sprintf("/model/decoder/layers.%d/encoder_attn/%c_proj/MatMul_output_0", layer, kind[0])
			if err := g.take(first, shared, projected); err != nil {
				return nil, err
			}
			name := crossName(layer, kind)
			wanted = append(wanted, name)
			g.nodes = append(g.nodes, made("Reshape", name+".split", projected, shape))
			if kind == "key" {
				g.nodes = append(g.nodes, made("Transpose", name+".turned", name+".split").with("perm", 0, 2, 3, 1),
					made("Mul", name, name+".turned", scale))
				g.outputs = append(g.outputs, value(name, float32s, 1, heads, headWidth, "frames"))
				continue
			}
			g.nodes = append(g.nodes, made("Transpose", name, name+".split").with("perm", 0, 2, 1, 3))
			g.outputs = append(g.outputs, value(name, float32s, 1, heads, "frames", headWidth))
		}
	}
	g.prune(wanted...)
	if err := g.sign(); err != nil {
		return nil, err
	}
	return replaceGraph(encoder, "encoder", g, microsoft)
}

func crossName(layer int, kind string) string { return fmt.Sprintf("cross.%d.%s", layer, kind) }

// take adds what computes a value of the first branch from the sound.
func (g *graph) take(first, shared graph, want string) error {
	if want == soundValue {
		return nil
	}
	n, ok := first.maker(want)
	if !ok {
		t, err := shared.weight(want)
		if err != nil {
			return err
		}
		if _, err := g.weight(want); err != nil {
			g.weights = append(g.weights, t)
		}
		return nil
	}
	if _, ok := g.maker(want); ok {
		return nil
	}
	for _, in := range n.inputs {
		if err := g.take(first, shared, in); err != nil {
			return err
		}
	}
	n.inputs = slices.Clone(n.inputs)
	for i, in := range n.inputs {
		if in == soundValue {
			n.inputs[i] = hiddenValue
		}
	}
	g.nodes = append(g.nodes, n)
	return nil
}
