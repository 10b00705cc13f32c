package main

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// A field is one of a protobuf message, with its bytes as they are.
type field struct {
	number protowire.Number
	kind   protowire.Type
	value  []byte // of a field of bytes: the bytes; else the encoded value
}

// fields splits a message. The values are parts of it, without spare capacity.
func fields(message []byte) (all []field, err error) {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return nil, fmt.Errorf("not an ONNX model: %w", protowire.ParseError(n))
		}
		message = message[n:]
		if n = protowire.ConsumeFieldValue(number, kind, message); n < 0 {
			return nil, fmt.Errorf("not an ONNX model: %w", protowire.ParseError(n))
		}
		f := field{number, kind, message[:n:n]}
		if kind == protowire.BytesType {
			b, _ := protowire.ConsumeBytes(message)
			f.value = b[:len(b):len(b)]
		}
		all = append(all, f)
		message = message[n:]
	}
	return all, nil
}

// add appends a field to a message.
func (f field) add(message []byte) []byte {
	if f.kind == protowire.BytesType {
		return appendBytes(message, f.number, f.value)
	}
	return append(protowire.AppendTag(message, f.number, f.kind), f.value...)
}

// varint is the value of a field of a whole number.
func (f field) varint() uint64 {
	v, _ := protowire.ConsumeVarint(f.value)
	return v
}

func appendBytes(message []byte, number protowire.Number, value []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(message, number, protowire.BytesType), value)
}

func appendVarint(message []byte, number protowire.Number, value uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(message, number, protowire.VarintType), value)
}
