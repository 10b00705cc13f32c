package pipeline

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cuepipe/cuepipe/integration/person"
	"github.com/cuepipe/cuepipe/internal/video"
)

// sought is a word that nobody says, and corrected what somebody writes: neither
// may be in a log.
const sought, corrected = "Zwölftonmusik", "Łódź Café"

// A searcher is somebody whose index can be looked at.
type searcher struct {
	person.Person
	owner string
}

func newSearcher(t *testing.T) searcher {
	t.Helper()
	user := "searcher-" + video.NewID()
	token, err := deployed.Token(user)
	if err != nil {
		t.Fatal(err)
	}
	return searcher{person.Person{T: t, API: deployed.API, Token: token}, video.OwnerID(deployed.Issuer, user)}
}

type hits struct {
	Hits []struct {
		Video, Title, Track, Text string
		Cue                       int
		Start, End                float64
		Marks                     [][2]int
	}
	Videos      int
	More        bool
	NotSearched int
}

func (s searcher) search(path, q string) (found hits) {
	s.T.Helper()
	s.Decode(200, "GET", path+"?q="+url.QueryEscape(q), nil, &found)
	for _, h := range found.Hits {
		if len(h.Marks) == 0 || h.Cue > 0 && h.End <= h.Start {
			s.T.Errorf("%q: %+v", q, h)
		}
	}
	return found
}

// everywhere fails the test unless a search of all videos has hits in these and
// in no others, the newest first.
func (s searcher) everywhere(q string, videos ...string) hits {
	s.T.Helper()
	found := s.search("/v1/search", q)
	var in []string
	for _, h := range found.Hits {
		in = append(in, h.Video)
	}
	if in = slices.Compact(in); !slices.Equal(in, videos) {
		s.T.Errorf("%q is found in %v, want %v", q, in, videos)
	}
	return found
}

// marked is what a client shows as found in the first hit.
func (h hits) marked() string {
	if len(h.Hits) == 0 {
		return "nothing"
	}
	text := []rune(h.Hits[0].Text)
	var found []string
	for _, m := range h.Hits[0].Marks {
		found = append(found, string(text[m[0]:m[1]]))
	}
	return strings.Join(found, ", ")
}

// stored are the names of the owner's indexes.
func (s searcher) stored() (keys []string) {
	s.T.Helper()
	out, err := deployed.S3.ListObjectsV2(s.T.Context(), &s3.ListObjectsV2Input{Bucket: aws.String(deployed.Output("CaptionsBucket")), Prefix: aws.String("search/" + s.owner + "/")})
	if err != nil {
		s.T.Fatal(err)
	}
	for _, o := range out.Contents {
		keys = append(keys, *o.Key)
	}
	return keys
}

// save sends a track of one's own; over is the ETag of the version before, empty
// for the first one.
func (s searcher) save(id, name, over, text string) (etag string) {
	s.T.Helper()
	return s.edit("PUT", "/v1/videos/"+id+"/captions/"+name+".vtt", over, "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\n"+text+"\n")
}

// edit does a request about a version of a track, and returns the ETag after it.
func (s searcher) edit(method, path, over, body string) (etag string) {
	s.T.Helper()
	r, err := http.NewRequestWithContext(s.T.Context(), method, s.API+path, strings.NewReader(body))
	if err != nil {
		s.T.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.Token)
	r.Header.Set("Content-Type", "text/vtt")
	if over == "" {
		r.Header.Set("If-None-Match", "*")
	} else {
		r.Header.Set("If-Match", over)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		s.T.Fatal(err)
	}
	defer res.Body.Close()
	if b, _ := io.ReadAll(res.Body); res.StatusCode/100 != 2 {
		s.T.Fatalf("%s %s: %d %s", method, path, res.StatusCode, b)
	}
	return res.Header.Get("ETag")
}

