package main

import (
	"errors"
	"fmt"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field numbers of onnx.proto (onnx/onnx.proto of the ONNX project, IR 10).
const (
	modelGraph = 7

	graphNode   = 1
	graphOutput = 12

	nodeOutput    = 2
	nodeName      = 3
	nodeOpType    = 4
	nodeAttribute = 5

	attributeGraph = 6

	valueInfoName = 1
	valueInfoType = 2
	typeTensor    = 1
	tensorElement = 1
	tensorShape   = 2
	shapeDim      = 1
	dimParam      = 2

	elementFloat = 1
)

// AddCrossAttention returns the model of an Optimum "merged" decoder, whose
// only node is an If with one branch for the first token and one for the
// rest, with further outputs cross_attentions.0, .1, …: the probabilities
// [batch, heads, tokens, encoder frames] with which each layer attended to
// the sound. The tensors exist in both branches; they are only let out.
//
// The message is edited field by field instead of being parsed and written
// anew, so that all else keeps its bytes.
func AddCrossAttention(model []byte) ([]byte, error) {
	layers := 0
	out, err := rewrite(model, modelGraph, func(graph []byte) ([]byte, error) {
		found := false
		graph, err := rewrite(graph, graphNode, func(node []byte) ([]byte, error) {
			if opType, err := text(node, nodeOpType); err != nil || opType != "If" {
				return node, err
			}
			if found {
				return nil, errors.New("more than one If node in the main graph: not a merged decoder")
			}
			found = true
			node, n, err := letOut(node)
			layers = n
			return node, err
		})
		if err != nil {
			return nil, err
		}
		for i := range layers {
			graph = appendBytes(graph, graphOutput, floatTensor(outputName(i)))
		}
		return graph, nil
	})
	if err != nil {
		return nil, err
	}
	if layers == 0 {
		return nil, errors.New("no cross attention found: not a merged decoder")
	}
	return out, nil
}

// letOut adds the attention of each layer to the outputs of an If node and of
// both its branches. It returns the node and the number of layers.
func letOut(node []byte) ([]byte, int, error) {
	var perBranch []int
	node, err := rewrite(node, nodeAttribute, func(attribute []byte) ([]byte, error) {
		return rewrite(attribute, attributeGraph, func(branch []byte) ([]byte, error) {
			names, err := attentions(branch)
			if err != nil {
				return nil, err
			}
			for _, name := range names {
				branch = appendBytes(branch, graphOutput, floatTensor(name))
			}
			perBranch = append(perBranch, len(names))
			return branch, nil
		})
	})
	if err != nil {
		return nil, 0, err
	}
	if len(perBranch) != 2 || perBranch[0] != perBranch[1] {
		return nil, 0, fmt.Errorf("the branches attend to the sound in %v layers; two equal numbers were expected", perBranch)
	}
	for i := range perBranch[0] {
		node = appendBytes(node, nodeOutput, []byte(outputName(i)))
	}
	return node, perBranch[0], nil
}

func outputName(layer int) string { return fmt.Sprintf("cross_attentions.%d", layer) }

// attentions returns the names of the results of the soft-max nodes over the
// encoder's frames, in the order of the layers.
func attentions(graph []byte) (names []string, err error) {
	_, err = rewrite(graph, graphNode, func(node []byte) ([]byte, error) {
		opType, err := text(node, nodeOpType)
		if err != nil {
			return nil, err
		}
		name, err := text(node, nodeName)
		if err != nil {
			return nil, err
		}
		if opType == "Softmax" && strings.Contains(name, "encoder_attn") {
			output, err := text(node, nodeOutput)
			if err != nil {
				return nil, err
			}
			names = append(names, output)
		}
		return node, nil
	})
	return names, err
}

// floatTensor is a ValueInfoProto of a float tensor with four dimensions of
// any size.
func floatTensor(name string) []byte {
	var shape []byte
	for i := range 4 {
		dim := appendBytes(nil, dimParam, fmt.Appendf(nil, "attention_%d", i))
		shape = appendBytes(shape, shapeDim, dim)
	}
	tensor := protowire.AppendTag(nil, tensorElement, protowire.VarintType)
	tensor = protowire.AppendVarint(tensor, elementFloat)
	tensor = appendBytes(tensor, tensorShape, shape)
	info := appendBytes(nil, valueInfoName, []byte(name))
	return appendBytes(info, valueInfoType, appendBytes(nil, typeTensor, tensor))
}

// rewrite returns message with the bytes of every field of that number
// replaced by what edit makes of them; all other fields stay as they are.
func rewrite(message []byte, field protowire.Number, edit func([]byte) ([]byte, error)) ([]byte, error) {
	out := make([]byte, 0, len(message)+1024)
	for len(message) > 0 {
		number, kind, tagLength := protowire.ConsumeTag(message)
		if tagLength < 0 {
			return nil, fmt.Errorf("not an ONNX model: %w", protowire.ParseError(tagLength))
		}
		length := protowire.ConsumeFieldValue(number, kind, message[tagLength:])
		if length < 0 {
			return nil, fmt.Errorf("not an ONNX model: %w", protowire.ParseError(length))
		}
		raw := message[:tagLength+length]
		if number == field && kind == protowire.BytesType {
			value, _ := protowire.ConsumeBytes(message[tagLength:])
			// Without its spare capacity, which is the rest of message.
			edited, err := edit(value[:len(value):len(value)])
			if err != nil {
				return nil, err
			}
			out = appendBytes(out, number, edited)
		} else {
			out = append(out, raw...)
		}
		message = message[len(raw):]
	}
	return out, nil
}

// text returns the last value of a string field, as protobuf readers do.
func text(message []byte, field protowire.Number) (value string, err error) {
	_, err = rewrite(message, field, func(b []byte) ([]byte, error) {
		value = string(b)
		return b, nil
	})
	return value, err
}

func appendBytes(message []byte, field protowire.Number, value []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(message, field, protowire.BytesType), value)
}
