package client

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// A SignedPart is the right to send one part.
type SignedPart struct {
	Number int    `json:"number"` // from 1
	Size   int64  `json:"size"`   // bytes, exactly
	URL    string `json:"url"`    // a secret
}

// A Part is one that has arrived. Its ETag is the MD5 of its bytes, with
// quotation marks.
type Part struct {
	Number int    `json:"number"`
	Size   int64  `json:"size"`
	ETag   string `json:"etag"`
}

// SignParts returns the right to send each of at most 100 parts.
func (c *Client) SignParts(ctx context.Context, id string, numbers []int) ([]SignedPart, error) {
	body, err := json.Marshal(map[string][]int{"numbers": numbers})
	if err != nil {
		return nil, fmt.Errorf("sign parts: %w", err)
	}
	var signed struct {
		Parts []SignedPart `json:"parts"`
	}
	if err := c.into(ctx, request{method: http.MethodPost, path: videoPath(id) + "/parts", body: body}, &signed); err != nil {
		return nil, err
	}
	if len(signed.Parts) != len(numbers) {
		return nil, c.notTheAPI()
	}
	for i, p := range signed.Parts {
		if p.Number != numbers[i] || p.URL == "" {
			return nil, c.notTheAPI()
		}
	}
	return signed.Parts, nil
}

// ListParts returns all parts after a number that have arrived.
func (c *Client) ListParts(ctx context.Context, id string, after int) (parts []Part, err error) {
	for {
		path := videoPath(id) + "/parts"
		if after > 0 {
			path += "?after=" + strconv.Itoa(after)
		}
		var page struct {
			Parts []Part `json:"parts"`
			Next  int    `json:"next"`
		}
		if err := c.into(ctx, request{method: http.MethodGet, path: path}, &page); err != nil {
			return nil, err
		}
		parts = append(parts, page.Parts...)
		if page.Next <= after {
			return parts, nil
		}
		after = page.Next
	}
}

// Parts is an upload in parts of one file. Its methods are called one after the
// other.
type Parts struct {
	client *Client
	id     string
	ticket Ticket
	body   io.ReaderAt
	size   int64

	mu   sync.Mutex
	sums map[int]string // ETags of the parts that are known to be there
	sent int64          // their bytes, and those that are on their way
	told func(sent int64)
}

// Parts begins or goes on with an upload of size bytes of body for a video whose
// ticket is of the kind Multipart. Body must not change meanwhile; as much of it
// is in memory as the network has buffers.
func (c *Client) Parts(id string, t Ticket, body io.ReaderAt, size int64) (*Parts, error) {
	if t.Kind != Multipart || t.PartSize <= 0 || int64(t.Parts) != (size+t.PartSize-1)/t.PartSize {
		return nil, c.notTheAPI()
	}
	return &Parts{client: c, id: id, ticket: t, body: body, size: size, sums: map[int]string{}, told: func(int64) {}}, nil
}

// ErrOtherFile: what has arrived is not of this file.
var ErrOtherFile = errors.New("what was uploaded before is of another file")

// Arrived finds out what has arrived of the file, for Send to leave it out. It
// reads that much of the file, and returns its bytes, or ErrOtherFile. checked,
// which may be nil, is told how many bytes were compared.
func (p *Parts) Arrived(ctx context.Context, checked func(bytes int64)) (int64, error) {
	parts, err := p.client.ListParts(ctx, p.id, 0)
	if err != nil {
		return 0, err
	}
	var bytes int64
	for _, part := range parts {
		if part.Number > p.ticket.Parts || part.Size != p.length(part.Number) {
			return 0, ErrOtherFile
		}
		sum := md5.New()
		if _, err := io.Copy(sum, &interrupted{ctx, p.section(part.Number)}); err != nil {
			return 0, err
		}
		if etag(sum.Sum(nil)) != bare(part.ETag) {
			return 0, ErrOtherFile
		}
		p.sums[part.Number] = bare(part.ETag)
		if bytes += part.Size; checked != nil {
			checked(bytes)
		}
	}
	p.sent = bytes
	return bytes, nil
}

// interrupted ends reading with ctx.
type interrupted struct {
	ctx context.Context
	r   io.Reader
}

func (i *interrupted) Read(b []byte) (int, error) {
	if i.ctx.Err() != nil {
		return 0, context.Cause(i.ctx)
	}
	return i.r.Read(b)
}

func (p *Parts) offset(number int) int64 { return int64(number-1) * p.ticket.PartSize }

func (p *Parts) length(number int) int64 { return min(p.ticket.PartSize, p.size-p.offset(number)) }

func (p *Parts) section(number int) *io.SectionReader {
	return io.NewSectionReader(p.body, p.offset(number), p.length(number))
}

// missing are the numbers of the parts that are not known to be there.
func (p *Parts) missing() (numbers []int) {
	for n := 1; n <= p.ticket.Parts; n++ {
		if p.sums[n] == "" {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

func etag(sum []byte) string { return hex.EncodeToString(sum) }

func bare(etag string) string { return strings.ToLower(strings.Trim(etag, `"`)) }
