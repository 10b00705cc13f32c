package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/cuepipe/cuepipe/integration/films"
)

// large makes a film of 15 seconds that is so large by a box of nothing at its
// end (ISO/IEC 14496-12, "free"), and takes no room on a disk for it.
func large(ctx context.Context, dir string, size int64) (string, error) {
	small, err := films.Long(ctx, 15*time.Second)
	if err != nil {
		return "", err
	}
	from, err := os.Open(small)
	if err != nil {
		return "", err
	}
	defer from.Close()
	path := filepath.Join(dir, "large.mp4")
	to, err := os.Create(path)
	if err != nil {
		return "", err
	}
	defer to.Close()
	n, err := io.Copy(to, from)
	if err != nil {
		return "", err
	}
	if size < n+16 {
		return "", fmt.Errorf("a film of %d bytes cannot be of %d", n, size)
	}
	box := binary.BigEndian.AppendUint32(nil, 1) // the length comes after the name, in 64 bits
	box = append(box, "free"...)
	box = binary.BigEndian.AppendUint64(box, uint64(size-n))
	if _, err := to.Write(box); err != nil {
		return "", err
	}
	return path, to.Truncate(size)
}

// memory is the peak of a process's resident memory, in bytes.
func memory(pid int) (int64, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var kib int64
		if n, _ := fmt.Sscanf(lines.Text(), "VmHWM: %d kB", &kib); n == 1 {
			return kib << 10, nil
		}
	}
	return 0, fmt.Errorf("process %d tells no peak", pid)
}
