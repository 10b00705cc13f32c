package faults

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/integration/faultproxy"
	"github.com/cuepipe/cuepipe/integration/stack"
)

// A service refuses for longer than an invocation may take: the functions try
// again as long as they can, give the message back in time, more than once, and
// when the service is back the video is captioned.
func TestAnOutageLongerThanAnInvocation(t *testing.T) {
	t.Parallel()
	for name, outage := range map[string]faultproxy.Rule{
		"S3 before the captioner":       {Functions: []string{"captioner"}, Operation: "GetObject", Key: "uploads/", Fault: faultproxy.Throttle},
		"DynamoDB before the captioner": {Functions: []string{"captioner"}, Operation: "UpdateItem", Fault: faultproxy.Throttle},
		"SQS before the captioner":      {Functions: []string{"captioner"}, Operation: "SendMessageBatch", Fault: faultproxy.Unavailable},
		"S3 before the transcriber":     {Functions: []string{"transcriber"}, Operation: "GetObject", Key: "uploads/", Fault: faultproxy.Throttle},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			function := outage.Functions[0]
			outage.Name = "outage"
			d := upload(t, "jfk", outage)
			givenBack(t, function, d.id, 2)
			if v := d.At(d.id); v.Ended() {
				t.Fatalf("during the outage the video ended: %+v", v)
			}
			if err := proxy.Drop(t.Context(), outage.Name+" "+d.id); err != nil {
				t.Fatal(err)
			}
			d.endsAsEver()
			settled(t, d)
			// Who dies with its message has no time left for this call.
			if function == "transcriber" {
				d.wait("the change of its message's visibility", func(c faultproxy.Call) bool {
					return c.Operation == "ChangeMessageVisibility" && c.Status == 200
				}, 2)
			}
		})
	}
}

// givenBack waits until a function has given a video's message back so often.
func givenBack(t *testing.T, function, id string, times int) {
	t.Helper()
	for began := time.Now(); time.Since(began) < stack.Patience; time.Sleep(100 * time.Millisecond) {
		log, err := os.ReadFile(filepath.Join(deployed.RunDir, "logs", "cuepipe-test-"+function+".log"))
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for line := range strings.Lines(string(log)) {
			var said struct{ Msg, Err string }
			if json.Unmarshal([]byte(line), &said) == nil && strings.HasPrefix(said.Msg, "message failed") && strings.Contains(said.Err, id) {
				found++
			}
		}
		if found >= times {
			return
		}
	}
	t.Fatalf("the message of %s was not given back %d times after %v", id, times, stack.Patience)
}
