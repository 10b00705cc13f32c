package main

import (
	"fmt"
	"strings"
)

// What Silero VAD 5 does with a window at 16 kHz, after its end is mirrored:
// four spectra, four convolutions over them, one step of a memory, and a sum.
const (
	spectra      = 4
	spectrum     = 256 // samples
	frequencies  = spectrum/2 + 1
	memoryWidth  = 128
	branch16kHz  = "then_branch"
	inlined      = "If_0_then_branch__Inline_0__"
	soundSpectra = "spectra"
)

// Silero returns the voice activity detector as a graph over many windows at
// once. The published one hears a window a call; but only its memory goes from
// window to window, so that everything before and behind the memory is a
// product of matrices over all of them. Its inputs are spectra
// [4 × windows, 256], the stretches of sound of which the spectra are taken, and
// h and c [1, 1, 128], the memory; its outputs probability [windows, 1], and
// h.after and c.after.
//
// A convolution over four moments is written as one matrix, from all channels
// of all moments to all channels of all moments.
func Silero(model []byte) ([]byte, error) {
	published, err := graphOf(model)
	if err != nil {
		return nil, err
	}
	constants, err := constantsOf(published)
	if err != nil {
		return nil, err
	}
	b := sileroBuilder{constants: constants}
	b.spectrum()
	last := b.convolution("encoder.0", "magnitude", spectra, frequencies, 128, 1)
	last = b.convolution("encoder.1", last, 4, 128, 64, 2)
	last = b.convolution("encoder.2", last, 2, 64, 64, 2)
	last = b.convolution("encoder.3", last, 1, 64, memoryWidth, 1)
	b.memory(last)
	b.verdict()
	if b.err != nil {
		return nil, b.err
	}
	g := b.graph
	g.inputs = [][]byte{value(soundSpectra, float32s, "spectra", spectrum), value("h", float32s, 1, 1, memoryWidth), value("c", float32s, 1, 1, memoryWidth)}
	g.outputs = [][]byte{value("probability", float32s, "windows", 1), value("h.after", float32s, 1, 1, memoryWidth), value("c.after", float32s, 1, 1, memoryWidth)}
	return replaceGraph(model, "silero", g)
}

// constantsOf returns the weights of the branch for 16 kHz, by their names there.
func constantsOf(g graph) (map[string]tensor, error) {
	found := map[string]tensor{}
	for _, n := range g.nodes {
		if n.op != "If" {
			continue
		}
		branches, err := n.branches()
		if err != nil {
			return nil, err
		}
		for _, c := range branches[branch16kHz].nodes {
			t, ok, err := c.constant()
			if err != nil {
				return nil, err
			}
			if ok {
				found[strings.TrimPrefix(c.outputs[0], inlined)] = t
			}
		}
	}
	return found, nil
}

type sileroBuilder struct {
	constants map[string]tensor
	graph     graph
	err       error
}

// floats returns a weight of a known number of elements.
func (b *sileroBuilder) floats(name string, n int) []float32 {
	t, ok := b.constants[name]
	if !ok && b.err == nil {
		b.err = fmt.Errorf("there is no weight %s: not Silero VAD 5", name)
	}
	all, err := t.floats()
	if b.err == nil && (err != nil || len(all) != n) {
		b.err = fmt.Errorf("weight %s has %d elements, not %d: %v", name, len(all), n, err)
	}
	if b.err != nil {
		return make([]float32, n)
	}
	return all
}

func (b *sileroBuilder) weigh(name string, values []float32, dims ...uint64) {
	b.graph.weights = append(b.graph.weights, floatWeights(name, values, dims...))
}

func (b *sileroBuilder) shape(name string, dims ...int64) {
	b.graph.weights = append(b.graph.weights, shapeOf(name, dims...))
}

func (b *sileroBuilder) add(nodes ...node) { b.graph.nodes = append(b.graph.nodes, nodes...) }

