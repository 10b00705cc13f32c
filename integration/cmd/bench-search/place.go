package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"

	"github.com/cuepipe/cuepipe/integration/stack"
	"github.com/cuepipe/cuepipe/internal/awscalls"
	"github.com/cuepipe/cuepipe/internal/ddbvideos"
	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/memvideos"
	"github.com/cuepipe/cuepipe/internal/s3objects"
	"github.com/cuepipe/cuepipe/internal/search"
	"github.com/cuepipe/cuepipe/internal/video"
)

// A place is where videos and captions are.
type place struct {
	name    string
	owner   string
	user    string // whose token is the owner's; empty in memory
	videos  videos
	objects objects
	began   time.Time
	ids     []string // of the videos, the oldest first
	// forget removes an item for good; nil where nothing has to be.
	forget func(ctx context.Context, id string) error
}

type videos interface {
	search.Videos
	Create(ctx context.Context, v video.Video) error
	Get(ctx context.Context, id string) (video.Video, error)
}

type objects interface {
	search.Objects
	PutOnce(ctx context.Context, key, contentType string, body []byte) error
	RemoveAll(ctx context.Context, prefix string) error
}

// searcher is what a process has that was just started.
func (p *place) searcher() *search.Searcher {
	return &search.Searcher{Videos: p.videos, Objects: p.objects, Log: slog.New(slog.DiscardHandler)}
}

func inMemory(ctx context.Context, f *films) (*place, error) {
	p := &place{name: "memory", owner: video.OwnerID("memory", "bench"), videos: &memvideos.Store{}, objects: &memobjects.Captions{}}
	return p, p.fill(ctx, f)
}

func onStage(ctx context.Context, s *stack.Stack, f *films) (*place, error) {
	user := "bench-search-" + video.NewID()
	counted := func(stack *middleware.Stack) error { return awscalls.Count(stack) }
	objects := s3.New(s.S3.Options(), func(o *s3.Options) { o.APIOptions = append(o.APIOptions, counted) })
	items := dynamodb.New(s.DynamoDB.Options(), func(o *dynamodb.Options) { o.APIOptions = append(o.APIOptions, counted) })
	table := s.Output("Table")
	p := &place{name: "adapters, " + s.Stage, owner: video.OwnerID(s.Issuer, user), user: user,
		videos:  ddbvideos.Store{API: items, Table: table},
		objects: s3objects.Captions{Client: objects, Bucket: s.Output("CaptionsBucket")}}
	p.forget = func(ctx context.Context, id string) error {
		_, err := items.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &table, Key: map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: id}}})
		return err
	}
	if err := p.fill(ctx, f); err != nil {
		return nil, errors.Join(err, p.clear(context.WithoutCancel(ctx)))
	}
	return p, nil
}

// fill makes all the videos but one, which add makes. They are ready.
func (p *place) fill(ctx context.Context, f *films) error {
	p.began = time.Now().UTC().Add(-time.Duration(f.videos) * time.Second)
	made := make([]video.Video, f.videos-1)
	for n := range made {
		made[n] = p.video(n)
		p.ids = append(p.ids, made[n].ID)
	}
	return atOnce(len(made), func(n int) error { return p.store(ctx, made[n], f.vtt(n)) })
}

// add makes one more.
func (p *place) add(ctx context.Context, f *films) error {
	n := len(p.ids)
	v := p.video(n)
	p.ids = append(p.ids, v.ID)
	return p.store(ctx, v, f.vtt(n))
}

// video is the item of one, as it is once the captions are there.
func (p *place) video(n int) video.Video {
	v := video.New(p.owner, fmt.Sprintf("film %d.mp4", n), "video/mp4", 1<<30, p.began.Add(time.Duration(n)*time.Second), time.Time{})
	v.Status, v.Duration, v.SegmentLength, v.Segments = video.Ready, 10*time.Minute, 2*time.Minute, 5
	formats := map[string]string{}
	for _, f := range []string{"vtt", "srt", "ttml", "sbv", "txt", "json", "report"} {
		formats[f] = video.ResultsPrefix + v.ID + "/1/en." + f
	}
	v.Tracks = []video.Track{{Name: "en", Language: "en", Kind: video.Machine, Engine: "bench 1", Cues: 150, Formats: formats}}
	return v
}

func (p *place) store(ctx context.Context, v video.Video, vtt []byte) error {
	if err := p.objects.PutOnce(ctx, v.Tracks[0].Formats["vtt"], "text/vtt", vtt); err != nil {
		return err
	}
	return p.videos.Create(ctx, v)
}

// clear removes what fill and searches made.
func (p *place) clear(ctx context.Context) error {
	err := atOnce(len(p.ids), func(n int) error {
		return errors.Join(p.objects.RemoveAll(ctx, video.ResultsPrefix+p.ids[n]+"/"), p.forget(ctx, p.ids[n]))
	})
	return errors.Join(err, p.objects.RemoveAll(ctx, video.SearchFolder(p.owner)))
}

// atOnce does n things, 16 at a time.
func atOnce(n int, do func(int) error) error {
	errs := make([]error, 16)
	var all sync.WaitGroup
	for first := range errs {
		all.Go(func() {
			for i := first; i < n && errs[first] == nil; i += len(errs) {
				errs[first] = do(i)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}
