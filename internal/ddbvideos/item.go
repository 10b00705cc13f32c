package ddbvideos

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/cuepipe/cuepipe/internal/video"
)

// An item is a video as it is stored. Durations are seconds.
type item struct {
	ID          string             `dynamodbav:"id"`
	Owner       string             `dynamodbav:"owner,omitempty"` // a key of an index may be missing, not empty
	Title       string             `dynamodbav:"title,omitempty"`
	Size        int64              `dynamodbav:"size"`
	ContentType string             `dynamodbav:"contentType,omitempty"`
	Options     *options           `dynamodbav:"options,omitempty"`
	Status      string             `dynamodbav:"status"`
	Source      source             `dynamodbav:"source"`
	Upload      *inParts           `dynamodbav:"upload,omitempty"`
	Generation  int                `dynamodbav:"generation"`
	Duration    float64            `dynamodbav:"duration,omitempty"`
	Length      float64            `dynamodbav:"segmentLength,omitempty"`
	Segments    int                `dynamodbav:"segments,omitempty"`
	Places      []byte             `dynamodbav:"places,omitempty"`
	StartedAt   string             `dynamodbav:"startedAt,omitempty"`
	Swept       bool               `dynamodbav:"swept,omitempty"`
	Awaited     bool               `dynamodbav:"awaited,omitempty"`
	Done        []int              `dynamodbav:"done,numberset,omitempty"`
	Heard       map[string]float64 `dynamodbav:"heard,omitempty"`
	Tracks      []track            `dynamodbav:"tracks,omitempty"`
	Failure     *failure           `dynamodbav:"failure,omitempty"`
	Own         []ownTrack         `dynamodbav:"own,omitempty"`
	OwnEdition  int                `dynamodbav:"ownEdition,omitempty"`
	OwnAt       string             `dynamodbav:"ownAt,omitempty"`
	CreatedAt   string             `dynamodbav:"createdAt"`
	UpdatedAt   string             `dynamodbav:"updatedAt"`
	ExpiresAt   int64              `dynamodbav:"expiresAt,omitempty"`
}

type options struct {
	Language string   `dynamodbav:"language,omitempty"`
	Speakers int      `dynamodbav:"speakers,omitempty"`
	Profile  string   `dynamodbav:"profile,omitempty"`
	Names    []string `dynamodbav:"names,omitempty"`
}

type source struct {
	Key       string `dynamodbav:"key"`
	VersionID string `dynamodbav:"versionId,omitempty"`
	ETag      string `dynamodbav:"etag,omitempty"`
}

// inParts is how a file is sent in parts; nil where it is sent as a whole.
type inParts struct {
	ID       string `dynamodbav:"id"`
	PartSize int64  `dynamodbav:"partSize"`
}

type track struct {
	Name     string            `dynamodbav:"name"`
	Language string            `dynamodbav:"language"`
	Kind     string            `dynamodbav:"kind"`
	Engine   string            `dynamodbav:"engine,omitempty"`
	Cues     int               `dynamodbav:"cues"`
	Formats  map[string]string `dynamodbav:"formats"`
}

type failure struct {
	Code    string `dynamodbav:"code"`
	Message string `dynamodbav:"message"`
}

type ownTrack struct {
	Name     string    `dynamodbav:"name"`
	ID       string    `dynamodbav:"id"`
	Versions []version `dynamodbav:"versions"`
}

type version struct {
	Number  int    `dynamodbav:"number"`
	ID      string `dynamodbav:"id"`
	Cues    int    `dynamodbav:"cues"`
	SavedAt string `dynamodbav:"savedAt"`
	Sum     string `dynamodbav:"sum"`
}

// stamp has a fixed width, so that times sort as text.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z") }

func toItem(v video.Video) item {
	it := item{ID: v.ID, Owner: v.Owner, Title: v.Title, Size: v.Size, ContentType: v.ContentType, Status: string(v.Status),
		Options: itemOptions(v.Options), Source: itemSource(v.Source), Generation: v.Generation, Duration: v.Duration.Seconds(), Length: v.SegmentLength.Seconds(),
		Segments: v.Segments, Places: []byte(v.Places), Done: v.Done, Swept: v.Swept, Awaited: v.Awaited,
		Tracks: itemTracks(v.Tracks), Own: itemOwn(v.Own), OwnEdition: v.OwnEdition, CreatedAt: stamp(v.CreatedAt), UpdatedAt: stamp(v.UpdatedAt)}
	for n, until := range v.Heard {
		if it.Heard == nil {
			it.Heard = map[string]float64{}
		}
		it.Heard[strconv.Itoa(n)] = until.Seconds()
	}
	if v.Upload.InParts() {
		it.Upload = &inParts{v.Upload.ID, v.Upload.PartSize}
	}
	if v.Failure != nil {
		f := itemFailure(*v.Failure)
		it.Failure = &f
	}
	if !v.StartedAt.IsZero() {
		it.StartedAt = stamp(v.StartedAt)
	}
	if !v.OwnAt.IsZero() {
		it.OwnAt = stamp(v.OwnAt)
	}
	if !v.ExpiresAt.IsZero() {
		it.ExpiresAt = v.ExpiresAt.Unix()
	}
	return it
}

