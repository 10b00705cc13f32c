package simulation

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/cuepipe/cuepipe/internal/media"
	"github.com/cuepipe/cuepipe/internal/video"
)

// ports are one worker's way to the world. Each call of theirs is a call of
// the worker, at which it stops and which a fault may befall.
type ports struct{ w *worker }

// get makes a call that returns something.
func get[T any](w *worker, c call, effect func(f Fault) (T, error)) (T, error) {
	var got T
	err := w.do(c, func(f Fault) (err error) {
		got, err = effect(f)
		return err
	})
	if errors.Is(err, errInjected) {
		var none T
		return none, err
	}
	return got, err
}

func (p *ports) videos() videos     { return videos{p.w} }
func (p *ports) uploads() uploads   { return uploads{p.w} }
func (p *ports) captions() captions { return captions{p.w} }
func (p *ports) media() sounds      { return sounds{p.w} }
func (p *ports) queues() api        { return api{p.w} }
func (p *ports) backlog() backlog   { return backlog{p.w} }

// videos is the table.
type videos struct{ w *worker }

func (p videos) Get(ctx context.Context, id string) (video.Video, error) {
	return get(p.w, call{name: "get item", on: id}, func(Fault) (video.Video, error) { return p.w.run.videos.Get(ctx, id) })
}

func (p videos) Change(ctx context.Context, id string, c video.Change) (video.Video, error) {
	return get(p.w, call{name: c.Name, on: id}, func(Fault) (video.Video, error) { return p.w.run.change(ctx, p.w, id, c) })
}

// Create is for upload.Videos. Clients of the simulation make their videos by
// themselves, because their ids must be the same each time.
func (p videos) Create(context.Context, video.Video) error {
	return errors.New("the simulation creates no videos")
}

// Unmoved may show the items as they were a moment ago: it reads an index.
func (p videos) Unmoved(ctx context.Context, status video.Status, before time.Time, limit int) ([]video.Video, error) {
	return get(p.w, call{name: "list " + string(status), old: true}, func(f Fault) ([]video.Video, error) {
		return p.w.run.unmoved(ctx, status, before, limit, f == Outdated)
	})
}

// FailedWith is Unmoved for failures.
func (p videos) FailedWith(ctx context.Context, codes []string, before time.Time, limit int) ([]video.Video, error) {
	return get(p.w, call{name: "list failed"}, func(f Fault) ([]video.Video, error) {
		return p.w.run.videos.FailedWith(ctx, codes, before, limit)
	})
}

// uploads is the bucket of what clients put there.
type uploads struct{ w *worker }

func (p uploads) Stat(ctx context.Context, key string) (s video.Source, size int64, err error) {
	err = p.w.do(call{name: "stat upload", on: key}, func(Fault) (err error) {
		s, size, err = p.w.run.uploads.Stat(ctx, key)
		return err
	})
	if errors.Is(err, errInjected) {
		return video.Source{}, 0, err
	}
	return s, size, err
}

func (p uploads) Source(s video.Source, size int64) media.Source {
	return source{p.w.run.uploads.Source(s, size), p.w, s.VersionID}
}

func (p uploads) Remove(ctx context.Context, s video.Source) error {
	return p.w.do(call{name: "remove source", on: s.VersionID}, func(Fault) error { return p.w.run.uploads.Remove(ctx, s) })
}

func (p uploads) RemoveAll(ctx context.Context, key string) error {
	return p.w.do(call{name: "remove all sources", on: key, parts: true}, func(f Fault) error {
		if f == Half || f == CrashedHalf {
			id, _ := video.IDOfSource(key)
			if c := p.w.run.clip(id); c != nil && c.upload.InParts() { // parts go first
				return p.w.run.uploads.Abort(ctx, key, c.upload.ID)
			}
			s, _, err := p.w.run.uploads.Stat(ctx, key)
			if err != nil {
				return err
			}
			return p.w.run.uploads.Remove(ctx, s)
		}
		return p.w.run.uploads.RemoveAll(ctx, key)
	})
}

func (p uploads) Left(ctx context.Context, key string) (bool, error) {
	return get(p.w, call{name: "list sources", on: key}, func(Fault) (bool, error) {
		p.w.listedSources = p.w.run.steps
		return p.w.run.uploads.Left(ctx, key)
	})
}

func (p uploads) PresignPut(context.Context, string, string, int64, time.Duration) (string, map[string]string, error) {
	return "", nil, errors.New("clients of the simulation put their files by themselves")
}

func (p uploads) PresignGet(context.Context, video.Source, string, string, time.Duration) (string, error) {
	return "", errors.New("nobody plays films in the simulation")
}

type source struct {
	media.Source
	w       *worker
	version string
}

func (s source) Open(ctx context.Context, offset, length int64) (io.ReadCloser, error) {
	return get(s.w, call{name: "read source", on: s.version}, func(Fault) (io.ReadCloser, error) {
		return s.Source.Open(ctx, offset, length)
	})
}

