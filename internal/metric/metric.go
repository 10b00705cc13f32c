// Package metric counts what happened, for alarms and graphs. CloudWatch reads
// the counts from the log's lines (embedded metric format), so that no call is
// made for them, and nothing is counted while nothing happens.
package metric

import (
	"log/slog"
	"time"
)

// Where CloudWatch puts the counts, on which alarms depend: the namespace, and
// the one dimension, which is the stage.
const (
	Namespace = "Cuepipe"
	Stage     = "Stage"
)

// What is counted.
const (
	DeadLetters = "DeadLetters" // messages of videos that failed every try
	Quarantined = "Quarantined" // messages that name no video
	Swept       = "Swept"       // videos that did not move and were started again
	GivenUp     = "GivenUp"     // videos that were started again and still did not move
)

// A Counter counts for one stage.
type Counter struct {
	Log   *slog.Logger
	Stage string
}

// Add adds n to a metric; nothing is written for 0.
func (c Counter) Add(name string, n int) {
	if n == 0 {
		return
	}
	c.Log.Info("counted", name, n, Stage, c.Stage, slog.Group("_aws",
		"Timestamp", time.Now().UnixMilli(),
		"CloudWatchMetrics", []map[string]any{{
			"Namespace": Namespace, "Dimensions": [][]string{{Stage}}, "Metrics": []map[string]string{{"Name": name, "Unit": "Count"}},
		}}))
}