// What was said is found, in one video and in all of them, until it is not said
// any more.
func TestWhatWasSaidIsFound(t *testing.T) {
	t.Parallel()
	s, other := newSearcher(t), newSearcher(t)
	s.everywhere("americans")
	if got := s.stored(); len(got) != 0 {
		t.Errorf("who has no video has an index: %v", got)
	}
	old := s.End(s.Upload("old.mp4", "video/mp4", person.Film(t, "jfk.wav")).ID, video.Ready, "").ID
	in := "/v1/videos/" + old + "/search"

	found := s.search(in, "ÄMERIC") // the beginning of a word, in another case, with an accent
	if found.marked() != "Americans" || found.Videos != 1 || found.More || found.Hits[0].Track != "en" || found.Hits[0].Title != "old.mp4" || found.Hits[0].End > 12 {
		t.Errorf("in the video: %+v", found)
	}
	first := s.everywhere("ÄMERIC", old)
	if fmt.Sprint(first.Hits) != fmt.Sprint(found.Hits) {
		t.Errorf("in all: %+v; in one: %+v", first.Hits, found.Hits)
	}
	again := s.End(s.Upload("new.mp4", "video/mp4", person.Film(t, "jfk.wav")).ID, video.Ready, "").ID
	s.everywhere("country", again, old)
	if found := s.everywhere("old", old); found.Hits[0].Cue != 0 {
		t.Errorf("a title that has the word: %+v", found.Hits)
	}
	s.everywhere(sought)
	if found := s.search("/v1/search", "country&limit=1"); len(found.Hits) != 0 { // one query, not two fields
		t.Errorf("%+v", found.Hits)
	}

	// Who is somebody else finds nothing, and the video is not there for him.
	other.everywhere("americans")
	if got := other.Refused(404, "GET", in+"?q=americans"); got.Code != "not_found" {
		t.Errorf("somebody else's: %+v", got)
	}
	if got := s.Refused(404, "GET", in+"?q=americans&track=de"); got.Code != "no_such_track" {
		t.Errorf("a track that is not there: %+v", got)
	}
	if got := s.Refused(400, "GET", "/v1/search?q=%20-%20"); got.Code != "bad_request" {
		t.Errorf("no words: %+v", got)
	}

	// What somebody corrected is what counts; the machine's is there by its name.
	etag := s.save(old, "en-x-edited", "", "From "+corrected+".")
	if found := s.everywhere("lodz cafe", old); found.marked() != "Łódź, Café" || found.Hits[0].Track != "en-x-edited" {
		t.Errorf("corrected: %+v", found)
	}
	s.everywhere("country", again)
	var machines hits
	s.Decode(200, "GET", in+"?q=country&track=en", nil, &machines)
	if len(machines.Hits) == 0 || machines.Hits[0].Track != "en" {
		t.Errorf("the machine's track by its name: %+v", machines)
	}
	etag = s.save(old, "en-x-edited", etag, "Nothing of it.")
	s.everywhere("lodz")
	s.everywhere("nothing", old)

	// With a track and with a video their words go at once, also from the copy that
	// searches made.
	if got := s.stored(); len(got) != 1 {
		t.Errorf("after searches there is %v, want one index", got)
	}
	s.edit("DELETE", "/v1/videos/"+old+"/captions/en-x-edited", etag, "")
	if got := s.stored(); len(got) != 0 {
		t.Errorf("after a track was removed there is still %v", got)
	}
	s.everywhere("nothing")
	s.everywhere("country", again, old)
	s.Want(204, "DELETE", "/v1/videos/"+again, nil)
	if got := s.stored(); len(got) != 0 {
		t.Errorf("after a delete there is still %v", got)
	}
	s.everywhere("country", old)
	s.Want(204, "DELETE", "/v1/videos/"+old, nil)
	s.everywhere("country")
	if got := s.stored(); len(got) != 0 {
		t.Errorf("who has no video any more has an index: %v", got)
	}
}
