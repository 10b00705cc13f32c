package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

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

func floatWeights(name string, values []float32, dims ...uint64) tensor {
	data := make([]byte, 0, 4*len(values))
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	return weights(name, float32s, data, dims...)
}

func scalar(name string, v float32) tensor { return floatWeights(name, []float32{v}) }

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
