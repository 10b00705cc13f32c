package httpapi

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/httpapi/contract"
	"github.com/cuepipe/cuepipe/internal/memobjects"
	"github.com/cuepipe/cuepipe/internal/memvideos"
	"github.com/cuepipe/cuepipe/internal/upload"
	"github.com/cuepipe/cuepipe/internal/video"
)

const mib = 1 << 20

// A studio is an API with the storage behind its URLs, both held to the API's
// document. Its clock goes on when it is told to.
type studio struct {
	*api
	storage *memobjects.Signed
	queue   *memobjects.Arrivals
	now     time.Time
}

func newStudio(t *testing.T) *studio {
	s := &studio{api: newAPI(t), queue: &memobjects.Arrivals{}, now: time.Now().UTC().Truncate(time.Second)}
	clock := func() time.Time { return s.now }
	s.store = &memvideos.Store{Now: clock}
	s.storage = &memobjects.Signed{Uploads: &memobjects.Uploads{}, URL: s.server.URL, Now: clock}
	opts := Options{Tokens: tokens{}, Log: slog.New(slog.NewJSONHandler(s.log, nil)), Now: clock}
	uploads := NewUploads(upload.Uploader{Videos: s.store, Objects: s.storage, Queue: s.queue, Now: clock}, opts)
	videos := NewVideos(s.store, s, s.early, captioning.Remover{Videos: s.store, Uploads: s.storage, Captions: &memobjects.Captions{}}, nil, opts)
	service := contract.Guard(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost || strings.HasSuffix(r.URL.Path, "/parts") || strings.HasSuffix(r.URL.Path, "/source") { // as the gateway routes
			uploads.ServeHTTP(w, r)
			return
		}
		videos.ServeHTTP(w, r)
	}))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.storage.Takes(r) {
			s.storage.ServeHTTP(w, r)
			return
		}
		service.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	s.server, s.storage.URL = server, server.URL
	return s
}

// A take is a video whose file is sent in parts, as its owner sees it.
type take struct {
	ID, Status string
	Upload     *struct {
		Kind, ExpiresAt, URL string
		PartSize             int64
		Parts                int
	}
	path string
}

// begin announces a file of that size.
func (s *studio) begin(size int64) take {
	s.t.Helper()
	var v take
	s.want(201, "alice", "POST", "/v1/videos", fmt.Sprintf(`{"filename": "long.mp4", "size": %d, "contentType": "video/mp4"}`, size), &v)
	v.path = "/v1/videos/" + v.ID
	return v
}

type signedParts struct {
	Parts []struct {
		Number int
		Size   int64
		URL    string
	}
	ExpiresAt string
}

func (s *studio) sign(v take, numbers string) (signed signedParts) {
	s.t.Helper()
	s.want(200, "alice", "POST", v.path+"/parts", `{"numbers": `+numbers+`}`, &signed)
	return signed
}

// send puts some parts, each filled with its number, and returns the last
// status.
func (s *studio) send(v take, numbers string) (status int) {
	s.t.Helper()
	for _, p := range s.sign(v, numbers).Parts {
		status = s.put(p.URL, bytes.Repeat([]byte{byte(p.Number)}, int(p.Size)))
	}
	return status
}

