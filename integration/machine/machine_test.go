package machine

import (
	"os"
	"testing"
	"time"
)

func TestThisProcess(t *testing.T) {
	self := Process{os.Getpid(), "test"}
	before, err := self.CPU()
	if err != nil {
		t.Fatal(err)
	}
	held, err := self.Memory()
	if err != nil {
		t.Fatal(err)
	}
	more := make([]byte, 64<<20)
	for i := range more {
		more[i] = byte(i)
	}
	holds, err := self.Memory()
	if err != nil || holds-held < 60<<20 || holds-held > 90<<20 {
		t.Errorf("64 MB more are %d bytes more, %v", holds-held, err)
	}
	for after := before; after < before+200*time.Millisecond; {
		if after, err = self.CPU(); err != nil {
			t.Fatal(err)
		}
		more[0]++
	}
	if _, err := Stolen(); err != nil {
		t.Error(err)
	}
	if _, err := (Process{1 << 30, "nobody"}).CPU(); err == nil {
		t.Error("a process that is not there has used time")
	}
}