// spectrum makes magnitudes, a row a window: all frequencies of the first
// moment, then those of the next.
func (b *sileroBuilder) spectrum() {
	basis := b.floats("stft.forward_basis_buffer", 2*frequencies*spectrum)
	for i, part := range []string{"real", "imaginary"} {
		turned := make([]float32, spectrum*frequencies)
		for f := range frequencies {
			for s := range spectrum {
				turned[s*frequencies+f] = basis[(i*frequencies+f)*spectrum+s]
			}
		}
		b.weigh("basis."+part, turned, spectrum, frequencies)
		b.add(made("MatMul", part, soundSpectra, "basis."+part), made("Mul", part+".power", part, part))
	}
	b.shape("window", -1, spectra*frequencies)
	b.add(made("Add", "power", "real.power", "imaginary.power"), made("Sqrt", "magnitudes", "power"), made("Reshape", "magnitude", "magnitudes", "window"))
}

// convolution adds one of three taps over so many moments, and returns what it
// makes.
func (b *sileroBuilder) convolution(name, input string, moments, from, to, stride int) string {
	const taps = 3
	w := b.floats(name+".reparam_conv.weight", to*from*taps)
	bias := b.floats(name+".reparam_conv.bias", to)
	after := (moments + stride - 1) / stride
	matrix, shift := make([]float32, moments*from*after*to), make([]float32, after*to)
	for u := range after {
		copy(shift[u*to:], bias)
		for tap := range taps {
			t := u*stride + tap - taps/2
			if t < 0 || t >= moments {
				continue
			}
			for c := range from {
				for d := range to {
					matrix[(t*from+c)*after*to+u*to+d] = w[(d*from+c)*taps+tap]
				}
			}
		}
	}
	b.weigh(name+".matrix", matrix, uint64(moments*from), uint64(after*to))
	b.weigh(name+".shift", shift, uint64(after*to))
	b.add(made("Gemm", name+".sum", input, name+".matrix", name+".shift"), made("Relu", name+".heard", name+".sum"))
	return name + ".heard"
}

// memory adds the steps from window to window. ONNX wants the gates in another
// order than PyTorch has them.
func (b *sileroBuilder) memory(input string) {
	const width = memoryWidth
	gates := func(all []float32, columns int) (turned []float32) {
		for _, gate := range []int{0, 3, 1, 2} { // input, output, forget, cell
			turned = append(turned, all[gate*width*columns:(gate+1)*width*columns]...)
		}
		return turned
	}
	b.weigh("memory.in", gates(b.floats("decoder.rnn.weight_ih", 4*width*width), width), 1, 4*width, width)
	b.weigh("memory.back", gates(b.floats("decoder.rnn.weight_hh", 4*width*width), width), 1, 4*width, width)
	b.weigh("memory.bias", append(gates(b.floats("decoder.rnn.bias_ih", 4*width), 1), gates(b.floats("decoder.rnn.bias_hh", 4*width), 1)...), 1, 8*width)
	b.shape("steps", -1, 1, width)
	b.shape("rows", -1, width)
	lstm := node{name: "memory", op: "LSTM", inputs: []string{"memory.steps", "memory.in", "memory.back", "memory.bias", "", "h", "c"},
		outputs: []string{"memory.all", "h.after", "c.after"}}
	b.add(made("Reshape", "memory.steps", input, "steps"), lstm.with("hidden_size", width), made("Reshape", "memory.rows", "memory.all", "rows"))
}

func (b *sileroBuilder) verdict() {
	b.weigh("verdict.matrix", b.floats("decoder.decoder.2.weight", memoryWidth), memoryWidth, 1)
	b.weigh("verdict.shift", b.floats("decoder.decoder.2.bias", 1), 1)
	b.add(made("Relu", "remembered", "memory.rows"), made("Gemm", "verdict", "remembered", "verdict.matrix", "verdict.shift"), made("Sigmoid", "probability", "verdict"))
}
