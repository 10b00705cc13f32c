package pipeline

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/cuepipe/cuepipe/integration/person"
	"github.com/cuepipe/cuepipe/integration/stack"
	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/transcribe/transcribetest"
	"github.com/cuepipe/cuepipe/internal/video"
)

// What the service hears goes through everything that is deployed: its rule, its
// queue, its rights in the environment, its results in the bucket. Its faults are
// for all of its jobs, so that these tests run one after the other.
func TestTheService(t *testing.T) {
	t.Parallel()
	s := served{t, service}
	for _, c := range []struct {
		name string
		run  func(t *testing.T, s served)
	}{
		{"a German film", germanFilm},
		{"who speaks", whoSpeaks},
		{"a language to be found", languageFound},
		{"what is not offered is refused", notOffered},
		{"a film of a format that the service does not take", ofAnyFormat},
		{"a job that fails, and a retry", failedJob},
		{"a service that is throttled", throttled},
		{"an event that is lost", lostEvent},
		{"an event that comes twice, and late", eventTwice},
		{"a delete while the service is at work", deletedAtWork},
		{"a delete while it is at work, and no event", deletedUnheard},
		{"a retry while the service is at work", retriedAtWork},
	} {
		t.Run(c.name, func(t *testing.T) {
			service.SetFaults(transcribetest.Faults{})
			s.t = t
			c.run(t, s)
		})
	}
	service.SetFaults(transcribetest.Faults{})
	if left := service.Jobs(); len(left) != 0 {
		t.Errorf("the service keeps %v", left)
	}
}

// served is the service, as a test looks at it.
type served struct {
	t *testing.T
	*transcribetest.Server
}

// ask uploads a file with something asked of its captions.
func (s served) ask(p person.Person, file []byte, options map[string]any) person.Video {
	s.t.Helper()
	request := map[string]any{"filename": "film.mp4", "size": len(file), "contentType": "video/mp4"}
	for name, value := range options {
		request[name] = value
	}
	v := p.Want(201, "POST", "/v1/videos", request)
	if status := p.Put(v, file); status != 200 {
		s.t.Fatalf("PUT: %d", status)
	}
	return v
}

// job waits until a generation's job is in one of the states; "" is to be gone.
func (s served) job(id string, generation int, states ...string) {
	s.t.Helper()
	name := video.ServiceJob("cuepipe-"+deployed.Stage, id, generation)
	for began := time.Now(); !slices.Contains(states, s.Jobs()[name]); time.Sleep(50 * time.Millisecond) {
		if time.Since(began) > stack.Patience {
			s.t.Fatalf("%s is %q, want one of %q", name, s.Jobs()[name], states)
		}
	}
}

// buried has the sweeper look a second time at a deleted video, as if an hour
// had passed. It asks the service for what may be left of it, and so must come
// while the stand-in is there.
func (s served) buried(id string) {
	s.t.Helper()
	edit(s.t, id, "SET #updatedAt = :then", map[string]types.AttributeValue{":then": &types.AttributeValueMemberS{Value: "2020-01-01T00:00:00.000000000Z"}})
	for began := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		sweep(s.t, `{"source":"aws.events"}`)
		got, err := deployed.DynamoDB.GetItem(s.t.Context(), &dynamodb.GetItemInput{TableName: aws.String(deployed.Output("Table")),
			Key: map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: id}}})
		if err != nil {
			s.t.Fatal(err)
		}
		if status, ok := got.Item["status"].(*types.AttributeValueMemberS); ok && status.Value == string(video.Deleted) {
			return
		}
		if time.Since(began) > stack.Patience {
			s.t.Fatalf("%s is not buried: %v", id, got.Item["status"])
		}
	}
}

func film(t *testing.T) []byte { return person.Film(t, "aen_de.mp3", "-t", "20") }

// stored is how many objects a video has once the service's job is gone, and its
// sound before that: the source, the service's result and
// the file with which it tried its right, the words, a file of each format and
// the report.
var stored = 4 + len(caption.Formats()) + 1

var asGerman = map[string]any{"language": "de"}

