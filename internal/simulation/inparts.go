package simulation

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/video"
)

// Begin is for upload.Uploader.Create: see videos.Create.
func (p uploads) Begin(context.Context, string, string) (string, error) {
	return "", errors.New("clients of the simulation begin their uploads by themselves")
}

// Abort is for it, too.
func (p uploads) Abort(context.Context, string, string) error {
	return errors.New("clients of the simulation give no upload up")
}

// PresignPart asks nobody: a signature is reckoned.
func (p uploads) PresignPart(context.Context, string, string, int, int64, time.Duration) (string, error) {
	return "", nil
}

func (p uploads) Parts(ctx context.Context, key, id string, after int) (parts []video.Part, next int, err error) {
	parts, err = get(p.w, call{name: "list parts", on: key}, func(Fault) (parts []video.Part, err error) {
		parts, next, err = p.w.run.uploads.Parts(ctx, key, id, after)
		return parts, err
	})
	return parts, next, err
}

// Join is S3's: whole or not at all, and S3 tells of it.
func (p uploads) Join(ctx context.Context, key, id string, parts []video.Part) error {
	return p.w.do(call{name: "join parts", on: key}, func(Fault) error {
		r := p.w.run
		if err := r.uploads.Join(ctx, key, id, parts); err != nil {
			return err
		}
		s, _, err := r.uploads.Stat(ctx, key)
		if err != nil {
			return err
		}
		c := r.clip(p.w.id)
		r.arrived(c, s, c.film)
		return nil
	})
}

// sendParts is a client that goes on with its upload, as the command line does:
// it sends what has not arrived, or now and then a part once more.
func (r *run) sendParts(c *clip) {
	again := 0
	if r.random.IntN(4) == 0 {
		again = 1
	}
	r.callAPI(c, "send", func(ctx context.Context, p *ports) error {
		u := p.uploader()
		there, _, err := u.ListParts(ctx, owner, c.id, 0)
		if err != nil {
			return err
		}
		arrived := map[int]bool{}
		for _, part := range there {
			arrived[part.Number] = part.Number != again
		}
		var numbers []int
		for n := 1; n <= c.upload.Parts(int64(len(filmBytes(c.film)))); n++ {
			if !arrived[n] {
				numbers = append(numbers, n)
			}
		}
		if len(numbers) == 0 {
			return nil
		}
		signed, _, err := u.SignParts(ctx, owner, c.id, numbers)
		if err != nil {
			return err
		}
		for _, part := range signed {
			err := p.w.do(call{name: "send part", on: c.key}, func(Fault) error { return r.sendPart(ctx, c, part.Number, part.Size) })
			if errors.Is(err, video.ErrNoUpload) {
				return nil // it was put together, or given up
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (r *run) sendPart(ctx context.Context, c *clip, number int, size int64) error {
	in, err := memobjects.Bytes(filmBytes(c.film)).Open(ctx, int64(number-1)*c.upload.PartSize, size)
	if err != nil {
		return err
	}
	b, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	if _, err = r.uploads.PutPart(c.key, c.upload.ID, number, b); err == nil {
		c.putAt = r.steps
	}
	return err
}

// beginInParts makes v's file one of some parts.
func (r *run) beginInParts(v *video.Video, film int) error {
	id, err := r.uploads.Begin(context.Background(), v.Source.Key, v.ContentType)
	if err != nil {
		return err
	}
	v.Size = int64(len(filmBytes(film)))
	parts := int64(1 + r.random.IntN(3))
	v.Upload = video.Upload{ID: id, PartSize: (v.Size + parts - 1) / parts}
	return nil
}