func fromMap(m map[string]types.AttributeValue) (video.Video, error) {
	var it item
	if err := attributevalue.UnmarshalMap(m, &it); err != nil {
		return video.Video{}, fmt.Errorf("read item: %w", err)
	}
	v := video.Video{ID: it.ID, Owner: it.Owner, Title: it.Title, Size: it.Size, ContentType: it.ContentType,
		Status: video.Status(it.Status), Source: video.Source(it.Source), Generation: it.Generation, Duration: seconds(it.Duration),
		SegmentLength: seconds(it.Length), Segments: it.Segments, Places: string(it.Places), Done: it.Done, Swept: it.Swept, Awaited: it.Awaited, Failure: (*video.Failure)(it.Failure), OwnEdition: it.OwnEdition}
	slices.Sort(v.Done)
	if it.Options != nil {
		v.Options = video.Options(*it.Options)
	}
	if it.Upload != nil {
		v.Upload = video.Upload(*it.Upload)
	}
	for n, until := range it.Heard {
		i, err := strconv.Atoi(n)
		if err != nil {
			return v, fmt.Errorf("read item %s: progress of segment %q", it.ID, n)
		}
		if v.Heard == nil {
			v.Heard = map[int]time.Duration{}
		}
		v.Heard[i] = seconds(until)
	}
	for _, t := range it.Tracks {
		v.Tracks = append(v.Tracks, video.Track{Name: t.Name, Language: t.Language, Kind: video.TrackKind(t.Kind), Engine: t.Engine, Cues: t.Cues, Formats: t.Formats})
	}
	var err error
	if v.Own, err = ownOf(it.Own); err != nil {
		return v, fmt.Errorf("read item %s: %w", it.ID, err)
	}
	if v.CreatedAt, err = time.Parse(time.RFC3339Nano, it.CreatedAt); err != nil {
		return v, fmt.Errorf("read item %s: %w", it.ID, err)
	}
	if v.UpdatedAt, err = time.Parse(time.RFC3339Nano, it.UpdatedAt); err != nil {
		return v, fmt.Errorf("read item %s: %w", it.ID, err)
	}
	for _, at := range []struct {
		stored string
		into   *time.Time
	}{{it.StartedAt, &v.StartedAt}, {it.OwnAt, &v.OwnAt}} {
		if at.stored == "" {
			continue
		}
		if *at.into, err = time.Parse(time.RFC3339Nano, at.stored); err != nil {
			return v, fmt.Errorf("read item %s: %w", it.ID, err)
		}
	}
	if it.ExpiresAt != 0 {
		v.ExpiresAt = time.Unix(it.ExpiresAt, 0).UTC()
	}
	return v, nil
}

// itemOptions is nil where nothing is asked.
func itemOptions(o video.Options) *options {
	if reflect.ValueOf(o).IsZero() {
		return nil
	}
	stored := options(o)
	return &stored
}

func itemSource(s video.Source) source { return source(s) }

func itemFailure(f video.Failure) failure { return failure(f) }

func itemTracks(ts []video.Track) []track {
	var items []track
	for _, t := range ts {
		items = append(items, track{t.Name, t.Language, string(t.Kind), t.Engine, t.Cues, t.Formats})
	}
	return items
}

func itemOwn(ts []video.OwnTrack) []ownTrack {
	var items []ownTrack
	for _, t := range ts {
		item := ownTrack{Name: t.Name, ID: t.ID}
		for _, v := range t.Versions {
			item.Versions = append(item.Versions, version{v.Number, v.ID, v.Cues, stamp(v.SavedAt), v.Sum})
		}
		items = append(items, item)
	}
	return items
}

func ownOf(items []ownTrack) (ts []video.OwnTrack, err error) {
	for _, item := range items {
		t := video.OwnTrack{Name: item.Name, ID: item.ID}
		for _, v := range item.Versions {
			at, err := time.Parse(time.RFC3339Nano, v.SavedAt)
			if err != nil {
				return nil, err
			}
			t.Versions = append(t.Versions, video.Version{Number: v.Number, ID: v.ID, Cues: v.Cues, SavedAt: at, Sum: v.Sum})
		}
		ts = append(ts, t)
	}
	return ts, nil
}

func seconds(s float64) time.Duration {
	return time.Duration(s * float64(time.Second)).Round(time.Microsecond)
}
