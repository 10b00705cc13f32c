package main

import (
	"fmt"
	"slices"
)

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
