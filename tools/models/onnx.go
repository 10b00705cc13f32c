package main

import (
	"errors"

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
