package functionlog

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/cuepipe/cuepipe/integration/stack"
)

func TestALogIsFollowedFromNowOn(t *testing.T) {
	s := &stack.Stack{Stage: "test", RunDir: t.TempDir()}
	logs := filepath.Join(s.RunDir, "logs")
	if err := os.Mkdir(logs, 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(function, text string) {
		t.Helper()
		f, err := os.OpenFile(filepath.Join(logs, "cuepipe-test-"+function+".log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.WriteString(text); err != nil {
			t.Fatal(err)
		}
	}
	write("transcriber", `{"msg":"before","video":"a"}`+"\n")
	log, err := Follow(s)
	if err != nil {
		t.Fatal(err)
	}
	next := func() []Line {
		t.Helper()
		lines, _, err := log.Next()
		if err != nil {
			t.Fatal(err)
		}
		return lines
	}
	if got := next(); len(got) != 0 {
		t.Errorf("nothing was written, and there is %+v", got)
	}
	write("transcriber", `{"time":"2026-11-22T03:40:35.079950543Z","msg":"segment recognised","video":"b","segment":3,"read_bytes":0,"recognise_ms":776}`+"\n"+"panic: no JSON\n"+`{"type":"platf`)
	write("captioner", `{"time": "2026-11-22T03:40:14.334Z", "type": "platform.initReport", "record": {"pid": 12073, "durationMs": 2090.18, "cpuMs": 90}}`+"\n")
	got := next()
	if len(got) != 2 || got[0].Function != "captioner" || got[0].Record.PID != 12073 || got[0].Record.CPUMS != 90 ||
		got[1].Segment != 3 || got[1].RecogniseMS != 776 || got[1].ReadBytes == nil || got[1].Time.IsZero() {
		t.Fatalf("%+v", got)
	}
	write("transcriber", `orm.report","record":{"requestId":"r","metrics":{"maxMemoryUsedMB":173,"cpuMs":950.5}}}`+"\n")
	if got = next(); len(got) != 1 || got[0].Type != Reported || got[0].Record.Metrics.MemoryMB != 173 || got[0].Record.Metrics.CPUMS != 950.5 {
		t.Errorf("the line of two halves: %+v", got)
	}
	if whole, _, err := Open(s).Next(); err != nil || len(whole) != 4 || whole[1].Message != "before" {
		t.Errorf("from the beginning: %+v, %v", whole, err)
	}
}
