package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
)

const (
	// microsoft is the domain of the nodes that ONNX Runtime adds to ONNX.
	microsoft = "com.microsoft"

	rotaryWidth   = 32 // of a head's 36
	positionInput = "position"
	// The longest sound and the longest text that are provided for: 49 s, and four
	// times what anybody says in 15 s.
	mostFrames    = 2048
	mostPositions = 512
)

var (
	layerNode  = regexp.MustCompile(`layers\.(\d+)/(self_attn|encoder_attn)/(\w+)$`)
	soundInput = regexp.MustCompile(`^past_key_values\.(\d+)\.encoder\.value$`)
	tokenValue = regexp.MustCompile(`^present\.\d+\.decoder\.(key|value)$`)
)

// attendToThemselves replaces the layers' attention to their own sound or text,
// some seventy nodes each as published, by the three that ONNX Runtime has for
// it. prefix is that of the layers' names. A decoder's have a past.
func (g *graph) attendToThemselves(prefix string, positions int, past bool) error {
	const last = "Reshape_5" // the node that has a layer's result
	frequencies, err := g.weight(frequencyName(prefix))
	if err != nil {
		return err
	}
	turns, err := frequencies.floats()
	if err != nil || len(turns) != rotaryWidth/2 {
		return fmt.Errorf("%d frequencies of positions, not %d: %v", len(turns), rotaryWidth/2, err)
	}
	g.weights = append(slices.Clone(g.weights), rotations("rotary.cos", math.Cos, turns, positions), rotations("rotary.sin", math.Sin, turns, positions))
	position := positionInput
	if !past {
		position = "rotary.from"
		g.weights = append(g.weights, shapeOf(position, 0))
	}
	var nodes []node
	found := 0
	for _, n := range g.nodes {
		m := layerNode.FindStringSubmatch(n.name)
		switch {
		case len(n.outputs) == 1 && tokenValue.MatchString(n.outputs[0]): // the attention makes it now
			continue
		case m != nil && m[2] == "self_attn" && m[3] == last:
			found++
			nodes = append(nodes, attention(prefix+m[1]+"/self_attn/", m[1], n.outputs[0], position, past)...)
			continue
		}
		nodes = append(nodes, n)
	}
	if found != layers {
		return fmt.Errorf("%d layers attend to themselves by %s, not %d", found, last, layers)
	}
	g.nodes = nodes
	return nil
}

func frequencyName(prefix string) string {
	return prefix[:len(prefix)-len("layers.")] + "rotary_emb/Cast_1_output_0"
}

// attention is that of a layer, from the projections that it has.
func attention(path, layer, output, position string, past bool) (nodes []node) {
	for _, kind := range []string{"q", "k"} {
		n := made("RotaryEmbedding", path+kind+".turned", path+kind+"_proj/MatMul_output_0", position, "rotary.cos", "rotary.sin")
		n.domain = microsoft
		nodes = append(nodes, n.with("interleaved", 1).with("num_heads", heads).with("rotary_embedding_dim", rotaryWidth))
	}
	n := made("MultiHeadAttention", output, path+"q.turned", path+"k.turned", path+"v_proj/MatMul_output_0")
	n.domain = microsoft
	if past {
		const nothing = "" // neither a bias nor a mask
		n.inputs = append(n.inputs, nothing, nothing, nothing, "past_key_values."+layer+".decoder.key", "past_key_values."+layer+".decoder.value")
		n.outputs = append(n.outputs, "present."+layer+".decoder.key", "present."+layer+".decoder.value")
	}
	return append(nodes, n.with("num_heads", heads))
}

// rotations are what a position turns the heads by, for each frequency.
func rotations(name string, of func(float64) float64, turns []float32, positions int) tensor {
	var values []float32
	for p := range positions {
		for _, turn := range turns {
			values = append(values, float32(of(float64(float32(p)*turn))))
		}
	}
	return floatWeights(name, values, uint64(positions), uint64(len(turns)))
}

// attendToCross has the layers of a decoder attend to what Encoder returns. A
// row has one token, so that its heads need only be told apart, not turned.
func (g *graph) attendToCross() error {
	g.weights = append(slices.Clone(g.weights), shapeOf("cross.split", -1, heads, 1, headWidth), shapeOf("cross.join", -1, 1, heads*headWidth),
		scalar("cross.scale", halfScale()))
	var nodes []node
	found := 0
	for _, n := range g.nodes {
		n.inputs, n.outputs = slices.Clone(n.inputs), slices.Clone(n.outputs)
		if m := layerNode.FindStringSubmatch(n.name); m != nil && m[2] == "encoder_attn" {
			layer, err := strconv.Atoi(m[1])
			if err != nil {
				return err
			}
			query, masked := fmt.Sprintf("cross.%d.query", layer), fmt.Sprintf("masked.%d", layer)
			switch m[3] {
			case "MatMul":
				found++
				nodes = append(nodes, made("Reshape", query+".split", "/model/decoder/layers."+m[1]+"/encoder_attn/q_proj/MatMul_output_0", "cross.split"),
					made("Mul", query, query+".split", "cross.scale"))
				n.inputs = []string{query, crossName(layer, "key")}
			case "Softmax":
				found++
				nodes = append(nodes, made("Add", masked, n.inputs[0], "mask"))
				g.rename(n.outputs[0], attentionName(layer))
				n.inputs[0], n.outputs[0] = masked, attentionName(layer)
			case "Reshape_1":
				found++
				n = made("Reshape", n.outputs[0], "/model/decoder/layers."+m[1]+"/encoder_attn/MatMul_1_output_0", "cross.join")
			}
		}
		for i, in := range n.inputs {
			if m := soundInput.FindStringSubmatch(in); m != nil {
				n.inputs[i] = "cross." + m[1] + ".value"
			}
		}
		nodes = append(nodes, n)
	}
	if found != 3*layers {
		return fmt.Errorf("%d nodes attend to the sound, %d were expected", found, 3*layers)
	}
	g.nodes = nodes
	return nil
}

// halfScale is half of the usual 1/√width of attention: the other half goes to
// the other side of the product.
func halfScale() float32 { return float32(math.Sqrt(float64(1 / float32(math.Sqrt(headWidth))))) }

// shapeOf is a row of whole numbers.
func shapeOf(name string, dims ...int64) tensor {
	var data []byte
	for _, d := range dims {
		data = binary.LittleEndian.AppendUint64(data, uint64(d))
	}
	return weights(name, int64s, data, uint64(len(dims)))
}