func germanFilm(t *testing.T, s served) {
	p := person.New(t, deployed)
	v := s.ask(p, film(t), asGerman)
	v = p.End(v.ID, video.Ready, "")
	if len(v.Tracks) != 1 || v.Tracks[0].Name != "de" || v.Tracks[0].Engine != "amazon-transcribe" || v.Progress.Total != 1 {
		t.Fatalf("%+v", v)
	}
	vtt, _ := p.Track(v.Tracks[0].Formats["vtt"])
	understood(t, vtt, "Artikel eins. Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und Gewissen begabt und sollen einander im Geist der Brüderlichkeit begegnen.", 0)
	s.job(v.ID, 1, "")
	if got := deployed.ObjectsOf(t, v.ID); len(got) != stored {
		t.Errorf("stored: %v", got)
	}
	p.Want(204, "DELETE", "/v1/videos/"+v.ID, nil)
	if got := deployed.ObjectsOf(t, v.ID); len(got) != 0 {
		t.Errorf("after the delete there are still %v", got)
	}
	s.buried(v.ID)
}

func whoSpeaks(t *testing.T, s served) {
	p := person.New(t, deployed)
	v := p.End(s.ask(p, film(t), map[string]any{"speakers": 2}).ID, video.Ready, "")
	formats := v.Tracks[0].Formats
	for format, want := range map[string][]string{
		"vtt":  {"<v Speaker 1>I've been on hold", "<v Speaker 2>Sorry about that."},
		"srt":  {"\nI've been on hold", "\n- Sorry about that."},
		"txt":  {"Speaker 1: I've been on hold for an hour.\n\nSpeaker 2: Sorry"},
		"json": {`"speaker":"Speaker 2","lines":["Sorry about that."]`},
		"ttml": {`ttm:agent="speaker2"`},
	} {
		text, _ := p.Track(formats[format])
		for _, part := range want {
			if !strings.Contains(text, part) {
				t.Errorf("%s has no %q:\n%s", format, part, text)
			}
		}
	}
}

func languageFound(t *testing.T, s served) {
	p := person.New(t, deployed)
	v := p.End(s.ask(p, film(t), map[string]any{"language": "und"}).ID, video.Ready, "")
	if v.Tracks[0].Language != "en-GB" {
		t.Errorf("%+v", v.Tracks)
	}
	if vtt, _ := p.Track(v.Tracks[0].Formats["vtt"]); !strings.Contains(vtt, "So I see.") {
		t.Errorf("the track is\n%s", vtt)
	}
}

func notOffered(t *testing.T, _ served) {
	p := person.New(t, deployed)
	status, _, b := p.Call("POST", "/v1/videos", map[string]any{"filename": "film.mp4", "size": 5, "contentType": "video/mp4", "language": "tlh"})
	var problem person.Problem
	if err := json.Unmarshal(b, &problem); err != nil || status < 400 || status > 499 || problem.Code != "language_not_offered" {
		t.Errorf("%d %s", status, b)
	}
}

// The service gets a film's sound, so that it hears what it would refuse: MOV, as
// telephones write it, and Matroska. The stand-in takes nothing but a WAV.
func ofAnyFormat(t *testing.T, s served) {
	p := person.New(t, deployed)
	for name, args := range map[string][]string{"mov": {"-c:a", "aac", "-f", "mov"}, "matroska": {"-c:a", "flac", "-f", "matroska"}} {
		file := person.FFmpeg(t, append([]string{"-f", "lavfi", "-i", "sine=f=440:d=2"}, args...)...)
		v := p.End(s.ask(p, file, asGerman).ID, video.Ready, "")
		s.job(v.ID, 1, "")
		if got := deployed.ObjectsOf(t, v.ID); len(got) != stored {
			t.Errorf("%s: stored: %v", name, got)
		}
	}
}

func failedJob(t *testing.T, s served) {
	p := person.New(t, deployed)
	s.SetFaults(transcribetest.Faults{Fail: "Internal failure."})
	v := p.End(s.ask(p, film(t), asGerman).ID, video.Failed, video.ServiceFailed.Code)
	s.job(v.ID, 1, "")
	s.SetFaults(transcribetest.Faults{})
	p.Want(202, "POST", "/v1/videos/"+v.ID+"/retry", nil)
	if v = p.End(v.ID, video.Ready, ""); v.Tracks[0].Name != "de" {
		t.Errorf("%+v", v)
	}
}

