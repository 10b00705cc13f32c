package pipeline

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/cuepipe/cuepipe/integration/person"
	"github.com/cuepipe/cuepipe/integration/stack"
	"github.com/cuepipe/cuepipe/internal/video"
)

// The tests of this file that break something for everybody do so before the
// first call of t.Parallel, while no other test runs; what follows they wait
// for beside the others.

// A captioner dies while it probes: its message comes again.
func TestAKilledCaptioner(t *testing.T) {
	p := person.New(t, deployed)
	file := person.Film(t, "jfk.wav")
	// A probe takes a twentieth of a second, so that it may be over unseen.
	for range 20 {
		v := p.Upload("film.mp4", "video/mp4", file)
		killed := kill(t, "captioner", func(pid int) bool { return slices.Contains(children(pid), "ffprobe") },
			func() bool { return p.At(v.ID).Ended() })
		if killed != 0 {
			t.Parallel()
			captionedAllTheSame(t, p, v.ID, "jfk.wav", killed)
			return
		}
	}
	t.Fatal("no captioner was seen probing")
}

// A transcriber dies while it recognises: its message comes again.
func TestAKilledTranscriber(t *testing.T) {
	p := person.New(t, deployed)
	file := person.Film(t, "sonnet001.mp3")
	// Recognition takes a second, so that it may be over before it is seen.
	for range 20 {
		v := p.Upload("film.mp4", "video/mp4", file)
		decoded := map[int]bool{}
		killed := kill(t, "transcriber", func(pid int) bool {
			decoding := slices.Contains(children(pid), "ffmpeg")
			decoded[pid] = decoded[pid] || decoding
			return decoded[pid] && !decoding
		}, func() bool { return p.At(v.ID).Ended() })
		if got := p.At(v.ID); killed != 0 && got.Status == "captioning" && got.Progress.Done < got.Progress.Total {
			t.Parallel()
			captionedAllTheSame(t, p, v.ID, "sonnet001.mp3", killed)
			return
		}
	}
	t.Fatal("no transcriber was seen recognising")
}

func captionedAllTheSame(t *testing.T, p person.Person, id, recording string, killed int) {
	t.Helper()
	v := p.End(id, video.Ready, "")
	vtt, _ := p.Track(v.Tracks[0].Formats["vtt"])
	understood(t, vtt, said(t, recording), 0.08)
	storedOnce(t, id, 1)
	if alive(killed) {
		t.Errorf("process %d was not killed", killed)
	}
}

// S3's event never comes: the client's word that the upload is complete starts
// the video.
func TestALostEvent(t *testing.T) {
	p := person.New(t, deployed)
	file := person.Film(t, "beckett.wav")
	bucket := aws.String(deployed.Output("UploadsBucket"))
	before, err := deployed.S3.GetBucketNotificationConfiguration(t.Context(), &s3.GetBucketNotificationConfigurationInput{Bucket: bucket})
	if err != nil || len(before.QueueConfigurations) == 0 {
		t.Fatalf("the bucket's notification: %+v, %v", before, err)
	}
	set := func(queues []s3types.QueueConfiguration) {
		t.Helper()
		if _, err := deployed.S3.PutBucketNotificationConfiguration(t.Context(), &s3.PutBucketNotificationConfigurationInput{Bucket: bucket,
			NotificationConfiguration: &s3types.NotificationConfiguration{QueueConfigurations: queues}}); err != nil {
			t.Fatal(err)
		}
	}
	set(nil)
	v := p.Upload("film.mp4", "video/mp4", file)
	set(before.QueueConfigurations)
	if got := p.At(v.ID); got.Status != "pending" {
		t.Fatalf("the event was not lost: the video is %s", got.Status)
	}
	if got := p.Want(202, "POST", "/v1/videos/"+v.ID+"/complete", nil); got.Status != "queued" {
		t.Errorf("after complete it is %s", got.Status)
	}
	t.Parallel()
	p.End(v.ID, video.Ready, "")
}

