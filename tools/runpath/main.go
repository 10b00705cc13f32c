// Command runpath makes a program look for its shared libraries in its own
// folder, and nowhere else: the linker wrote down where they lay when it was
// built, which is a path of that machine. Usage: runpath PROGRAM
package main

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"slices"
)

const origin = "$ORIGIN"

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: runpath PROGRAM")
		os.Exit(2)
	}
	if err := change(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// change writes $ORIGIN over the run path of a program, which is longer.
func change(path string) error {
	program, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read the program: %w", err)
	}
	at, length, err := find(program)
	if err != nil {
		return fmt.Errorf("find the run path of %s: %w", path, err)
	}
	if length < len(origin) {
		return fmt.Errorf("the run path of %s has %d bytes, too few for %s", path, length, origin)
	}
	before, err := needs(program)
	if err != nil {
		return fmt.Errorf("read what %s needs: %w", path, err)
	}
	clear(program[at : at+length]) // the rest of the old path, too
	copy(program[at:], origin)
	// The linker lets one name end with another, and so a name may have been lost.
	if after, err := needs(program); err != nil || !slices.Equal(before, after) {
		return errors.Join(fmt.Errorf("the run path of %s is also another name's end", path), err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("look at the program: %w", err)
	}
	if err := os.WriteFile(path, program, info.Mode().Perm()); err != nil {
		return fmt.Errorf("write the program: %w", err)
	}
	return nil
}

// needs are the libraries and symbols that a program takes from others.
func needs(program []byte) ([]string, error) {
	file, err := elf.NewFile(bytes.NewReader(program))
	if err != nil {
		return nil, err
	}
	names, err := file.ImportedLibraries()
	if err != nil {
		return nil, err
	}
	symbols, err := file.ImportedSymbols()
	if err != nil {
		return nil, err
	}
	for _, s := range symbols {
		names = append(names, s.Name+" "+s.Version)
	}
	return names, nil
}

// find returns where the run path stands in a file.
func find(program []byte) (at, length int, err error) {
	file, err := elf.NewFile(bytes.NewReader(program))
	if err != nil {
		return 0, 0, err
	}
	offsets, err := file.DynValue(elf.DT_RUNPATH)
	if err != nil {
		return 0, 0, err
	}
	names := file.Section(".dynstr")
	if len(offsets) != 1 || names == nil || offsets[0] >= names.Size {
		return 0, 0, errors.New("it has not one run path")
	}
	at = int(names.Offset + offsets[0])
	length = bytes.IndexByte(program[at:], 0)
	if length < 0 {
		return 0, 0, errors.New("its run path has no end")
	}
	return at, length, nil
}
