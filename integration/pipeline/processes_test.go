package pipeline

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// functionName is a function's name in the stack.
func functionName(short string) string { return "cuepipe-test-" + short }

// kill waits for a process of the function that is in the middle of its work,
// kills it and returns its id; 0 when the work was over before it was seen.
func kill(t *testing.T, function string, inTheMiddle func(pid int) bool, over func() bool) int {
	t.Helper()
	for look := 1; ; look++ {
		for _, pid := range processesOf(function) {
			if !inTheMiddle(pid) {
				continue
			}
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				t.Fatalf("kill %d: %v", pid, err)
			}
			return pid
		}
		if look%100 == 0 && over() {
			return 0
		}
		time.Sleep(time.Millisecond)
	}
}

// processesOf finds a function's own processes by their environment; what they
// started themselves has it too, but another program.
func processesOf(function string) []int {
	var pids []int
	entries, _ := filepath.Glob("/proc/[0-9]*")
	for _, e := range entries {
		program, err := os.Readlink(e + "/exe")
		if err != nil || !strings.HasSuffix(program, "/bootstrap") {
			continue
		}
		env, err := os.ReadFile(e + "/environ")
		if err != nil {
			continue
		}
		if bytes.Contains(append([]byte{0}, env...), []byte("\x00AWS_LAMBDA_FUNCTION_NAME="+functionName(function)+"\x00")) {
			if pid, err := strconv.Atoi(filepath.Base(e)); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

// children returns the names of the programs that a process started.
func children(pid int) []string {
	var names []string
	lists, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/children")
	for _, l := range lists {
		b, err := os.ReadFile(l)
		if err != nil {
			continue
		}
		for _, child := range strings.Fields(string(b)) {
			if program, err := os.Readlink("/proc/" + child + "/exe"); err == nil {
				names = append(names, filepath.Base(program))
			}
		}
	}
	return names
}

func alive(pid int) bool {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !strings.Contains(string(b), ") Z ")
}
