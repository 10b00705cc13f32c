package client_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/cuepipe/cuepipe/internal/client"
	"github.com/cuepipe/cuepipe/internal/client/clienttest"
)

// A store keeps parts without a network, so that pauses can pass in a bubble of
// time. It stands for the API and for S3.
type store struct {
	t  *testing.T
	mu sync.Mutex
	// fault, if set, is what befalls an attempt at a part, counted from 1.
	fault    func(number, attempt int) fault
	before   func(*http.Request) // sees every request first; may be nil
	attempts map[int]int         // by part
	arrived  map[int][]byte
	signed   map[string]int // by the URL
	calls    int            // of the API
}

type fault int

const (
	none    fault = iota
	cut           // the connection, in the middle
	unheard       // all arrives, and the answer does not
	expired       // the URL
	broken        // other bytes arrive
	refused       // for good
)

const partSize = 1000

// eight are a file's bytes: seven parts and the rest.
var eight = bytes.Repeat([]byte("0123456789abcdef!"), 7400/17+1)[:7400]

func newStore(t *testing.T) *store {
	return &store{t: t, attempts: map[int]int{}, arrived: map[int][]byte{}, signed: map[string]int{}}
}

func (s *store) parts(body []byte) *client.Parts {
	c := &client.Client{API: "https://api.example", Token: clienttest.Token, HTTP: &http.Client{Transport: transport(s.serve)}}
	p, err := c.Parts("x", client.Ticket{Kind: client.Multipart, PartSize: partSize, Parts: (len(body) + partSize - 1) / partSize}, bytes.NewReader(body), int64(len(body)))
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s *store) serve(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if (r.URL.Host == "api.example") != (r.Header.Get("Authorization") != "") {
		s.t.Errorf("the token went to %s, or not to the API", r.URL.Host)
	}
	if r.URL.Host == "api.example" {
		s.calls++
	}
	if s.before != nil {
		s.before(r)
	}
	switch {
	case r.URL.Host != "api.example":
		return s.put(r)
	case r.Method == http.MethodPost:
		return s.sign(r)
	}
	return s.list(r)
}

func (s *store) sign(r *http.Request) (*http.Response, error) {
	var body struct{ Numbers []int }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return nil, err
	}
	var signed []client.SignedPart
	for _, n := range body.Numbers {
		u := fmt.Sprintf("https://s3.example/part?%s&n=%d", clienttest.Signature, len(s.signed))
		s.signed[u] = n
		signed = append(signed, client.SignedPart{Number: n, URL: u})
	}
	b, err := json.Marshal(map[string]any{"parts": signed})
	if err != nil {
		return nil, err
	}
	return answer(200, string(b))
}

// list answers in pages of two.
func (s *store) list(r *http.Request) (*http.Response, error) {
	after, _ := strconv.Atoi(r.URL.Query().Get("after"))
	page := struct {
		Parts []client.Part `json:"parts"`
		Next  int           `json:"next,omitempty"`
	}{}
	for _, n := range slices.Sorted(maps.Keys(s.arrived)) {
		if n <= after {
			continue
		}
		if len(page.Parts) == 2 {
			page.Next = page.Parts[1].Number
			break
		}
		page.Parts = append(page.Parts, client.Part{Number: n, Size: int64(len(s.arrived[n])), ETag: tag(s.arrived[n])})
	}
	b, err := json.Marshal(page)
	if err != nil {
		return nil, err
	}
	return answer(200, string(b))
}

func tag(b []byte) string { return fmt.Sprintf(`"%x"`, md5.Sum(b)) }

func (s *store) put(r *http.Request) (*http.Response, error) {
	n := s.signed[r.URL.String()]
	s.attempts[n]++
	f := none
	if s.fault != nil {
		f = s.fault(n, s.attempts[n])
	}
	if f == cut {
		if _, err := io.CopyN(io.Discard, r.Body, r.ContentLength/2); err != nil {
			return nil, err
		}
		return nil, errDropped
	}
	if f == expired {
		return answer(403, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>")
	}
	if f == refused {
		return answer(403, "<Error><Code>SignatureDoesNotMatch</Code></Error>")
	}
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if f == broken {
		b[0]++
	}
	s.arrived[n] = b
	if f == unheard {
		return nil, errDropped
	}
	res, err := answer(200, "")
	res.Header.Set("ETag", tag(b))
	return res, err
}

func TestEachPartIsSentOnceButWhatIsCut(t *testing.T) {
	for name, c := range map[string]struct {
		fault fault
		times int // that part 3 is sent
	}{
		"nothing befalls it":           {none, 1},
		"the connection is cut":        {cut, 2},
		"the answer is lost":           {unheard, 1},
		"the URL has expired":          {expired, 2},
		"it arrives in another form":   {broken, 2},
		"the connection is cut thrice": {cut + 100, 4},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStore(t)
				s.fault = func(number, attempt int) fault {
					if number != 3 || attempt > 1 && c.fault < 100 || attempt > 3 {
						return none
					}
					return c.fault % 100
				}
				var most, last int64
				err := s.parts(eight).Send(t.Context(), 3, func(sent int64) { most, last = max(most, sent), sent })
				if err != nil || most > int64(len(eight)) || last != int64(len(eight)) {
					t.Errorf("%v; progress to %d and at last %d of %d", err, most, last, len(eight))
				}
				s.holds(eight)
				for n := range 8 {
					want := 1
					if n+1 == 3 {
						want = c.times
					}
					if s.attempts[n+1] != want {
						t.Errorf("part %d was sent %d times, want %d", n+1, s.attempts[n+1], want)
					}
				}
			})
		})
	}
}

