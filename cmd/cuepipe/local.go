package main

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/client"
	"github.com/cuepipe/cuepipe/internal/media"
	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/memvideos"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/moonshine"
	"github.com/cuepipe/cuepipe/internal/video"
)

// local captions in this process: the steps of the service, over memory.
type local struct {
	prober   captioning.Prober
	decoder  captioning.Decoder
	detector captioning.Detector
	engine   speech.Engine
	release  func()
	options  video.Options
	captions memobjects.Captions
	videos   memvideos.Store
}

func loadLocal(assets string) (*local, error) {
	engine, err := moonshine.Load(filepath.Join(assets, recogniserDir))
	if err != nil {
		return nil, say("The recogniser could not be loaded: %w. Fetch it again with tools/fetch/recogniser.sh.", err)
	}
	tools := media.Tools{FFmpeg: filepath.Join(assets, ffmpegFile), FFprobe: filepath.Join(assets, ffprobeFile)}
	return &local{prober: tools, decoder: tools, detector: engine, engine: speech.Checked{Engine: engine}, release: func() { _ = engine.Close() }}, nil
}

func (l *local) caption(ctx context.Context, file *os.File, show func(state)) (client.Video, error) {
	source, err := media.OpenFile(file.Name())
	if err != nil {
		return client.Video{}, say("%s cannot be read: %w.", file.Name(), err)
	}
	defer source.Close()

	v := video.New("local", filepath.Base(file.Name()), "", source.Size(), time.Now(), time.Time{})
	v.Options = l.options
	var uploads memobjects.Uploads
	uploads.Put(v.Source.Key, source)
	if err := l.videos.Create(ctx, v); err != nil {
		return client.Video{}, err
	}
	if err := l.steps(ctx, v.ID, &uploads, show); err != nil {
		if ctx.Err() != nil {
			return client.Video{}, context.Cause(ctx)
		}
		return client.Video{}, say("Captioning failed on this machine: %w.", err)
	}
	v, err = l.videos.Get(ctx, v.ID)
	return asClient(v), err
}

// steps does what the queues of a service would have done, one message after
// the other. A failure ends it: here nobody delivers the message again.
func (l *local) steps(ctx context.Context, id string, uploads *memobjects.Uploads, show func(state)) error {
	watched := watchedVideos{&l.videos, show}
	var arrivals memobjects.Arrivals
	var jobs memobjects.Segments
	log := slog.New(slog.DiscardHandler)
	planner := captioning.Planner{Videos: watched, Uploads: uploads, Prober: l.prober, Segments: &jobs, Log: log}
	transcriber := captioning.Transcriber{Videos: watched, Uploads: uploads, Captions: &l.captions, Arrivals: &arrivals, Decoder: l.decoder,
		Detector: l.detector, Engine: watchedEngine{l.engine, watched, id}, Log: log}
	if err := planner.Arrived(ctx, captioning.Arrival{VideoID: id}); err != nil {
		return err
	}
	for {
		if arrival, ok := arrivals.Next(); ok {
			if err := planner.Arrived(ctx, arrival); err != nil {
				return err
			}
			continue
		}
		job, ok := jobs.Next()
		if !ok {
			return nil
		}
		if err := transcriber.Segment(ctx, job); err != nil {
			return err
		}
	}
}

// Track returns a track of the video that was captioned.
func (l *local) Track(ctx context.Context, id, track, format string) ([]byte, error) {
	v, err := l.videos.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	t, _ := v.Track(track)
	return l.captions.Get(ctx, t.Formats[format])
}

// Early returns what there is of the video's captions, as WebVTT.
func (l *local) Early(ctx context.Context, id string) (client.Captions, error) {
	v, err := l.videos.Get(ctx, id)
	if err != nil {
		return client.Captions{}, err
	}
	track, until, err := captioning.Early{Captions: &l.captions}.Track(ctx, v)
	if err != nil {
		return client.Captions{}, err
	}
	var b bytes.Buffer
	err = caption.WritePartialVTT(&b, track, until)
	return client.Captions{Body: b.Bytes(), Partial: true, Until: until.Seconds()}, err
}

// watchedVideos shows every change, but for the moment in the queue, in which
// nobody waits here.
type watchedVideos struct {
	*memvideos.Store
	show func(state)
}

func (w watchedVideos) Change(ctx context.Context, id string, c video.Change) (video.Video, error) {
	v, err := w.Store.Change(ctx, id, c)
	if err == nil && v.Status != video.Queued {
		w.show(stateOf(asClient(v)))
	}
	return v, err
}

// watchedEngine shows how far an engine has heard, more often than the steps
// write it.
type watchedEngine struct {
	speech.Engine
	videos watchedVideos
	id     string
}

func (w watchedEngine) Recognise(ctx context.Context, pcm []int16, progress func(time.Duration)) (speech.Transcript, error) {
	return w.Engine.Recognise(ctx, pcm, func(until time.Duration) {
		progress(until)
		if v, err := w.videos.Get(ctx, w.id); err == nil {
			v.Heard = map[int]time.Duration{len(v.Done): until} // segments are done in their order here
			w.videos.show(stateOf(asClient(v)))
		}
	})
}

// asClient is a video as a service would tell it.
func asClient(v video.Video) client.Video {
	c := client.Video{ID: v.ID, Title: v.Title, Size: v.Size, Options: client.Options(v.Options), Status: string(v.Status), Duration: v.Duration.Seconds(),
		Failure: (*client.Failure)(v.Failure), CreatedAt: v.CreatedAt, UpdatedAt: v.UpdatedAt}
	if v.Segments > 0 {
		c.Progress = &client.Progress{Done: len(v.Done), Total: v.Segments, Heard: v.SoundHeard().Seconds()}
		if left, ok := v.TimeLeft(time.Now()); ok {
			seconds := int(left.Seconds())
			c.Progress.SecondsLeft = &seconds
		}
	}
	for _, t := range v.Tracks {
		c.Tracks = append(c.Tracks, client.Track{Name: t.Name, Language: t.Language, Kind: string(t.Kind), Engine: t.Engine, Cues: t.Cues, Formats: t.Formats})
	}
	return c
}
