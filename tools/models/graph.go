package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field numbers of onnx.proto (onnx/onnx.proto of the ONNX project, IR 10).
const (
	modelGraph = 7
	modelOpset = 8

	opsetDomain  = 1
	opsetVersion = 2

	graphNode        = 1
	graphName        = 2
	graphInitializer = 5
	graphInput       = 11
	graphOutput      = 12

	nodeInput     = 1
	nodeOutput    = 2
	nodeName      = 3
	nodeOpType    = 4
	nodeAttribute = 5
	nodeDomain    = 7

	attributeName   = 1
	attributeInt    = 3
	attributeTensor = 5
	attributeGraph  = 6
	attributeInts   = 8
	attributeType   = 20

	tensorDims   = 1
	tensorKind   = 2
	tensorFloats = 4 // where there are no raw bytes
	tensorInts   = 5 // of the small kinds, where there are no raw bytes
	tensorName   = 8
	tensorBytes  = 9

	valueName     = 1
	valueType     = 2
	typeTensor    = 1
	tensorElement = 1
	tensorShape   = 2
	shapeDim      = 1
	dimValue      = 1
	dimParam      = 2
)

// Kinds of elements, and of attributes.
const (
	float32s = 1
	uint8s   = 2
	int8s    = 3
	int64s   = 7

	attributeIsInt  = 2
	attributeIsInts = 7
)

// A node computes outputs from inputs, both named.
type node struct {
	name, op        string
	inputs, outputs []string
	attributes      [][]byte
	domain          string // empty for what ONNX itself has
}

func parseNode(message []byte) (n node, err error) {
	all, err := fields(message)
	for _, f := range all {
		switch f.number {
		case nodeName:
			n.name = string(f.value)
		case nodeOpType:
			n.op = string(f.value)
		case nodeInput:
			n.inputs = append(n.inputs, string(f.value))
		case nodeOutput:
			n.outputs = append(n.outputs, string(f.value))
		case nodeAttribute:
			n.attributes = append(n.attributes, f.value)
		case nodeDomain:
			n.domain = string(f.value)
		}
	}
	return n, err
}

func (n node) encode() (b []byte) {
	for _, in := range n.inputs {
		b = appendBytes(b, nodeInput, []byte(in))
	}
	for _, out := range n.outputs {
		b = appendBytes(b, nodeOutput, []byte(out))
	}
	b = appendBytes(b, nodeName, []byte(n.name))
	b = appendBytes(b, nodeOpType, []byte(n.op))
	for _, a := range n.attributes {
		b = appendBytes(b, nodeAttribute, a)
	}
	if n.domain != "" {
		b = appendBytes(b, nodeDomain, []byte(n.domain))
	}
	return b
}

// made is a node of one output, after which it is named.
func made(op, output string, inputs ...string) node {
	return node{name: output, op: op, inputs: inputs, outputs: []string{output}}
}

// with returns the node with a further attribute, of one number or of several.
func (n node) with(name string, values ...uint64) node {
	a := appendBytes(nil, attributeName, []byte(name))
	if len(values) == 1 {
		a = appendVarint(a, attributeInt, values[0])
		a = appendVarint(a, attributeType, attributeIsInt)
	} else {
		for _, v := range values {
			a = appendVarint(a, attributeInts, v)
		}
		a = appendVarint(a, attributeType, attributeIsInts)
	}
	n.attributes = append(slices.Clone(n.attributes), a)
	return n
}

// A tensor is a weight.
type tensor struct {
	name  string
	kind  uint64
	dims  []uint64
	other []field // what it holds
}

func parseTensor(message []byte) (t tensor, err error) {
	all, err := fields(message)
	for _, f := range all {
		switch f.number {
		case tensorName:
			t.name = string(f.value)
		case tensorKind:
			t.kind = f.varint()
		case tensorDims:
			if f.kind != protowire.VarintType {
				return t, errors.New("a tensor's dimensions are packed")
			}
			t.dims = append(t.dims, f.varint())
		default:
			t.other = append(t.other, f)
		}
	}
	return t, err
}

func (t tensor) encode() (b []byte) {
	for _, d := range t.dims {
		b = appendVarint(b, tensorDims, d)
	}
	b = appendVarint(b, tensorKind, t.kind)
	for _, f := range t.other {
		b = f.add(b)
	}
	return appendBytes(b, tensorName, []byte(t.name))
}