func (s *studio) put(url string, b []byte) int {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPut, url, bytes.NewReader(b))
	if err != nil {
		s.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

// refused wants a problem of that code whose detail says something.
func (s *studio) refused(status int, code, method, path, body, says string) {
	s.t.Helper()
	var p Problem
	s.want(status, "alice", method, path, body, &p)
	if p.Code != code || !strings.Contains(p.Detail, says) {
		s.t.Errorf("%s %s: %+v, want %s with %q", method, path, p, code, says)
	}
}

func (s *studio) listed(v take) (numbers []int) {
	s.t.Helper()
	var list struct{ Parts []struct{ Number int } }
	s.want(200, "alice", "GET", v.path+"/parts", "", &list)
	for _, p := range list.Parts {
		numbers = append(numbers, p.Number)
	}
	return numbers
}

func TestAFileIsSentInPartsAndGoesOnADayLater(t *testing.T) {
	s := newStudio(t)
	v := s.begin(64*mib + 1)
	if v.Upload.Kind != "multipart" || v.Upload.PartSize != 16*mib || v.Upload.Parts != 5 || v.Upload.URL != "" || v.Upload.ExpiresAt != stamp(s.now.Add(7*24*time.Hour)) {
		t.Errorf("%+v", v.Upload)
	}
	if got := s.send(v, "[5, 2]"); got != 200 {
		t.Errorf("a part: %d", got)
	}
	s.now = s.now.Add(25 * time.Hour) // in another program, that knows the video's id
	var shown take
	s.want(200, "alice", "GET", v.path, "", &shown)
	var page struct{ Videos []take }
	s.want(200, "alice", "GET", "/v1/videos", "", &page)
	for _, again := range []take{shown, page.Videos[0]} {
		if !reflect.DeepEqual(again.Upload, v.Upload) {
			t.Errorf("it is shown as %+v, was %+v", again.Upload, v.Upload)
		}
	}
	if got := s.listed(v); !reflect.DeepEqual(got, []int{2, 5}) {
		t.Errorf("%v have arrived", got)
	}
	var next struct{ Parts []struct{ Number int } }
	s.want(200, "alice", "GET", v.path+"/parts?after=2", "", &next)
	if len(next.Parts) != 1 || next.Parts[0].Number != 5 {
		t.Errorf("after 2: %+v", next)
	}
	s.refused(409, "parts_missing", "POST", v.path+"/complete", "", "1, 3, 4")
	s.refused(409, "not_uploaded", "GET", v.path+"/source", "", "complete")
	s.send(v, "[1, 3, 4]")
	var done take
	for range 2 { // a client may say so twice
		s.want(202, "alice", "POST", v.path+"/complete", "", &done)
		if done.Status != "queued" || done.Upload != nil {
			t.Errorf("%+v", done)
		}
	}
	if arrival, ok := s.queue.Next(); !ok || arrival.VideoID != v.ID || arrival.Generation != 1 {
		t.Errorf("announced %+v", arrival)
	}
	var source struct {
		URL, ContentType, ExpiresAt string
		Size                        int64
	}
	s.want(200, "alice", "GET", v.path+"/source", "", &source)
	res, err := http.Get(source.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || int64(len(b)) != source.Size || len(b) != 64*mib+1 || b[0] != 1 || b[16*mib] != 2 || b[64*mib] != 5 || res.Header.Get("Content-Type") != "video/mp4" ||
		source.ExpiresAt != stamp(s.now.Add(6*time.Hour)) {
		t.Errorf("%d bytes, %v, %v; %+v", len(b), err, res.Header, source)
	}
}

// Up to and including 64 MiB a file is sent as a whole; parts are as few as they
// have to be.
func TestHowAFileIsSent(t *testing.T) {
	s := newStudio(t)
	for size, want := range map[int64]struct {
		kind  string
		parts int
	}{64*mib - 1: {"put", 0}, 64 * mib: {"put", 0}, 64*mib + 1: {"multipart", 5}, 80 * mib: {"multipart", 5}, 80*mib + 1: {"multipart", 6}, 100 << 30: {"multipart", 6400}} {
		v := s.begin(size)
		if v.Upload.Kind != want.kind || v.Upload.Parts != want.parts {
			t.Errorf("%d bytes: %+v", size, v.Upload)
		}
		if v.Upload.Parts > 0 {
			last := fmt.Sprint(v.Upload.Parts)
			if got := s.sign(v, "["+last+"]").Parts[0].Size; got != size-int64(want.parts-1)*v.Upload.PartSize {
				t.Errorf("%d bytes: the last part has %d", size, got)
			}
		}
	}
}

func TestAPartTakesItsBytesForAnHour(t *testing.T) {
	s := newStudio(t)
	v := s.begin(64*mib + 1)
	signed := s.sign(v, "[5, 5]")
	if len(signed.Parts) != 2 || signed.Parts[0].Size != 1 || signed.ExpiresAt != stamp(s.now.Add(time.Hour)) {
		t.Fatalf("%+v", signed)
	}
	url := signed.Parts[0].URL
	if got := s.put(url, []byte("xx")); got != 403 {
		t.Errorf("a byte too many: %d", got)
	}
	if got := s.put(strings.Replace(url, "Signature=", "Signature=x", 1), []byte("x")); got != 403 {
		t.Errorf("another signature: %d", got)
	}
	s.now = s.now.Add(time.Hour - time.Second)
	if got := s.put(url, []byte("x")); got != 200 {
		t.Errorf("just in time: %d", got)
	}
	s.now = s.now.Add(time.Second)
	if got := s.put(url, []byte("x")); got != 403 {
		t.Errorf("too late: %d", got)
	}
	if log := s.log.String(); strings.Contains(log, "Signature") {
		t.Errorf("a signed URL is in the log: %s", log)
	}
}

func TestPartsThatCannotBe(t *testing.T) {
	s := newStudio(t)
	v, whole, put := s.begin(64*mib+1), s.begin(5), `{"numbers": [1]}`
	many := "[1" + strings.Repeat(", 1", 100) + "]"
	for body, code := range map[string]string{
		"": "bad_request", "[1]": "bad_request", `{"numbers": "1"}`: "bad_request", `{"numbers": [1.5]}`: "bad_request", `{"numbers": [1], "size": 1}`: "bad_request",
		`{}`: "invalid_part", `{"numbers": []}`: "invalid_part", `{"numbers": [0]}`: "invalid_part", `{"numbers": [-1]}`: "invalid_part",
		`{"numbers": [5, 6]}`: "invalid_part", `{"numbers": ` + many + `}`: "invalid_part",
	} {
		s.refused(400, code, "POST", v.path+"/parts", body, map[string]string{"bad_request": "numbers", "invalid_part": "part"}[code])
	}
	s.sign(v, strings.Replace(many, "1, ", "", 1)) // exactly 100
	for _, query := range []string{"after=0", "after=10001", "after=x", "after="} {
		s.refused(400, "bad_request", "GET", v.path+"/parts?"+query, "", `"after"`)
	}
	s.refused(409, "not_multipart", "POST", whole.path+"/parts", put, "as a whole")
	s.refused(409, "not_multipart", "GET", whole.path+"/parts", "", "as a whole")
	s.refused(409, "not_uploaded", "POST", whole.path+"/complete", "", "yet")
	for _, who := range []string{"/parts", "/source"} {
		s.want(404, "bob", "GET", v.path+who, "", nil)
	}
	s.want(404, "bob", "POST", v.path+"/parts", put, nil)
	if got := s.send(v, "[1, 2, 3, 4, 5]"); got != 200 {
		t.Fatal(got)
	}
	s.want(202, "alice", "POST", v.path+"/retry", "", nil) // does what complete does
	s.refused(409, "already_uploaded", "POST", v.path+"/parts", put, "arrived")
	s.refused(409, "already_uploaded", "GET", v.path+"/parts", "", "arrived")
}

func TestAnUploadThatIsGoneSaysSo(t *testing.T) {
	s := newStudio(t)
	lost := s.begin(64*mib + 1)
	kept, err := s.store.Get(t.Context(), lost.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.storage.Abort(t.Context(), kept.Source.Key, kept.Upload.ID); err != nil {
		t.Fatal(err)
	}
	s.refused(409, "upload_gone", "GET", lost.path+"/parts", "", "as a new video")
	s.refused(409, "upload_gone", "POST", lost.path+"/complete", "", "as a new video")
	s.refused(409, "upload_gone", "POST", lost.path+"/retry", "", "as a new video")
	if got := s.send(lost, "[1]"); got != 404 {
		t.Errorf("a part of it: %d", got)
	}
	late := s.begin(64*mib + 1)
	s.now = s.now.Add(7*24*time.Hour - time.Minute)
	if got := s.sign(late, "[1]").ExpiresAt; got != late.Upload.ExpiresAt {
		t.Errorf("a URL lives until %s, the upload until %s", got, late.Upload.ExpiresAt)
	}
	s.now = s.now.Add(time.Minute)
	s.refused(409, "upload_gone", "POST", late.path+"/parts", `{"numbers": [1]}`, "seven days")
}

func TestADeleteGivesTheUploadUp(t *testing.T) {
	s := newStudio(t)
	v := s.begin(64*mib + 1)
	s.send(v, "[1]")
	url := s.sign(v, "[2]").Parts[0].URL
	kept, err := s.store.Get(t.Context(), v.ID)
	if err != nil {
		t.Fatal(err)
	}
	s.want(204, "alice", "DELETE", v.path, "", nil)
	if left, err := s.storage.Left(t.Context(), kept.Source.Key); left || err != nil {
		t.Errorf("parts are left: %v, %v", left, err)
	}
	if got := s.put(url, make([]byte, 16*mib)); got != 404 {
		t.Errorf("a part after it: %d", got)
	}
	for _, r := range [][3]string{{"POST", "/parts", `{"numbers": [1]}`}, {"GET", "/parts", ""}, {"POST", "/complete", ""}, {"GET", "/source", ""}} {
		s.want(404, "alice", r[0], v.path+r[1], r[2], nil)
	}
}

func TestAFileThatIsGoneCannotBePlayed(t *testing.T) {
	s := newStudio(t)
	v := s.begin(64*mib + 1)
	s.send(v, "[1, 2, 3, 4, 5]")
	s.want(202, "alice", "POST", v.path+"/complete", "", nil)
	kept, err := s.store.Get(t.Context(), v.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.storage.RemoveAll(t.Context(), kept.Source.Key); err != nil {
		t.Fatal(err)
	}
	s.refused(409, "source_missing", "GET", v.path+"/source", "", "Upload it again")
}

// slow lets other calls of Join begin before it goes on.
type slow struct {
	*memobjects.Signed
	all *sync.WaitGroup
}

func (s slow) Join(ctx context.Context, key, id string, parts []video.Part) error {
	s.all.Done()
	s.all.Wait()
	return s.Signed.Join(ctx, key, id, parts)
}

func TestManyMaySayAtOnceThatAnUploadIsComplete(t *testing.T) {
	s := newStudio(t)
	v := s.begin(64*mib + 1)
	s.send(v, "[1, 2, 3, 4, 5]")
	const callers = 4
	var all, wg sync.WaitGroup
	all.Add(callers)
	u := upload.Uploader{Videos: s.store, Objects: slow{s.storage, &all}, Queue: s.queue, Now: func() time.Time { return s.now }}
	for range callers {
		wg.Go(func() {
			if v, err := u.Complete(t.Context(), video.OwnerID("issuer", "alice"), v.ID); err != nil || v.Status != video.Queued {
				t.Errorf("%s, %v", v.Status, err)
			}
		})
	}
	wg.Wait()
}

func TestAFileThatIsPutTogetherByAnotherRequestIsAskedForAgain(t *testing.T) {
	var log bytes.Buffer
	w := httptest.NewRecorder()
	err := fmt.Errorf("complete: %w", video.ErrObjectExists)
	fail(w, httptest.NewRequest("POST", "/v1/videos/x/complete", nil), slog.New(slog.NewTextHandler(&log, nil)), err)
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), `"code":"unavailable"`) || log.Len() > 0 {
		t.Errorf("%d %s, and the log has %s", w.Code, w.Body, log.String())
	}
}
