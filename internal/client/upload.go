package client

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
)

// Upload sends size bytes of body by the ticket, with the ticket's headers and
// none of ours. progress, which may be nil, is told how many bytes were handed
// over; the number falls when a lost connection makes it begin again.
//
// It returns a *Problem with code "upload_expired", "already_uploaded",
// "upload_refused" or "storage_unavailable", an *Unreachable, or ctx's error.
func (c *Client) Upload(ctx context.Context, t Ticket, body io.ReaderAt, size int64, progress func(sent int64)) error {
	if progress == nil {
		progress = func(int64) {}
	}
	return retry(ctx, attempts, func(attempt int) error {
		err := c.put(ctx, t, body, size, progress)
		var p *Problem
		if attempt > 1 && errors.As(err, &p) && p.Code == alreadyUploaded {
			// Nobody else has the ticket: what is there is what the attempt
			// before sent, whose answer was lost.
			progress(size)
			return nil
		}
		return err
	}, func(err error) bool {
		var p *Problem
		return mayHelp(err, false) || errors.As(err, &p) && p.Code == storageUnavailable
	})
}

func (c *Client) put(ctx context.Context, t Ticket, body io.ReaderAt, size int64, progress func(int64)) error {
	_, err := c.send(ctx, target{t.Method, t.URL, t.Headers}, func() io.ReadCloser {
		return io.NopCloser(&counter{r: io.NewSectionReader(body, 0, size), progress: progress})
	}, size)
	if err == nil {
		progress(size)
	}
	return err
}

// A target is where something is uploaded to.
type target struct {
	method, url string
	headers     map[string]string // to the letter, and none of ours
}

// send makes one attempt and returns the header of S3's answer. open is called
// for every time that the body is read from its start.
func (c *Client) send(ctx context.Context, t target, open func() io.ReadCloser, size int64) (http.Header, error) {
	req, err := http.NewRequestWithContext(ctx, t.method, t.url, open())
	if err != nil {
		return nil, &Problem{Code: "not_the_api", Detail: "The service gave an upload address that is not a URL. Check the API's address."}
	}
	// A length of our own choice would be chunked, which S3 does not take; and
	// a new bucket may redirect, for which the body is read again.
	req.ContentLength, req.GetBody = size, func() (io.ReadCloser, error) { return open(), nil }
	for name, value := range t.headers {
		req.Header.Set(name, value)
	}
	// Wait for S3's word before gigabytes are sent that it will refuse.
	req.Header.Set("Expect", "100-continue")
	res, err := c.http().Do(req)
	if err != nil {
		return nil, unreachable(ctx, hostOf(t.url), err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxStorageError))
	if res.StatusCode < 300 {
		return res.Header, nil
	}
	if err != nil {
		return nil, unreachable(ctx, hostOf(t.url), err)
	}
	return nil, storageProblem(res, answer)
}

// maxStorageError is more than any of S3's error documents has, in bytes.
const maxStorageError = 64 << 10

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "The upload's storage"
	}
	return u.Host
}

// A counter tells how much was read.
type counter struct {
	r        io.Reader
	sent     int64
	progress func(int64)
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if n > 0 {
		c.sent += int64(n)
		c.progress(c.sent)
	}
	return n, err
}

const (
	alreadyUploaded    = "already_uploaded"
	storageUnavailable = "storage_unavailable"
	uploadExpired      = "upload_expired"
)

// storageProblem says S3's error, an XML document, in a sentence. Its own
// message may hold parts of the signed URL and is not passed on.
func storageProblem(res *http.Response, body []byte) *Problem {
	var said struct {
		Code    string `xml:"Code"`
		Message string `xml:"Message"`
	}
	_ = xml.Unmarshal(body, &said) // where it is no XML, the status has to do
	p := &Problem{Status: res.StatusCode, after: retryAfter(res)}
	switch {
	case res.StatusCode == http.StatusPreconditionFailed:
		p.Code, p.Detail = alreadyUploaded, "A file was already uploaded for this video, and an upload address takes one only. Create a new video for another file."
	case said.Code == "NoSuchUpload":
		p.Code, p.Detail = "upload_gone", "The service keeps nothing of this upload any more: it was given up, or has ended. Start again."
	case said.Code == "ExpiredToken", said.Code == "AccessDenied" && said.Message == "Request has expired":
		p.Code, p.Detail = uploadExpired, "The upload address has expired; an upload has to begin within 15 minutes. Start again."
	case res.StatusCode == http.StatusForbidden:
		p.Code, p.Detail = "upload_refused", "The storage refused the upload: the size or the type of what was sent is not the one that was announced. If the file changed meanwhile, start again."
	case res.StatusCode == http.StatusBadRequest && (said.Code == "EntityTooLarge" || said.Code == "IncompleteBody"):
		p.Code, p.Detail = "upload_refused", "The storage refused the upload: its size is not the one that was announced. If the file changed meanwhile, start again."
	case res.StatusCode >= 500, res.StatusCode == http.StatusTooManyRequests,
		res.StatusCode == http.StatusConflict, // another attempt under the same name is not over yet
		said.Code == "RequestTimeout":         // the connection stood still for too long
		p.Code, p.Detail = storageUnavailable, "The storage could not take the upload now. Try again in a minute."
	default:
		p.Code, p.Detail = "upload_refused", "The storage refused the upload with "+res.Status+reason(said.Code)+". Start again; if it happens once more, tell who runs this service."
	}
	return p
}

func reason(code string) string {
	if code == "" {
		return ""
	}
	return " (" + code + ")"
}
