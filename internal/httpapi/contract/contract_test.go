package contract

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTheDocumentIsValid(t *testing.T) {
	c, err := Read()
	if err != nil {
		t.Fatal(err)
	}
	c.requests.SetDocument(c.document)
	if ok, faults := c.requests.ValidateDocument(); !ok {
		t.Error(said(faults))
	}
}

const (
	id      = "abcdefghijklmnopqrstuvwxyz"
	aVideo  = `{"id":"` + id + `","title":"a.mp4","size":1,"contentType":"video/mp4","status":"ready","tracks":[],"createdAt":"2026-11-22T01:02:03Z","updatedAt":"2026-11-22T01:02:03Z"}`
	problem = `{"type":"urn:cuepipe:problem:not_found","title":"Not Found","status":404,"code":"not_found","detail":"There is none."}`
)

// What keeps to the document passes, and every way of not doing so is found.
func TestWhatIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		method, path, body  string
		status              int
		contentType, answer string
		fault               string // empty: none
	}{
		"a video":                          {method: "GET", path: "/v1/videos/" + id, status: 200, contentType: "application/json", answer: aVideo},
		"a video, below a gateway":         {method: "GET", path: "/_aws/execute-api/cuepipe/v1/videos/" + id, status: 200, contentType: "application/json", answer: aVideo},
		"a refusal":                        {method: "GET", path: "/v1/videos/" + id, status: 404, contentType: "application/problem+json", answer: problem},
		"nothing there":                    {method: "GET", path: "/elsewhere", status: 404, contentType: "application/problem+json", answer: problem},
		"nothing there, below the version": {method: "GET", path: "/v1/elsewhere", status: 404, contentType: "application/problem+json", answer: problem},
		"a method that is not there": {method: "PUT", path: "/v1/videos", status: 405, contentType: "application/problem+json",
			answer: strings.ReplaceAll(problem, "404", "405")},
		"a field that is not written":     {method: "GET", path: "/v1/videos/" + id, status: 200, contentType: "application/json", answer: strings.Replace(aVideo, "{", `{"secret":1,`, 1), fault: "secret"},
		"a field that is missing":         {method: "GET", path: "/v1/videos/" + id, status: 200, contentType: "application/json", answer: `{"id":"` + id + `"}`, fault: "title"},
		"a status of no meaning":          {method: "GET", path: "/v1/videos/" + id, status: 200, contentType: "application/json", answer: strings.Replace(aVideo, "ready", "done", 1), fault: "status"},
		"an error in another form":        {method: "GET", path: "/v1/videos/" + id, status: 404, contentType: "text/plain", answer: "no", fault: "text/plain"},
		"plain text outside the document": {method: "GET", path: "/elsewhere", status: 404, contentType: "text/plain", answer: "no", fault: "want a problem"},
		"a request that had to be refused": {method: "POST", path: "/v1/videos", body: `{"filename":"a.mp4","size":0,"contentType":"video/mp4"}`, status: 201,
			contentType: "application/json", answer: strings.Replace(aVideo, "{", `{"upload":{"kind":"put","expiresAt":"2026-11-22T01:02:03Z"},`, 1), fault: "size"},
		"a request that is refused may be anything": {method: "POST", path: "/v1/videos", body: `{"size":"many"}`, status: 400, contentType: "application/problem+json",
			answer: strings.ReplaceAll(problem, "404", "400")},
	} {
		t.Run(name, func(t *testing.T) {
			doc, err := Read()
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
			if c.body != "" {
				r.Header.Set("Content-Type", "application/json")
			}
			w := httptest.NewRecorder()
			w.Header().Set("Content-Type", c.contentType)
			w.WriteHeader(c.status)
			_, _ = w.WriteString(c.answer)
			err = doc.Check(r, w.Result())
			switch {
			case c.fault == "" && err != nil:
				t.Error(err)
			case c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)):
				t.Errorf("%v, want something about %q", err, c.fault)
			}
		})
	}
}

// Guard changes nothing of what passes through it.
func TestGuardPassesOn(t *testing.T) {
	h := Guard(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Something", "else")
		_, _ = w.Write([]byte(aVideo))
	}))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/v1/videos/"+id, nil))
	if w.Code != 200 || w.Body.String() != aVideo || w.Header().Get("X-Something") != "else" {
		t.Errorf("%d %s %v", w.Code, w.Body, w.Header())
	}
}