func throttled(t *testing.T, s served) {
	p := person.New(t, deployed)
	// More than the SDK tries again by itself, so that the message comes again.
	s.SetFaults(transcribetest.Faults{Throttle: 6, Break: 1})
	v := p.End(s.ask(p, film(t), asGerman).ID, video.Ready, "")
	s.job(v.ID, 1, "")
	if got := deployed.ObjectsOf(t, v.ID); len(got) != stored {
		t.Errorf("stored: %v", got)
	}
}

func lostEvent(t *testing.T, s served) {
	p := person.New(t, deployed)
	s.SetFaults(transcribetest.Faults{LoseEvents: true})
	v := s.ask(p, film(t), asGerman)
	s.job(v.ID, 1, "COMPLETED")
	p.Until(v.ID, "waiting for the service", func(v person.Video) bool { return v.Status == "captioning" })
	forgotten(t, v.ID, false)
	p.Until(v.ID, "started again", func(person.Video) bool {
		sweep(t, `{"source":"aws.events"}`) // it does nothing while the queues have a backlog
		return p.At(v.ID).Ended()
	})
	p.End(v.ID, video.Ready, "")
	s.job(v.ID, 1, "")
}

func eventTwice(t *testing.T, s served) {
	p := person.New(t, deployed)
	s.SetFaults(transcribetest.Faults{Twice: true})
	v := p.End(s.ask(p, film(t), asGerman).ID, video.Ready, "")
	s.job(v.ID, 1, "")
	before := deployed.ObjectsOf(t, v.ID)
	s.Tell(transcribetest.Event{Name: video.ServiceJob("cuepipe-"+deployed.Stage, v.ID, 1), Status: "COMPLETED"})
	// By the time that another film is through, the late one has been dealt with.
	p.End(s.ask(p, film(t), asGerman).ID, video.Ready, "")
	s.job(v.ID, 1, "")
	if got := deployed.ObjectsOf(t, v.ID); !slices.Equal(got, before) || p.At(v.ID).Status != string(video.Ready) {
		t.Errorf("it became %v of %v", got, before)
	}
}

func deletedAtWork(t *testing.T, s served) {
	p := person.New(t, deployed)
	s.SetFaults(transcribetest.Faults{Hold: true})
	v := s.ask(p, film(t), asGerman)
	s.job(v.ID, 1, "IN_PROGRESS")
	p.Want(204, "DELETE", "/v1/videos/"+v.ID, nil)
	s.SetFaults(transcribetest.Faults{Twice: true}) // now it writes what it heard, and says so
	s.job(v.ID, 1, "")
	for began := time.Now(); len(deployed.ObjectsOf(t, v.ID)) > 0; time.Sleep(100 * time.Millisecond) {
		if time.Since(began) > stack.Patience {
			t.Fatalf("there are still %v", deployed.ObjectsOf(t, v.ID))
		}
	}
	s.buried(v.ID)
}

func deletedUnheard(t *testing.T, s served) {
	p := person.New(t, deployed)
	s.SetFaults(transcribetest.Faults{Hold: true})
	v := s.ask(p, film(t), asGerman)
	s.job(v.ID, 1, "IN_PROGRESS")
	p.Want(204, "DELETE", "/v1/videos/"+v.ID, nil)
	s.SetFaults(transcribetest.Faults{LoseEvents: true})
	s.job(v.ID, 1, "COMPLETED")
	if got := deployed.ObjectsOf(t, v.ID); len(got) == 0 {
		t.Error("the service wrote nothing after the delete")
	}
	s.buried(v.ID)
	s.job(v.ID, 1, "")
	if got := deployed.ObjectsOf(t, v.ID); len(got) != 0 {
		t.Errorf("there are still %v", got)
	}
}

func retriedAtWork(t *testing.T, s served) {
	p := person.New(t, deployed)
	s.SetFaults(transcribetest.Faults{Hold: true})
	v := s.ask(p, film(t), asGerman)
	s.job(v.ID, 1, "IN_PROGRESS")
	p.Want(202, "POST", "/v1/videos/"+v.ID+"/retry", nil)
	s.job(v.ID, 2, "IN_PROGRESS")
	s.SetFaults(transcribetest.Faults{})
	v = p.End(v.ID, video.Ready, "")
	if !strings.Contains(v.Tracks[0].Formats["vtt"], "de.vtt") {
		t.Errorf("%+v", v.Tracks)
	}
	s.job(v.ID, 1, "")
	s.job(v.ID, 2, "")
}
