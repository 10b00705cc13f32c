// Package machine looks at the processes of a local stage from outside: their
// processor time and memory, and how fast the machine is at this moment.
package machine

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cuepipe/cuepipe/integration/stack"
)

// tick is the unit of processor time in /proc, on every Linux that Go runs on.
const tick = 10 * time.Millisecond

// A Process is one of a stage.
type Process struct {
	PID int
	// Name is "localstack", "dynamodb", or a function's.
	Name string
}

// Processes lists what runs of a stage: LocalStack, the DynamoDB Local that it
// started, and functions. What functions start themselves is not among them.
func Processes(s *stack.Stack) ([]Process, error) {
	localstack, err := localstack(s)
	if err != nil {
		return nil, err
	}
	found := []Process{{localstack, "localstack"}}
	entries, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(filepath.Base(e))
		if err != nil {
			continue
		}
		// A process that ends meanwhile is none.
		stat, err := fields(pid)
		if err != nil || stat[1] != strconv.Itoa(localstack) {
			continue
		}
		program, err := os.Readlink(e + "/exe")
		if err != nil {
			continue
		}
		switch filepath.Base(program) {
		case "java":
			found = append(found, Process{pid, "dynamodb"})
		case "bootstrap":
			if name := functionName(e); name != "" {
				found = append(found, Process{pid, strings.TrimPrefix(name, "cuepipe-"+s.Stage+"-")})
			}
		}
	}
	return found, nil
}

func localstack(s *stack.Stack) (int, error) {
	b, err := os.ReadFile(filepath.Join(s.RunDir, "processes.json"))
	if err != nil {
		return 0, fmt.Errorf("find LocalStack: %w", err)
	}
	var noted map[string]struct{ PID int }
	if err := json.Unmarshal(b, &noted); err != nil || noted["localstack"].PID == 0 {
		return 0, fmt.Errorf("find LocalStack: processes.json does not name it: %w", err)
	}
	return noted["localstack"].PID, nil
}

func functionName(process string) string {
	env, err := os.ReadFile(process + "/environ")
	if err != nil {
		return ""
	}
	for v := range bytes.SplitSeq(env, []byte{0}) {
		if name, ok := bytes.CutPrefix(v, []byte("AWS_LAMBDA_FUNCTION_NAME=")); ok {
			return string(name)
		}
	}
	return ""
}

// fields are those of a process's stat from the third on: state, parent and so
// on. The second, its name, may hold anything.
func fields(pid int) ([]string, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil, err
	}
	_, after, ok := strings.Cut(string(b[bytes.LastIndexByte(b, ')'):]), " ")
	f := strings.Fields(after)
	if !ok || len(f) < 15 {
		return nil, fmt.Errorf("process %d: its stat is %q", pid, b)
	}
	return f, nil
}

// CPU is the processor time that a process has used itself.
func (p Process) CPU() (time.Duration, error) {
	f, err := fields(p.PID)
	if err != nil {
		return 0, fmt.Errorf("processor time of %s: %w", p.Name, err)
	}
	user, err := strconv.Atoi(f[11])
	if err != nil {
		return 0, err
	}
	system, err := strconv.Atoi(f[12])
	return time.Duration(user+system) * tick, err
}

// Memory is what a process holds and cannot give back, in bytes: anonymous and
// shared pages.
func (p Process) Memory() (int64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.PID))
	if err != nil {
		return 0, fmt.Errorf("memory of %s: %w", p.Name, err)
	}
	var held int64
	for line := range strings.Lines(string(b)) {
		name, value, _ := strings.Cut(line, ":")
		if name != "RssAnon" && name != "RssShmem" {
			continue
		}
		kilobytes, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("memory of %s: %w", p.Name, err)
		}
		held += kilobytes << 10
	}
	return held, nil
}

// Resident is what this process holds now, and the most that it held, in
// megabytes of 1024 × 1024.
func Resident() (now, peak float64, err error) {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, 0, fmt.Errorf("memory of this process: %w", err)
	}
	for line := range strings.Lines(string(b)) {
		name, value, _ := strings.Cut(line, ":")
		to := map[string]*float64{"VmRSS": &now, "VmHWM": &peak}[name]
		if to == nil {
			continue
		}
		kilobytes, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 64)
		if err != nil {
			return 0, 0, fmt.Errorf("memory of this process: %w", err)
		}
		*to = kilobytes / 1024
	}
	if now == 0 || peak == 0 {
		return now, peak, fmt.Errorf("memory of this process: /proc/self/status has no VmRSS or no VmHWM")
	}
	return now, peak, nil
}

// Usage is the processor time of LocalStack, of its DynamoDB Local, and what
// was stolen from the machine, in seconds.
func Usage(s *stack.Stack) (u [3]float64, err error) {
	processes, err := Processes(s)
	if err != nil {
		return u, err
	}
	for _, p := range processes {
		of := map[string]*float64{"localstack": &u[0], "dynamodb": &u[1]}[p.Name]
		if of == nil {
			continue
		}
		used, err := p.CPU()
		if err != nil {
			return u, err
		}
		*of += used.Seconds()
	}
	if u[0] == 0 || u[1] == 0 {
		return u, errors.New("LocalStack or its DynamoDB Local was not found")
	}
	stolen, err := Stolen()
	u[2] = stolen.Seconds()
	return u, err
}

// Stolen is for how long this machine's processors, all together, were wanted
// here and given to others since it was started.
func Stolen() (time.Duration, error) {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	f := strings.Fields(string(b))
	if len(f) < 9 {
		return 0, fmt.Errorf("/proc/stat begins with %q", f)
	}
	ticks, err := strconv.Atoi(f[8])
	return time.Duration(ticks) * tick, err
}

// Description names the machine's processors.
func Description() string {
	b, _ := os.ReadFile("/proc/cpuinfo")
	model := "unknown"
	for line := range strings.Lines(string(b)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			model = strings.TrimSpace(value)
			break
		}
	}
	return fmt.Sprintf("%d x %s", runtime.NumCPU(), model)
}

// Probe does the same work each time, first alone and then twice at once, and
// returns how long that took. On a machine that has two processors for us, both
// are the same.
func Probe() (alone, together time.Duration) {
	work := func() {
		block := make([]byte, 1<<20)
		for range 384 {
			sum := sha256.Sum256(block)
			copy(block, sum[:])
		}
	}
	began := time.Now()
	work()
	alone = time.Since(began)
	began = time.Now()
	var wg sync.WaitGroup
	wg.Go(work)
	wg.Go(work)
	wg.Wait()
	return alone, time.Since(began)
}