// weights is a new tensor.
func weights(name string, kind uint64, data []byte, dims ...uint64) tensor {
	return tensor{name, kind, dims, []field{{tensorBytes, protowire.BytesType, data}}}
}

func scalar(name string, v float32) tensor {
	return weights(name, float32s, binary.LittleEndian.AppendUint32(nil, math.Float32bits(v)))
}

// bytes returns the elements of a tensor of bytes.
func (t tensor) bytes() ([]byte, error) {
	for _, f := range t.other {
		switch f.number {
		case tensorBytes:
			return f.value, nil
		case tensorInts:
			if f.kind == protowire.VarintType {
				return []byte{byte(f.varint())}, nil
			}
			values := []byte{}
			for rest := f.value; len(rest) > 0; {
				v, n := binary.Uvarint(rest)
				if n <= 0 {
					return nil, fmt.Errorf("tensor %s cannot be read", t.name)
				}
				values, rest = append(values, byte(v)), rest[n:]
			}
			return values, nil
		}
	}
	return nil, fmt.Errorf("tensor %s holds no bytes", t.name)
}

// floats returns the elements of a tensor of floats.
func (t tensor) floats() ([]float32, error) {
	for _, f := range t.other {
		if (f.number == tensorBytes || f.number == tensorFloats) && t.kind == float32s && len(f.value)%4 == 0 {
			all := make([]float32, len(f.value)/4)
			for i := range all {
				all[i] = math.Float32frombits(binary.LittleEndian.Uint32(f.value[4*i:]))
			}
			return all, nil
		}
	}
	return nil, fmt.Errorf("tensor %s holds no floats", t.name)
}

// signed returns a tensor of bytes from 0 to 255 as one of -128 to 127, each
// less by 128. A product of quantised matrices subtracts the zero point from
// every weight: with both less by the same it is the same.
func (t tensor) signed() (tensor, error) {
	b, err := t.bytes()
	if err != nil || t.kind != uint8s {
		return t, errors.Join(err, fmt.Errorf("tensor %s is of kind %d, not of bytes", t.name, t.kind))
	}
	less := make([]byte, len(b))
	for i, v := range b {
		less[i] = v ^ 0x80
	}
	return weights(t.name, int8s, less, t.dims...), nil
}

// A graph is nodes in the order of their work, weights, and what goes in and
// out.
type graph struct {
	nodes           []node
	weights         []tensor
	inputs, outputs [][]byte // with their types
}

func parseGraph(message []byte) (g graph, err error) {
	all, err := fields(message)
	if err != nil {
		return g, err
	}
	for _, f := range all {
		switch f.number {
		case graphNode:
			n, err := parseNode(f.value)
			if err != nil {
				return g, err
			}
			g.nodes = append(g.nodes, n)
		case graphInitializer:
			t, err := parseTensor(f.value)
			if err != nil {
				return g, err
			}
			g.weights = append(g.weights, t)
		case graphInput:
			g.inputs = append(g.inputs, f.value)
		case graphOutput:
			g.outputs = append(g.outputs, f.value)
		}
	}
	return g, nil
}

func (g graph) encode(name string) (b []byte) {
	for _, n := range g.nodes {
		b = appendBytes(b, graphNode, n.encode())
	}
	b = appendBytes(b, graphName, []byte(name))
	for _, t := range g.weights {
		b = appendBytes(b, graphInitializer, t.encode())
	}
	for _, in := range g.inputs {
		b = appendBytes(b, graphInput, in)
	}
	for _, out := range g.outputs {
		b = appendBytes(b, graphOutput, out)
	}
	return b
}

// branches returns the graphs of an If, by the names of its attributes.
func (n node) branches() (map[string]graph, error) {
	found := map[string]graph{}
	for _, a := range n.attributes {
		all, err := fields(a)
		if err != nil {
			return nil, err
		}
		var name string
		for _, f := range all {
			switch f.number {
			case attributeName:
				name = string(f.value)
			case attributeGraph:
				if found[name], err = parseGraph(f.value); err != nil {
					return nil, err
				}
			}
		}
	}
	return found, nil
}