// The same event, before, during and after the work: one result.
func TestTheSameEventAgain(t *testing.T) {
	t.Parallel()
	p := person.New(t, deployed)
	v := p.Upload("film.mp4", "video/mp4", person.Film(t, "jfk.wav"))
	event := deployed.Event(t, v.ID)
	deployed.Send(t, event, event)
	p.End(v.ID, video.Ready, "")
	first := deployed.ObjectsOf(t, v.ID)
	deployed.Send(t, event, fmt.Sprintf(`{"videoId":%q,"generation":1}`, v.ID))
	deployed.Drained(t)
	if again := p.End(v.ID, video.Ready, ""); len(again.Tracks) != 1 {
		t.Errorf("tracks: %+v", again.Tracks)
	}
	if got := deployed.ObjectsOf(t, v.ID); !slices.Equal(got, first) {
		t.Errorf("stored before: %v, after: %v", first, got)
	}
	storedOnce(t, v.ID, 1)
}

const poison = "poison-that-is-not-json"

// A message that nobody can read, in the middle of good ones: it alone is given
// back, and ends in quarantine.
func TestPoison(t *testing.T) {
	t.Parallel()
	p := person.New(t, deployed)
	a, b := p.Upload("a.mp4", "video/mp4", person.Film(t, "beckett.wav")), p.Upload("b.mp4", "video/mp4", person.Film(t, "jfk.wav"))
	marked := poison + " " + video.NewID()
	good := func(v person.Video) string { return fmt.Sprintf(`{"videoId":%q,"generation":1}`, v.ID) }
	deployed.Send(t, good(a), marked, good(b))
	if got := invokeCaptioner(t, good(a), marked, good(b)); !slices.Equal(got, []string{"m1"}) {
		t.Errorf("given back: %v, want m1 alone", got)
	}
	p.End(a.ID, video.Ready, "")
	p.End(b.ID, video.Ready, "")
	kept := quarantined(t, marked)
	if !strings.Contains(kept, marked) || !strings.Contains(kept, "ApproximateReceiveCount") {
		t.Errorf("quarantine has %s", kept)
	}
}

func quarantined(t *testing.T, marked string) string {
	t.Helper()
	bucket := aws.String(deployed.Output("CaptionsBucket"))
	for began := time.Now(); time.Since(began) < stack.Patience; time.Sleep(500 * time.Millisecond) {
		list, err := deployed.S3.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: bucket, Prefix: aws.String("quarantine/")})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range list.Contents {
			got, err := deployed.S3.GetObject(t.Context(), &s3.GetObjectInput{Bucket: bucket, Key: o.Key})
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(got.Body)
			got.Body.Close()
			if err == nil && bytes.Contains(b, []byte(marked)) {
				return string(b)
			}
		}
	}
	t.Fatalf("the message is not in quarantine after %v", stack.Patience)
	return ""
}

// invokeCaptioner hands the deployed function one batch, as a poller does, and
// returns the ids of the messages that it gives back.
func invokeCaptioner(t *testing.T, bodies ...string) []string {
	t.Helper()
	type record struct {
		MessageID     string            `json:"messageId"`
		ReceiptHandle string            `json:"receiptHandle"`
		Body          string            `json:"body"`
		Attributes    map[string]string `json:"attributes"`
	}
	var batch struct{ Records []record }
	for i, b := range bodies {
		batch.Records = append(batch.Records, record{fmt.Sprint("m", i), "none", b, map[string]string{"ApproximateReceiveCount": "1"}})
	}
	event, err := json.Marshal(batch)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), "POST", deployed.Endpoint+"/2015-03-31/functions/"+functionName("captioner")+"/invocations", bytes.NewReader(event))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var answer struct {
		BatchItemFailures []struct{ ItemIdentifier string }
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || res.StatusCode != 200 {
		t.Fatalf("invoke: %d, %v", res.StatusCode, err)
	}
	ids := []string{}
	for _, f := range answer.BatchItemFailures {
		ids = append(ids, f.ItemIdentifier)
	}
	return ids
}
