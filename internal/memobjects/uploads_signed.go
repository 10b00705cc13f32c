package memobjects

import (
	"context"
	"crypto/md5"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cuepipe/cuepipe/internal/video"
)

// Signed is Uploads behind presigned URLs, and the server that takes them, under
// S3's conditions. URLs are below /storage/.
type Signed struct {
	*Uploads
	URL string           // of the server that this handles, without a slash at its end
	Now func() time.Time // nil is time.Now
	// Stored is told of every object that is stored; nil is nobody. It is called
	// before the client has its answer.
	Stored func(key string)

	mu    sync.Mutex
	signs map[string]signature // by the value in the URL
}

// A signature is what a URL allows.
type signature struct {
	method, key string
	expires     time.Time
	// Of a PUT.
	size        int64
	contentType string // empty: of a part
	upload      string
	part        int
	// Of a GET.
	source      video.Source
	shownAs     string
	disposition string
}

const (
	signedBelow = "/storage/"
	signedBy    = "X-Amz-Signature"
)

func (s *Signed) sign(sig signature, ttl time.Duration) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.signs == nil {
		s.signs = map[string]signature{}
	}
	sig.expires = s.now().Add(ttl)
	value := rand.Text()
	s.signs[value] = sig
	return s.URL + signedBelow + sig.key + "?" + signedBy + "=" + value
}

func (s *Signed) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

// PresignPut returns a URL for one PUT, and the headers that go with it.
func (s *Signed) PresignPut(_ context.Context, key, contentType string, size int64, ttl time.Duration) (string, map[string]string, error) {
	return s.sign(signature{method: http.MethodPut, key: key, size: size, contentType: contentType}, ttl),
		map[string]string{"Content-Type": contentType, "If-None-Match": "*"}, nil
}

// PresignPart returns a URL for a part, of exactly size bytes.
func (s *Signed) PresignPart(_ context.Context, key, id string, number int, size int64, ttl time.Duration) (string, error) {
	return s.sign(signature{method: http.MethodPut, key: key, size: size, upload: id, part: number}, ttl), nil
}

// PresignGet returns a URL that plays one version.
func (s *Signed) PresignGet(_ context.Context, source video.Source, name, contentType string, ttl time.Duration) (string, error) {
	return s.sign(signature{method: http.MethodGet, key: source.Key, source: source, shownAs: contentType,
		disposition: mime.FormatMediaType("inline", map[string]string{"filename": name})}, ttl), nil
}

// Takes reports whether a request is for a presigned URL.
func (s *Signed) Takes(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, signedBelow) }

// ServeHTTP answers as S3 does.
func (s *Signed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	sig, known := s.signs[r.URL.Query().Get(signedBy)]
	s.mu.Unlock()
	switch {
	case !known || r.Method != sig.method || strings.TrimPrefix(r.URL.Path, signedBelow) != sig.key ||
		r.Method == http.MethodPut && r.ContentLength != sig.size ||
		sig.contentType != "" && (r.Header.Get("Content-Type") != sig.contentType || r.Header.Get("If-None-Match") != "*"):
		refuse(w, http.StatusForbidden, "SignatureDoesNotMatch")
	case !s.now().Before(sig.expires):
		refuse(w, http.StatusForbidden, "AccessDenied")
	case r.Method == http.MethodGet:
		s.play(w, r, sig)
	default:
		s.take(w, r, sig)
	}
}

func (s *Signed) take(w http.ResponseWriter, r *http.Request, sig signature) {
	body := make([]byte, sig.size)
	if _, err := io.ReadFull(r.Body, body); err != nil {
		return // the client went away: nothing is stored
	}
	if sig.part > 0 {
		etag, err := s.PutPart(sig.key, sig.upload, sig.part, body)
		if errors.Is(err, video.ErrNoUpload) {
			refuse(w, http.StatusNotFound, "NoSuchUpload")
			return
		}
		w.Header().Set("ETag", etag)
		return
	}
	if !s.putOnce(sig.key, body) {
		refuse(w, http.StatusPreconditionFailed, "PreconditionFailed")
		return
	}
	w.Header().Set("ETag", fmt.Sprintf(`"%x"`, md5.Sum(body)))
	s.tell(sig.key)
}

// Join puts parts together as Uploads does, and tells of it.
func (s *Signed) Join(ctx context.Context, key, id string, parts []video.Part) error {
	err := s.Uploads.Join(ctx, key, id, parts)
	if err == nil {
		s.tell(key)
	}
	return err
}

func (s *Signed) tell(key string) {
	if s.Stored != nil {
		s.Stored(key)
	}
}

// play answers with a version or a range of it.
func (s *Signed) play(w http.ResponseWriter, r *http.Request, sig signature) {
	b, err := s.version(r.Context(), sig.source)
	if err != nil {
		refuse(w, http.StatusNotFound, "NoSuchVersion")
		return
	}
	w.Header().Set("Content-Type", sig.shownAs)
	w.Header().Set("Content-Disposition", sig.disposition)
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(string(b)))
}

func (u *Uploads) version(ctx context.Context, s video.Source) ([]byte, error) {
	u.mu.Lock()
	size := int64(-1)
	for _, v := range u.versions[s.Key] {
		if v.source == s {
			size = v.Size()
		}
	}
	u.mu.Unlock()
	if size < 0 {
		return nil, fmt.Errorf("read upload: %w", video.ErrNoObject)
	}
	body, err := u.Source(s, size).Open(ctx, 0, size)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return io.ReadAll(body)
}

// putOnce stores b unless something is stored under key.
func (u *Uploads) putOnce(key string, b []byte) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.versions[key]) > 0 {
		return false
	}
	u.store(key, Bytes(b))
	return true
}

func refuse(w http.ResponseWriter, status int, code string) {
	body := "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + code + "</Code></Error>"
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body) // a client that went away is no error
}
