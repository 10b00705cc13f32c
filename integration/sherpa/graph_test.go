package sherpa

import (
	"encoding/binary"
	"math"
)

// A message is one of protobuf, as far as ONNX files need it.
type message []byte

func (m message) number(field int, n int64) message {
	return binary.AppendUvarint(binary.AppendUvarint(m, uint64(field)<<3), uint64(n))
}

func (m message) bytes(field int, b []byte) message {
	m = binary.AppendUvarint(m, uint64(field)<<3|2)
	return append(binary.AppendUvarint(m, uint64(len(b))), b...)
}

func (m message) text(field int, s string) message { return m.bytes(field, []byte(s)) }

// What follows writes graphs; the numbers of fields are those of onnx.proto3.

const float, int32s, int64s = 1, 6, 7 // types of numbers

func node(op string, inputs, outputs []string, attributes ...message) message {
	var m message
	for _, in := range inputs {
		m = m.text(1, in)
	}
	for _, out := range outputs {
		m = m.text(2, out)
	}
	m = m.text(4, op)
	for _, a := range attributes {
		m = m.bytes(5, a)
	}
	return m
}

func attribute(name string, n int64) message {
	return message{}.text(1, name).number(3, n).number(20, 2)
}

func list(name string, values ...int64) message {
	m := message{}.text(1, name).number(20, 7)
	for _, v := range values {
		m = m.number(8, v)
	}
	return m
}

func weights(name string, row ...float32) message { // 1 × n
	var raw message
	for _, v := range row {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return message{}.number(1, 1).number(1, int64(len(row))).number(2, float).text(8, name).bytes(9, raw)
}

func whole(name string, values ...int64) message {
	var raw message
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
	}
	return message{}.number(1, int64(len(values))).number(2, int64s).text(8, name).bytes(9, raw)
}

// value is an input or output; a dimension is a number or a name.
func value(name string, kind int64, shape ...any) message {
	var dims message
	for _, d := range shape {
		switch d := d.(type) {
		case int:
			dims = dims.bytes(1, message{}.number(1, int64(d)))
		case string:
			dims = dims.bytes(1, message{}.text(2, d))
		}
	}
	return message{}.text(1, name).bytes(2, message{}.bytes(1, message{}.number(1, kind).bytes(2, dims)))
}

// onnxFile is a file of these nodes, constants, inputs and outputs.
func onnxFile(nodes, constants, inputs, outputs []message, metadata map[string]string) []byte {
	graph := message{}.text(2, "loudness")
	for field, parts := range map[int][]message{1: nodes, 5: constants, 11: inputs, 12: outputs} {
		for _, p := range parts {
			graph = graph.bytes(field, p)
		}
	}
	file := message{}.number(1, 8).bytes(7, graph).bytes(8, message{}.number(2, 17))
	for key, v := range metadata {
		file = file.bytes(14, message{}.text(1, key).text(2, v))
	}
	return file
}