// holds fails where the parts are not the file.
func (s *store) holds(file []byte) {
	s.t.Helper()
	var all []byte
	for _, n := range slices.Sorted(maps.Keys(s.arrived)) {
		all = append(all, s.arrived[n]...)
	}
	if !bytes.Equal(all, file) {
		s.t.Errorf("%d bytes are there, which are not the %d of the file", len(all), len(file))
	}
}

func TestAnotherProcessSendsOnlyWhatIsMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t)
		s.fault = func(number, _ int) fault {
			if number == 4 {
				return refused
			}
			return none
		}
		err := s.parts(eight).Send(t.Context(), 2, nil)
		var p *client.Problem
		if !errors.As(err, &p) || p.Code != "upload_refused" {
			t.Fatalf("%v", err)
		}
		mustBeSafe(t, err)
		there, size := len(s.arrived), int64(0)
		for _, b := range s.arrived {
			size += int64(len(b))
		}
		if there < 3 || there > 7 { // those before it, and what was on its way
			t.Errorf("%d parts have arrived", there)
		}
		s.fault = nil
		clear(s.attempts)
		again := s.parts(eight)
		var checked []int64
		arrived, err := again.Arrived(t.Context(), func(n int64) { checked = append(checked, n) })
		if err != nil || arrived != size || len(checked) != there || !slices.IsSorted(checked) {
			t.Fatalf("%d bytes, %v; told %v", arrived, err, checked)
		}
		var first int64 = -1
		err = again.Send(t.Context(), 2, func(sent int64) {
			if first < 0 {
				first = sent
			}
		})
		if err != nil || len(s.attempts) != 8-there || first < arrived {
			t.Errorf("%v; sent %v, told %d at first", err, s.attempts, first)
		}
		s.holds(eight)
	})
}

func TestWhatIsThereIsComparedWithTheFile(t *testing.T) {
	other := slices.Clone(eight)
	other[len(other)-1]++
	for name, file := range map[string][]byte{"another end": other, "shorter": eight[:6999], "longer": append(slices.Clone(eight), 1)} {
		s := newStore(t)
		if err := s.parts(eight).Send(t.Context(), 2, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := s.parts(file).Arrived(t.Context(), nil); !errors.Is(err, client.ErrOtherFile) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := newStore(t)
	if n, err := s.parts(eight).Arrived(t.Context(), nil); err != nil || n != 0 {
		t.Errorf("nothing is there: %d, %v", n, err)
	}
}

func TestWhatDoesNotStayIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		times int // that somebody else's part 1 comes before ours are listed
		code  string
	}{"once": {1, ""}, "always": {100, "parts_changed"}} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			s.before = func(r *http.Request) {
				if r.Method == http.MethodGet && c.times > 0 {
					c.times--
					s.arrived[1] = []byte("another's")
				}
			}
			err := s.parts(eight).Send(t.Context(), 1, nil)
			var p *client.Problem
			switch {
			case c.code == "" && err != nil, c.code != "" && (!errors.As(err, &p) || p.Code != c.code):
				t.Errorf("%v", err)
			case c.code == "":
				s.holds(eight)
			}
		})
	}
}

// shrinking is a file that somebody truncates.
type shrinking struct{ r *bytes.Reader }

func (s shrinking) ReadAt(b []byte, at int64) (int, error) {
	if at >= 3500 {
		return 0, io.EOF
	}
	return s.r.ReadAt(b[:min(len(b), int(3500-at))], at)
}

func TestAFileThatShrinksIsNoUploadThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t)
		c := &client.Client{API: "https://api.example", Token: clienttest.Token, HTTP: &http.Client{Transport: transport(s.serve)}}
		p, err := c.Parts("x", client.Ticket{Kind: client.Multipart, PartSize: partSize, Parts: 8}, shrinking{bytes.NewReader(eight)}, int64(len(eight)))
		if err != nil {
			t.Fatal(err)
		}
		var problem *client.Problem
		if err := p.Send(t.Context(), 1, nil); !errors.As(err, &problem) || problem.Code != "file_changed" || s.attempts[4] > 1 {
			t.Errorf("%v after %d attempts", err, s.attempts[4])
		}
	})
}

func TestAnUploadThatIsCancelledEndsAtOnce(t *testing.T) {
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	s := newStore(t)
	s.fault = func(number, _ int) fault {
		if number == 2 {
			cancel(why)
		}
		return cut
	}
	if err := s.parts(eight).Send(ctx, 2, nil); !errors.Is(err, why) {
		t.Error(err)
	}
}

func TestATicketThatDoesNotFitTheFile(t *testing.T) {
	c := &client.Client{API: "https://api.example"}
	for _, ticket := range []client.Ticket{{Kind: "put", PartSize: 1000, Parts: 8}, {Kind: client.Multipart, Parts: 8}, {Kind: client.Multipart, PartSize: 1000, Parts: 7}} {
		if _, err := c.Parts("x", ticket, bytes.NewReader(eight), int64(len(eight))); err == nil || !strings.Contains(err.Error(), "not one of Cuepipe's API") {
			t.Errorf("%+v: %v", ticket, err)
		}
	}
}

func TestFewCallsOfTheAPIAreMade(t *testing.T) {
	s := newStore(t)
	file := bytes.Repeat(eight, 20)
	if err := s.parts(file).Send(t.Context(), 4, nil); err != nil {
		t.Fatal(err)
	}
	signing := (148 + 15) / 16
	if listing := 74; s.calls > signing+listing { // in pages of two
		t.Errorf("%d calls for 148 parts", s.calls)
	}
	s.holds(file)
}
