package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"unicode/utf8"

	"github.com/cuepipe/cuepipe/internal/search"
	"github.com/cuepipe/cuepipe/internal/upload"
	"github.com/cuepipe/cuepipe/internal/video"
)

// Finder finds what was said.
type Finder interface {
	// Video searches one track of a video. It returns video.ErrNoObject where the
	// captions are gone since the video was read.
	Video(ctx context.Context, v video.Video, c search.Captions, q search.Query, limit int) (search.Result, error)
	// All searches the first track of each of an owner's videos.
	All(ctx context.Context, owner string, q search.Query, limit int) (search.Result, error)
}

const (
	defaultHits = 50
	maxHits     = 200
)

// NewSearch serves the routes that search:
//
//	GET /v1/search?q=&limit=                        all of the caller's videos
//	GET /v1/videos/{id}/search?q=&limit=&track=
//
// What is asked is in no log, and in no error.
func NewSearch(videos interface {
	Get(ctx context.Context, id string) (video.Video, error)
}, finder Finder, opts Options) http.Handler {
	s := newServer(opts)
	h := searchHandler{videos.Get, finder}
	s.handle("GET /v1/search", h.all)
	s.handle("GET /v1/videos/{id}/search", h.one)
	return s
}

type searchHandler struct {
	video  func(ctx context.Context, id string) (video.Video, error)
	finder Finder
}

func (h searchHandler) all(w http.ResponseWriter, r *http.Request, owner string) error {
	q, limit, err := asked(r.URL.Query())
	if err != nil {
		return err
	}
	found, err := h.finder.All(r.Context(), owner, q, limit)
	if err != nil {
		return err
	}
	answer(w, http.StatusOK, newHitsBody(found))
	return nil
}

func (h searchHandler) one(w http.ResponseWriter, r *http.Request, owner string) error {
	query := r.URL.Query()
	q, limit, err := asked(query)
	if err != nil {
		return err
	}
	if query.Has("track") && query.Get("track") == "" {
		return &upload.Refusal{Code: "bad_request", Message: "\"track\" must be the name of a track, or left out for the first one."}
	}
	// What v names may be gone, because it was retried, saved or deleted since it
	// was read: then it is read once more.
	for tries := 2; ; tries-- {
		v, err := ownVideo(r, h.video, owner)
		if err != nil {
			return err
		}
		captions, there := search.First(v)
		if query.Has("track") {
			captions, there = search.Named(v, query.Get("track"))
		}
		if !there {
			problem(w, http.StatusNotFound, "no_such_track", noTrack(v))
			return nil
		}
		found, err := h.finder.Video(r.Context(), v, captions, q, limit)
		if errors.Is(err, video.ErrNoObject) && tries > 1 {
			continue
		}
		if err != nil {
			return err
		}
		answer(w, http.StatusOK, newHitsBody(found))
		return nil
	}
}

// asked reads "q" and "limit".
func asked(query url.Values) (q search.Query, limit int, err error) {
	bad := func(format string, args ...any) error {
		return &upload.Refusal{Code: "bad_request", Message: fmt.Sprintf(format, args...)}
	}
	text := query.Get("q")
	switch {
	case len(query["q"]) != 1 || text == "":
		return q, 0, bad("Give the words to look for as \"q\".")
	case !utf8.ValidString(text) || utf8.RuneCountInString(text) > search.MaxQuery:
		return q, 0, bad("\"q\" must be UTF-8 of at most %d characters.", search.MaxQuery)
	}
	if q, err = search.Parse(text); err != nil {
		return q, 0, bad("\"q\" has no word in it: %v.", err)
	}
	limit = defaultHits
	if query.Has("limit") {
		if limit, err = strconv.Atoi(query.Get("limit")); err != nil || limit < 1 || limit > maxHits {
			return q, 0, bad("\"limit\" must be a number from 1 to %d.", maxHits)
		}
	}
	return q, limit, nil
}

// A hitsBody is a search's result. Times are seconds.
type hitsBody struct {
	Hits        []hitBody `json:"hits"`
	Videos      int       `json:"videos"`
	More        bool      `json:"more"`
	NotSearched int       `json:"notSearched,omitempty"`
}

type hitBody struct {
	Video string `json:"video"`
	Title string `json:"title"`
	*cueBody
	Marks [][2]int `json:"marks"`
}

// A cueBody is missing where the title has the words.
type cueBody struct {
	Track string  `json:"track"`
	Cue   int     `json:"cue"`
	Start float64 `json:"start"`
	End   float64 `json:"end"`
	Text  string  `json:"text"`
}

func newHitsBody(r search.Result) hitsBody {
	body := hitsBody{Hits: []hitBody{}, Videos: r.Videos, More: r.More, NotSearched: r.NotSearched}
	for _, hit := range r.Hits {
		b := hitBody{Video: hit.Video, Title: hit.Title, Marks: hit.Marks}
		if hit.Cue > 0 {
			b.cueBody = &cueBody{hit.Track, hit.Cue, hit.Start.Seconds(), hit.End.Seconds(), hit.Text}
		}
		body.Hits = append(body.Hits, b)
	}
	return body
}
