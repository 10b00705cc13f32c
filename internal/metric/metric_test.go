package metric

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"testing"
	"time"
)

// What CloudWatch asks of a line: the metric and its dimension are members at
// the top, and _aws names them.
func TestALineIsInTheEmbeddedMetricFormat(t *testing.T) {
	var out bytes.Buffer
	c := Counter{Log: slog.New(slog.NewJSONHandler(&out, nil)), Stage: "prod"}
	c.Add(0, GivenUp)
	if out.Len() != 0 {
		t.Errorf("nothing happened, and the log has %s", out.String())
	}
	c.Add(3, DeadLetters, GivenUp)
	var line struct {
		DeadLetters, GivenUp int
		Stage                string
		AWS                  struct {
			Timestamp         int64
			CloudWatchMetrics []struct {
				Namespace  string
				Dimensions [][]string
				Metrics    []struct{ Name, Unit string }
			}
		} `json:"_aws"`
	}
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("%s: %v", out.String(), err)
	}
	if line.DeadLetters != 3 || line.GivenUp != 3 || line.Stage != "prod" || time.Since(time.UnixMilli(line.AWS.Timestamp)).Abs() > time.Minute || len(line.AWS.CloudWatchMetrics) != 1 {
		t.Fatalf("the line is %s", out.String())
	}
	m := line.AWS.CloudWatchMetrics[0]
	if m.Namespace != Namespace || len(m.Dimensions) != 1 || len(m.Dimensions[0]) != 1 || m.Dimensions[0][0] != Stage ||
		len(m.Metrics) != 2 || m.Metrics[0].Name != DeadLetters || m.Metrics[1].Name != GivenUp || m.Metrics[1].Unit != "Count" {
		t.Errorf("the metric is %+v", m)
	}
}