// captions is the bucket of what the steps write.
type captions struct{ w *worker }

func (p captions) PutOnce(ctx context.Context, key, contentType string, body []byte) error {
	return p.w.do(call{name: "put " + kind(key), on: key}, func(Fault) error { return p.w.run.put(ctx, p.w, key, contentType, body) })
}

func (p captions) Get(ctx context.Context, key string) ([]byte, error) {
	return get(p.w, call{name: "read " + kind(key), on: key}, func(Fault) ([]byte, error) { return p.w.run.captions.Get(ctx, key) })
}

// PutStream writes first, each call of that being the worker's own, and stores
// then: an object is there whole or not at all.
func (p captions) PutStream(ctx context.Context, key, contentType string, write func(io.Writer) ([]byte, error)) error {
	there, err := get(p.w, call{name: "look for " + kind(key), on: key}, func(Fault) (bool, error) { return p.w.run.stored(key), nil })
	if there || err != nil {
		return err
	}
	var body bytes.Buffer
	head, err := write(&body)
	if err != nil {
		return err
	}
	return p.w.do(call{name: "put " + kind(key), on: key}, func(Fault) error {
		return p.w.run.put(ctx, p.w, key, contentType, append(head, body.Bytes()...))
	})
}

func (p captions) Remove(ctx context.Context, key string) error {
	return p.w.do(call{name: "remove " + kind(key), on: key}, func(Fault) error { return p.w.run.captions.Remove(ctx, key) })
}

func (p captions) RemoveAll(ctx context.Context, prefix string) error {
	return p.w.do(call{name: "remove results", on: prefix, parts: true}, func(f Fault) error {
		if f == Half || f == CrashedHalf {
			for _, key := range p.w.run.captions.Keys() { // the first of them
				if strings.HasPrefix(key, prefix) {
					return p.w.run.captions.RemoveAll(ctx, key)
				}
			}
			return nil
		}
		return p.w.run.captions.RemoveAll(ctx, prefix)
	})
}

func (p captions) Left(ctx context.Context, prefix string) (bool, error) {
	return get(p.w, call{name: "list results", on: prefix}, func(Fault) (bool, error) {
		p.w.listedResults = p.w.run.steps
		return p.w.run.captions.Left(ctx, prefix)
	})
}

// kind of a result, by its name.
func kind(key string) string {
	switch {
	case strings.HasPrefix(key, video.QuarantinePrefix):
		return "quarantine"
	case strings.Contains(key, "/"+video.OwnFolder):
		return "version"
	case strings.HasSuffix(key, ".json"):
		return "part"
	case strings.HasSuffix(key, ".wav"):
		return "sound"
	}
	return "track"
}

// backlog is what SQS says of its queues.
type backlog struct{ w *worker }

func (p backlog) Waiting(context.Context) (uploads, segments int, err error) {
	err = p.w.do(call{name: "ask for backlog"}, func(Fault) error {
		r := p.w.run
		uploads, segments = len(r.visibleIn(r.arrivals)), len(r.visibleIn(r.segments))
		return nil
	})
	return uploads, segments, err
}

// api is SQS, under the adapter that the functions use.
type api struct{ w *worker }

func (p api) SendMessage(_ context.Context, in *sqs.SendMessageInput, _ ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
	return get(p.w, call{name: "announce", on: *in.MessageBody}, func(Fault) (*sqs.SendMessageOutput, error) {
		p.w.run.sendOurs(p.w, *in.QueueUrl, *in.MessageBody, time.Duration(in.DelaySeconds)*time.Second)
		return &sqs.SendMessageOutput{}, nil
	})
}

func (p api) SendMessageBatch(_ context.Context, in *sqs.SendMessageBatchInput, _ ...func(*sqs.Options)) (*sqs.SendMessageBatchOutput, error) {
	var out sqs.SendMessageBatchOutput
	err := p.w.do(call{name: "send jobs", on: *in.Entries[0].MessageBody, parts: true}, func(f Fault) error {
		for n, e := range in.Entries {
			if (f == Half || f == CrashedHalf) && n%2 == 1 {
				out.Failed = append(out.Failed, types.BatchResultErrorEntry{Id: e.Id, Code: aws.String("InternalError")})
				continue
			}
			p.w.run.sendOurs(p.w, *in.QueueUrl, *e.MessageBody, time.Duration(e.DelaySeconds)*time.Second)
		}
		return nil
	})
	if len(out.Failed) > 0 { // SQS says so in its answer, and not by an error
		err = nil
	}
	return &out, err
}

func (p api) ChangeMessageVisibility(context.Context, *sqs.ChangeMessageVisibilityInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error) {
	return nil, errors.New("the simulation's queue sets delays by itself")
}
