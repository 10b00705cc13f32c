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
	// GivenUp is what somebody should look at, for one alarm: all of the dead
	// letters and of the quarantined, and videos that were started again and
	// still did not move.
	GivenUp = "GivenUp"
)

// A Counter counts for one stage.
type Counter struct {
	Log   *slog.Logger
	Stage string
}

// Add adds n to each of the metrics that are named; nothing is written for 0.
func (c Counter) Add(n int, names ...string) {
	if n == 0 {
		return
	}
	counts, metrics := []any{Stage, c.Stage}, []map[string]string{}
	for _, name := range names {
		counts = append(counts, name, n)
		metrics = append(metrics, map[string]string{"Name": name, "Unit": "Count"})
	}
	c.Log.Info("counted", append(counts, slog.Group("_aws",
		"Timestamp", time.Now().UnixMilli(),
		"CloudWatchMetrics", []map[string]any{{"Namespace": Namespace, "Dimensions": [][]string{{Stage}}, "Metrics": metrics}}))...)
}
