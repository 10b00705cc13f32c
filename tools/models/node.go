package main

import "slices"

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