// constant returns what a node makes that makes always the same.
func (n node) constant() (t tensor, ok bool, err error) {
	if n.op != "Constant" {
		return t, false, nil
	}
	for _, a := range n.attributes {
		all, err := fields(a)
		if err != nil {
			return t, false, err
		}
		for _, f := range all {
			if f.number == attributeTensor {
				t, err = parseTensor(f.value)
				return t, true, err
			}
		}
	}
	return t, false, nil
}

// weight returns the weight of a name.
func (g graph) weight(name string) (tensor, error) {
	i := slices.IndexFunc(g.weights, func(t tensor) bool { return t.name == name })
	if i < 0 {
		return tensor{}, fmt.Errorf("there is no weight %s", name)
	}
	return g.weights[i], nil
}

// maker returns the node that computes a value.
func (g graph) maker(value string) (node, bool) {
	i := slices.IndexFunc(g.nodes, func(n node) bool { return slices.Contains(n.outputs, value) })
	if i < 0 {
		return node{}, false
	}
	return g.nodes[i], true
}

// prune drops nodes and weights that do nothing for the outputs.
func (g *graph) prune(outputs ...string) {
	makes := map[string]int{}
	for i, n := range g.nodes {
		for _, out := range n.outputs {
			makes[out] = i
		}
	}
	works, used := map[int]bool{}, map[string]bool{}
	for open := outputs; len(open) > 0; {
		value := open[0]
		open = open[1:]
		used[value] = true
		if i, ok := makes[value]; ok && !works[i] {
			works[i] = true
			open = append(open, g.nodes[i].inputs...)
		}
	}
	var nodes []node
	for i, n := range g.nodes {
		if works[i] {
			nodes = append(nodes, n)
		}
	}
	g.nodes = nodes
	g.weights = slices.DeleteFunc(g.weights, func(t tensor) bool { return !used[t.name] })
}

// sign makes the weights of all products of quantised matrices signed, and
// their zero points: processors multiply signed by unsigned bytes in one step.
func (g *graph) sign() error {
	due := map[string]bool{}
	for _, n := range g.nodes {
		if n.op == "MatMulInteger" && len(n.inputs) == 4 {
			due[n.inputs[1]], due[n.inputs[3]] = true, true
		}
	}
	for _, n := range g.nodes {
		for i, in := range n.inputs {
			if due[in] && (n.op != "MatMulInteger" || i%2 == 0) {
				return fmt.Errorf("%s is not only multiplied: %s uses it", in, n.name)
			}
		}
	}
	for i, t := range g.weights {
		if !due[t.name] || t.kind == int8s {
			continue
		}
		var err error
		if g.weights[i], err = t.signed(); err != nil {
			return err
		}
	}
	return nil
}

// value describes a value for a graph's inputs or outputs. A dimension is a
// number, or a name where it varies.
func value(name string, kind uint64, dims ...any) []byte {
	var shape []byte
	for _, d := range dims {
		var dim []byte
		switch d := d.(type) {
		case int:
			dim = appendVarint(nil, dimValue, uint64(d))
		case string:
			dim = appendBytes(nil, dimParam, []byte(d))
		}
		shape = appendBytes(shape, shapeDim, dim)
	}
	t := appendBytes(appendVarint(nil, tensorElement, kind), tensorShape, shape)
	return appendBytes(appendBytes(nil, valueName, []byte(name)), valueType, appendBytes(nil, typeTensor, t))
}

// replaceGraph returns a model with another graph, in which nodes may be of
// other domains.
func replaceGraph(model []byte, name string, g graph, domains ...string) ([]byte, error) {
	all, err := fields(model)
	if err != nil {
		return nil, err
	}
	var out []byte
	for _, d := range domains {
		version := appendVarint(appendBytes(nil, opsetDomain, []byte(d)), opsetVersion, 1)
		all = append(all, field{modelOpset, protowire.BytesType, version})
	}
	for _, f := range all {
		if f.number == modelGraph {
			f.value = g.encode(name)
		}
		out = f.add(out)
	}
	return out, nil
}

// graphOf returns the graph of a model.
func graphOf(model []byte) (graph, error) {
	all, err := fields(model)
	if err != nil {
		return graph{}, err
	}
	for _, f := range all {
		if f.number == modelGraph {
			return parseGraph(f.value)
		}
	}
	return graph{}, errors.New("not an ONNX model: it has no graph")
}
