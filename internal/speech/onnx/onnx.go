// Package onnx runs ONNX models in this process through ONNX Runtime's shared
// library. It holds what the engines share: the runtime is started once, every
// session has one thread, and the tensors of a piece of work end with it.
package onnx

import (
	"errors"
	"fmt"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
	"golang.org/x/sys/cpu"
)

var starting sync.Mutex

// Start loads the shared library and starts the runtime, once in a process:
// later calls find it running and return nil, whatever path they name.
func Start(library string) error {
	starting.Lock()
	defer starting.Unlock()
	if ort.IsInitialized() {
		return nil
	}
	ort.SetSharedLibraryPath(library)
	if err := ort.InitializeEnvironment(ort.WithLogLevelError()); err != nil {
		return fmt.Errorf("start ONNX Runtime from %s: %w", library, err)
	}
	if err := shareMemory(); err != nil {
		return errors.Join(fmt.Errorf("give ONNX Runtime its memory: %w", err), ort.DestroyEnvironment())
	}
	return nil
}

// shareMemory gives all sessions one arena, so that what one model's run has
// freed serves the next: by default each session has its own. The arena itself
// is worth its size: without it the decoder takes fresh pages from the kernel at
// every token.
//
// It is one piece of memory, of which the kernel gives what is touched, and what
// is free is cut to what is asked for. If it grew by what is asked for instead,
// every sound longer than all before would leave theirs as holes: 34 MB in hours
// of use.
func shareMemory() error {
	const doubling, first, rest = 0, 128 << 20, 64 << 10 // bytes; a free piece's rest of that much is kept apart
	memory, err := ort.GetMemoryInfo()
	if err != nil {
		return err
	}
	arena, err := ort.NewArenaCfg(0, doubling, first, rest)
	if err != nil {
		return err
	}
	defer arena.Destroy()
	return ort.CreateAndRegisterAllocator(memory, arena)
}

// A Session is one loaded model.
type Session struct {
	path    string
	session *ort.DynamicAdvancedSession
}

// Open loads the model at path, which Start must have preceded. Run takes
// values in the order of inputs and outputs.
//
// One thread: two threads in one session are slower than one on the two cores
// that were measured, and a worker a core is faster than both.
func Open(path string, inputs, outputs []string) (*Session, error) {
	options, err := ort.NewSessionOptions()
	if err != nil {
		return nil, fmt.Errorf("open model %s: %w", path, err)
	}
	defer options.Destroy()
	for _, set := range []func() error{
		func() error { return options.SetIntraOpNumThreads(1) },
		func() error { return options.SetInterOpNumThreads(1) },
		// Patterns of past shapes are of no use: hardly two sounds are of one length.
		func() error { return options.SetMemPattern(false) },
		func() error { return options.AddSessionConfigEntry("session.use_env_allocators", "1") },
		func() error { return options.AddSessionConfigEntry("session.x64quantprecision", unsigned()) },
	} {
		if err := set(); err != nil {
			return nil, fmt.Errorf("open model %s: %w", path, err)
		}
	}
	session, err := ort.NewDynamicAdvancedSession(path, inputs, outputs, options)
	if err != nil {
		return nil, fmt.Errorf("open model %s: %w", path, err)
	}
	return &Session{path, session}, nil
}

// unsigned is "1" on processors that add products of signed and unsigned bytes in
// 16 bits, where they overflow: all x86 ones without VNNI. There the runtime is to
// turn signed weights into unsigned ones at load, which is slower and exact.
func unsigned() string {
	if cpu.X86.HasAVX2 && !cpu.X86.HasAVX512VNNI && !cpu.X86.HasAVXVNNI {
		return "1"
	}
	return "0"
}

// Run computes outputs, which must all be there with their shapes: what the
// runtime would make itself it would also copy, and somebody had to destroy.
func (s *Session) Run(inputs, outputs []ort.Value) error {
	if err := s.session.Run(inputs, outputs); err != nil {
		return fmt.Errorf("run model %s: %w", s.path, err)
	}
	return nil
}

// Close frees the model.
func (s *Session) Close() error {
	if err := s.session.Destroy(); err != nil {
		return fmt.Errorf("close model %s: %w", s.path, err)
	}
	return nil
}

// Tensors are destroyed together. The zero value is ready, and ready again
// after Destroy. The numbers in them are Go's own slices and outlive them.
type Tensors struct{ values []ort.Value }

// Destroy frees all tensors made since the last Destroy.
func (t *Tensors) Destroy() {
	for _, v := range t.values {
		v.Destroy() // releasing memory does not fail; the library returns nil
	}
	clear(t.values)
	t.values = t.values[:0]
}

// New makes a tensor of that shape over data, which must be long enough.
func New[T ort.TensorData](t *Tensors, data []T, shape ...int64) (ort.Value, error) {
	tensor, err := ort.NewTensor(ort.Shape(shape), data)
	if err != nil {
		return nil, fmt.Errorf("make a tensor %v: %w", shape, err)
	}
	t.values = append(t.values, tensor)
	return tensor, nil
}

// NewBool makes a tensor of truth values over data, in which 0 is false.
func NewBool(t *Tensors, data []uint8, shape ...int64) (ort.Value, error) {
	tensor, err := ort.NewCustomDataTensor(ort.Shape(shape), data, ort.TensorElementDataTypeBool)
	if err != nil {
		return nil, fmt.Errorf("make a tensor %v: %w", shape, err)
	}
	t.values = append(t.values, tensor)
	return tensor, nil
}
