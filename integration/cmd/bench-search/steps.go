package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/cuepipe/cuepipe/integration/stack"
	"github.com/cuepipe/cuepipe/internal/awscalls"
	"github.com/cuepipe/cuepipe/internal/search"
	"github.com/cuepipe/cuepipe/internal/video"
)

// often is how often a search is repeated where it can be, for its median.
const often = 15

// measure searches by the package itself, as a process does from its start. The
// place has one video more after it.
func (p *place) measure(ctx context.Context, f *films, print func(any) error) error {
	one, err := p.videos.Get(ctx, p.ids[f.videos/2])
	if err != nil {
		return err
	}
	var s *search.Searcher
	ask := func(ctx context.Context, words string, alone bool) (answer, error) {
		q, err := search.Parse(words)
		if err != nil {
			return answer{}, err
		}
		ctx, calls := awscalls.Counted(ctx)
		var r search.Result
		if alone {
			captions, _ := search.First(one)
			r, err = s.Video(ctx, one, captions, q, mostHits)
		} else {
			r, err = s.All(ctx, p.owner, q, mostHits)
		}
		return answer{len(r.Hits), r.Videos, r.NotSearched, calls.Made(), calls.Waited()}, err
	}
	m := meter{where: p.name, ask: ask, by: own{}, print: print}
	s = p.searcher()
	m.untilAll(ctx, "first search", f.videos-1)
	s = p.searcher()
	m.repeat(ctx, "first of another process", 1, wanted{rare, false, 1, f.videos - 1})
	p.same(ctx, &m, f)
	m.failed = errors.Join(m.failed, p.add(ctx, f))
	m.repeat(ctx, "after one new video", 1, wanted{rare, false, 1, f.videos})
	return m.failed
}

// same are the searches that change nothing.
func (p *place) same(ctx context.Context, m *meter, f *films) {
	m.repeat(ctx, "warm, a word of one video", often, wanted{rare, false, 1, len(p.ids)})
	m.repeat(ctx, "warm, a word of every tenth", often, wanted{seldom, false, min(mostHits, (f.videos+9)/10), len(p.ids)})
	m.repeat(ctx, "warm, a word of all, 50 hits", often, wanted{common, false, mostHits, len(p.ids)})
	m.repeat(ctx, "warm, a word of none", often, wanted{never, false, 0, len(p.ids)})
	m.repeat(ctx, "one video", often, wanted{rare, true, 1, 1})
}

// measureFunction searches by the deployed function. The index is there when it
// begins, and is removed at last for what a first search takes.
func (p *place) measureFunction(ctx context.Context, s *stack.Stack, f *films, print func(any) error) error {
	fn, err := newFunction(s, p)
	if err != nil {
		return err
	}
	m := meter{where: "function, " + s.Stage, ask: fn.ask, by: fn, print: print}
	m.repeat(ctx, "first of another process", 1, wanted{rare, false, 1, f.videos})
	p.same(ctx, &m, f)
	m.failed = errors.Join(m.failed, p.objects.RemoveAll(ctx, video.SearchFolder(p.owner)))
	m.untilAll(ctx, "first search", f.videos)
	if m.failed != nil {
		return fmt.Errorf("the deployed function: %w", m.failed)
	}
	return nil
}
