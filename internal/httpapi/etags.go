package httpapi

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/cuepipe/cuepipe/internal/upload"
	"github.com/cuepipe/cuepipe/internal/video"
)

// ownETag is of a version, and the same for all its formats.
func ownETag(v video.Version) string { return `"` + v.ID + `"` }

// machineETag is of a generation: what it has written never changes.
func machineETag(v video.Video, t video.Track) string {
	return fmt.Sprintf(`"%d.%s"`, v.Generation, t.Name)
}

// has reports whether a client's If-None-Match has an ETag. A W/ before it, which
// servers on the way may put there, makes no difference to who only reads (RFC
// 9110, 13.1.2).
func has(given []string, etag string) bool {
	for _, tag := range strings.Split(strings.Join(given, ","), ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == "*" || tag == etag {
			return true
		}
	}
	return false
}

// seen reads which version of a person's track a request is about: the version's
// id, or nothing where the track is to be a new one. If-Match: * would be any
// version, and with it somebody else's.
func seen(r *http.Request, mayBeNew bool) (version string, err error) {
	match, none := r.Header.Values("If-Match"), r.Header.Values("If-None-Match")
	how := "If-Match with the ETag that you read"
	if mayBeNew {
		how += ", or as If-None-Match: * that it is to be a new one"
	}
	switch {
	case len(match) == 0 && len(none) == 0, len(match) == 1 && strings.TrimSpace(match[0]) == "*":
		return "", &upload.Refusal{Code: "precondition_required", Message: "Say which version of the track this is about: send " + how + "."}
	case len(match)+len(none) > 1, len(none) > 0 && !mayBeNew, len(none) > 0 && strings.TrimSpace(none[0]) != "*":
		return "", &upload.Refusal{Code: "bad_request", Message: "Say in one header which version of the track this is about: " + how + "."}
	case len(none) > 0:
		return "", nil
	}
	tag := strings.TrimSpace(match[0])
	if len(tag) < 3 || !strings.HasPrefix(tag, `"`) || !strings.HasSuffix(tag, `"`) || strings.Contains(tag[1:len(tag)-1], `"`) {
		return "", &upload.Refusal{Code: "bad_request", Message: "\"If-Match\" must be one ETag as it was read, with its quotation marks."}
	}
	return tag[1 : len(tag)-1], nil
}
