package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/cuepipe/cuepipe/integration/functionlog"
	"github.com/cuepipe/cuepipe/integration/machine"
	"github.com/cuepipe/cuepipe/internal/client"
)

// lookEvery is how often the logs are looked at. They are files: to look costs
// the pipeline nothing, and the times are those of the lines.
const lookEvery = 200 * time.Millisecond

// workers holds the transcribers' pollers back to n, or lets them go.
func (b *bench) workers(ctx context.Context, n int) error {
	if b.held == n {
		return nil
	}
	file := pollers(b.stack)
	if n == most {
		if err := os.Remove(file); err != nil {
			return err
		}
	} else {
		said, err := json.Marshal(map[string]int{b.stack.Output("TranscriberFunction"): n})
		if err != nil {
			return err
		}
		if err := os.WriteFile(file, said, 0o644); err != nil {
			return err
		}
	}
	b.held = n
	// A poll that is under way, of 5 s at most, was begun before this.
	return pause(ctx, 6*time.Second)
}

// warm sends a film for each transcriber through the pipeline, so that all have
// started.
func (b *bench) warm(ctx context.Context, path string) error {
	log, err := functionlog.Follow(b.stack)
	if err != nil {
		return err
	}
	var ids []string
	for range most {
		v, _, err := b.upload(ctx, path)
		if err != nil {
			return err
		}
		ids = append(ids, v.ID)
	}
	if _, _, err := b.until(ctx, log, ids...); err != nil {
		return err
	}
	for _, id := range ids {
		if err := b.client.Delete(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// film sends one film through the pipeline, with nothing beside it.
func (b *bench) film(ctx context.Context, minutes int, path string, workers int) (figures, error) {
	f := figures{Minutes: minutes, Workers: workers}
	alone, together := machine.Probe()
	f.Probe, f.Probe2 = alone.Seconds(), together.Seconds()
	info, err := os.Stat(path)
	if err != nil {
		return f, err
	}
	f.Size = info.Size()
	log, err := functionlog.Follow(b.stack)
	if err != nil {
		return f, err
	}
	v, uploaded, err := b.upload(ctx, path)
	if err != nil {
		return f, err
	}
	before, err := machine.Usage(b.stack) // what the upload itself took is nobody's here
	if err != nil {
		return f, err
	}
	lines, size, err := b.until(ctx, log, v.ID)
	if err != nil {
		return f, err
	}
	after, err := machine.Usage(b.stack)
	if err != nil {
		return f, err
	}
	f.LocalStack, f.DynamoDB, f.Stolen = after[0]-before[0], after[1]-before[1], after[2]-before[2]
	f.LogBytes = size
	if err := f.read(lines, v.ID, uploaded); err != nil {
		return f, err
	}
	return f, b.client.Delete(ctx, v.ID)
}

func (b *bench) upload(ctx context.Context, path string) (client.Video, time.Time, error) {
	file, err := os.Open(path)
	if err != nil {
		return client.Video{}, time.Time{}, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return client.Video{}, time.Time{}, err
	}
	v, ticket, err := b.client.Create(ctx, client.File{Filename: filepath.Base(path), Size: info.Size(), ContentType: "video/mp4"})
	if err != nil {
		return v, time.Time{}, err
	}
	err = b.client.Upload(ctx, ticket, file, info.Size(), nil)
	return v, time.Now(), err
}

// patience bounds a film's way: an hour of film takes some five minutes.
const patience = 2 * time.Hour

// until follows the log until the videos are ready and every invocation is
// reported, and returns all lines and their size.
func (b *bench) until(ctx context.Context, log *functionlog.Log, ids ...string) ([]functionlog.Line, int64, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	open := map[string]bool{}
	for _, id := range ids {
		open[id] = true
	}
	running := map[string]bool{}
	var all []functionlog.Line
	var size int64
	for {
		lines, n, err := log.Next()
		if err != nil {
			return nil, 0, err
		}
		all, size = append(all, lines...), size+n
		for _, l := range lines {
			switch {
			case l.Type == functionlog.Started:
				running[l.Record.RequestID] = true
			case l.Type == functionlog.Reported:
				delete(running, l.Record.RequestID)
				if l.Record.Status != "success" {
					return nil, 0, fmt.Errorf("an invocation of the %s ended with %q", l.Function, l.Record.Status)
				}
			case l.Level == "ERROR":
				return nil, 0, fmt.Errorf("the %s says: %s", l.Function, l.Message)
			case open[l.Video] && (l.Status == client.Failed || l.Status == client.Uncaptioned):
				return nil, 0, fmt.Errorf("the film ended as %s", l.Status)
			case open[l.Video] && l.Status == client.Ready:
				delete(open, l.Video)
			}
		}
		if len(open) == 0 && len(running) == 0 {
			return all, size, nil
		}
		if err := pause(ctx, lookEvery); err != nil {
			return nil, 0, fmt.Errorf("%d films are not ready: %w", len(open), err)
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
