package faultproxy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/cuepipe/cuepipe/internal/video"
)

// A Call is one request of a function to a service, and what became of it.
type Call struct {
	Function  string `json:"function"` // captioner, transcriber, …
	PID       int    `json:"pid"`
	Service   string `json:"service"` // s3, sqs, dynamodb
	Operation string `json:"operation"`
	Video     string `json:"video,omitempty"`
	Key       string `json:"key,omitempty"`    // of an S3 object
	Change    string `json:"change,omitempty"` // of an item: the name of the video.Change
	// Messages is how many were sent to a queue.
	Messages int `json:"messages,omitempty"`
	// Status is what the service answered, also where the answer was lost; 0
	// where it was not asked.
	Status int    `json:"status,omitempty"`
	Rule   string `json:"rule,omitempty"` // that disturbed it
	Fault  Fault  `json:"fault,omitempty"`
	Killed bool   `json:"killed,omitempty"` // the process that sent it
}

// What DynamoDB and SQS take at most, and some: nothing of theirs is cut.
const longestBody = 2 << 20

// understand tells which call a request is. It reads the bodies of SQS and
// DynamoDB and puts them back; those of S3 pass unread.
func understand(r *http.Request) (Call, error) {
	target := r.Header.Get("X-Amz-Target")
	service, operation, found := strings.Cut(target, ".")
	if !found {
		return s3Call(r), nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, longestBody))
	if err != nil {
		return Call{}, fmt.Errorf("read %s: %w", target, err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	c := Call{Operation: operation}
	switch {
	case strings.HasPrefix(service, "DynamoDB"):
		c.Service = "dynamodb"
		c.Video, c.Change = itemCall(body)
	case service == "AmazonSQS":
		c.Service = "sqs"
		c.Video, c.Messages = queueCall(body)
	}
	return c, nil
}

// s3Call understands a request of S3 by path: /bucket/key.
func s3Call(r *http.Request) Call {
	_, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	q := r.URL.Query()
	c := Call{Service: "s3", Key: key}
	switch {
	case key == "" && q.Has("versions"):
		c.Operation, c.Key = "ListObjectVersions", q.Get("prefix")
	case key == "" && r.Method == http.MethodGet:
		c.Operation, c.Key = "ListObjects", q.Get("prefix")
	case key == "" && q.Has("delete"):
		c.Operation = "DeleteObjects"
	default:
		c.Operation = map[string]string{"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject", "DELETE": "DeleteObject"}[r.Method]
	}
	if id, ok := video.IDOfSource(c.Key); ok {
		c.Video = id
	} else if rest, ok := strings.CutPrefix(c.Key, video.ResultsPrefix); ok {
		c.Video, _, _ = strings.Cut(rest, "/")
	}
	return c
}

// queueCall understands a request of SQS by the messages in it.
func queueCall(body []byte) (id string, messages int) {
	var in struct {
		MessageBody string
		Entries     []struct{ MessageBody string }
	}
	if json.Unmarshal(body, &in) != nil {
		return "", 0
	}
	bodies := []string{in.MessageBody}
	for _, e := range in.Entries {
		bodies = append(bodies, e.MessageBody)
	}
	for _, b := range bodies {
		var m struct{ VideoID string }
		if json.Unmarshal([]byte(b), &m) == nil && m.VideoID != "" {
			id = m.VideoID // a batch is of one video
			messages++
		}
	}
	return id, messages
}

// oneAtATime is the function that has one message in work at a time: what it
// calls without naming a video is for the video that it named last.
const oneAtATime = "transcriber"

// calls are those of the videos that a rule names.
type calls struct {
	mu   sync.Mutex
	of   map[string][]Call // by video
	last map[int]string    // the video that a process named last, by its id
}

func (c *calls) attribute(call *Call) {
	if call.Function != oneAtATime {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if call.Video == "" {
		call.Video = c.last[call.PID]
		return
	}
	if c.last == nil {
		c.last = map[int]string{}
	}
	c.last[call.PID] = call.Video
}

func (c *calls) add(call Call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil {
		c.of = map[string][]Call{}
	}
	c.of[call.Video] = append(c.of[call.Video], call)
}

func (c *calls) named(video string) []Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Call{}, c.of[video]...)
}
