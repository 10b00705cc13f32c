package pipeline

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/cuepipe/cuepipe/integration/person"
	"github.com/cuepipe/cuepipe/integration/stack"
	"github.com/cuepipe/cuepipe/internal/notify"
	"github.com/cuepipe/cuepipe/internal/video"
)

// A rule of a user's own, as docs/events.md shows it, hears of every end, and of
// every generation's.
func TestARuleHearsOfEveryEnd(t *testing.T) {
	t.Parallel()
	heard := listen(t)
	p := person.New(t, deployed)
	ready := p.Upload("film.mp4", "video/mp4", person.Film(t, "jfk.wav")).ID
	mute := p.Upload("film.mp4", "video/mp4", person.FFmpeg(t, "-f", "lavfi", "-i", "color=c=navy:s=320x180:r=10", "-t", "2")).ID
	text := p.Upload("secret-title.mp4", "video/mp4", []byte("This is not a video, whatever its name says.\n")).ID

	e := heard.until(ready + "/1")
	v := p.End(ready, video.Ready, "")
	if e.Status != video.Ready || e.Generation != 1 || e.Failure != nil || e.Duration != v.Duration || len(e.Tracks) != 1 ||
		e.Tracks[0] != (notify.Track{Name: "en", Language: v.Tracks[0].Language, Cues: v.Tracks[0].Cues}) {
		t.Errorf("a video that is ready: %+v, and the API says %+v", e, v)
	}
	if e := heard.until(mute + "/1"); e.Status != video.Uncaptioned || e.Failure == nil || e.Failure.Code != "no_audio" || len(e.Tracks) != 0 {
		t.Errorf("a video without sound: %+v", e)
	}
	if e := heard.until(text + "/1"); e.Status != video.Failed || e.Failure == nil || e.Failure.Code != "not_media" {
		t.Errorf("a text: %+v", e)
	}
	// What is captioned anew ends anew.
	p.Want(202, "POST", "/v1/videos/"+ready+"/retry", nil)
	again := heard.until(ready + "/2")
	if again.Status != video.Ready || again.Generation != 2 || again.EndedAt <= e.EndedAt || again.Owner != e.Owner {
		t.Errorf("after a retry: %+v", again)
	}
	for _, id := range []string{ready, mute, text} {
		p.Want(204, "DELETE", "/v1/videos/"+id, nil)
	}
	// One that ends after the deletes: by then those would have been told of.
	last := p.Upload("film.mp4", "video/mp4", []byte("Nor is this.\n")).ID
	heard.until(last + "/1")
	for id, e := range heard.all {
		if !strings.Contains(" ready uncaptioned failed ", " "+string(e.Status)+" ") {
			t.Errorf("%s is told as %s", id, e.Status)
		}
	}
	for _, body := range heard.bodies {
		for _, secret := range []string{"secret-title", "ellow Americans", "http"} {
			if strings.Contains(body, secret) {
				t.Errorf("an event tells %q: %s", secret, body)
			}
		}
	}
}

// The webhook gets every end, signed; what it does not take for a while comes
// again, and what it refuses is a dead letter.
func TestTheWebhookIsTold(t *testing.T) {
	if _, err := bus().DescribeApiDestination(t.Context(), &eventbridge.DescribeApiDestinationInput{Name: aws.String("cuepipe-" + deployed.Stage)}); err != nil {
		t.Fatalf("the stage has no webhook; deploy it with WEBHOOK_URL=http://%s/webhook, as make test does: %v", webhookAddress, err)
	}
	t.Parallel()
	p := person.New(t, deployed)
	upload := func(answers ...int) string {
		text := []byte("This is not a video, whatever its name says.\n")
		v := p.Create("film.mp4", "video/mp4", len(text))
		hook.answer(v.ID, answers...)
		if status := p.Put(v, text); status != 200 {
			t.Fatalf("PUT: %d", status)
		}
		return v.ID
	}
	taken, late, refused := upload(), upload(500, 429), upload(410)
	for id, tries := range map[string]int{taken: 1, late: 3, refused: 1} {
		calls := hook.wait(t, id, tries)
		for _, c := range calls {
			e, claims, err := c.verify(t)
			if err != nil {
				t.Errorf("the signature of %s: %v", c.body, err)
				continue
			}
			if e.ID != id+"/1" || e.Status != video.Failed || e.Signature != "" || claims.Issuer != "cuepipe-test" || claims.ID != e.ID || claims.IssuedAt == nil {
				t.Errorf("signed is %+v, %+v", e, claims)
			}
			var told notify.Event
			if err := json.Unmarshal(c.body, &told); err != nil {
				t.Fatal(err)
			}
			told.Signature = ""
			if told.ID != e.ID || told.EndedAt != e.EndedAt || told.Owner != e.Owner || *told.Failure != *e.Failure {
				t.Errorf("told is %+v, and signed %+v", told, e)
			}
			if c.contentType != "application/json; charset=utf-8" || c.stack != "cuepipe-test" {
				t.Errorf("it came as %q, from %q", c.contentType, c.stack)
			}
		}
	}
	// The dead letter is the event as the webhook would have got it, so that it can
	// be sent again, and says why it is there.
	letter := deadLetter(t, refused)
	if letter.ID != refused+"/1" || letter.Signature == "" {
		t.Errorf("the dead letter is %+v", letter)
	}
	if n := len(hook.of(taken)) + len(hook.of(late)) + len(hook.of(refused)); n != 5 {
		t.Errorf("the webhook was asked %d times, want 5", n)
	}
}

// heard is a queue with a rule of its own, and what came of it.
type heard struct {
	t      *testing.T
	queue  string
	all    map[string]notify.Event // by id
	bodies []string
}

func bus() *eventbridge.Client { return eventbridge.NewFromConfig(deployed.AWS) }

// listen makes a queue and a rule that sends it every end.
func listen(t *testing.T) *heard {
	t.Helper()
	name := "listener-" + video.NewID()
	made, err := deployed.SQS.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name})
	if err != nil {
		t.Fatal(err)
	}
	got, err := deployed.SQS.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: made.QueueUrl, AttributeNames: []sqstypes.QueueAttributeName{"QueueArn"}})
	if err != nil {
		t.Fatal(err)
	}
	arn := got.Attributes["QueueArn"]
	events := bus()
	rule, err := events.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: &name, EventBusName: aws.String(deployed.Output("EventBus")),
		EventPattern: aws.String(`{"source":["cuepipe"],"detail-type":["Video Ended"]}`)})
	if err != nil {
		t.Fatal(err)
	}
	policy := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sqs:SendMessage","Resource":%q,"Condition":{"ArnEquals":{"aws:SourceArn":%q}}}]}`, arn, *rule.RuleArn)
	if _, err := deployed.SQS.SetQueueAttributes(t.Context(), &sqs.SetQueueAttributesInput{QueueUrl: made.QueueUrl, Attributes: map[string]string{"Policy": policy}}); err != nil {
		t.Fatal(err)
	}
	put, err := events.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: &name, EventBusName: aws.String(deployed.Output("EventBus")),
		Targets: []eventtypes.Target{{Id: aws.String("queue"), Arn: &arn}}})
	if err != nil || put.FailedEntryCount != 0 {
		t.Fatalf("put target: %+v, %v", put, err)
	}
	return &heard{t: t, queue: *made.QueueUrl, all: map[string]notify.Event{}}
}

// until receives until an event came.
func (h *heard) until(id string) notify.Event {
	h.t.Helper()
	for began := time.Now(); ; {
		if e, ok := h.all[id]; ok {
			return e
		}
		if time.Since(began) > stack.Patience {
			h.t.Fatalf("%s was not told of after %v; told were %v", id, stack.Patience, h.all)
		}
		out, err := deployed.SQS.ReceiveMessage(h.t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &h.queue, MaxNumberOfMessages: 10, WaitTimeSeconds: 2})
		if err != nil {
			h.t.Fatal(err)
		}
		for _, m := range out.Messages {
			var event struct {
				Source     string
				DetailType string `json:"detail-type"`
				Detail     notify.Event
			}
			if err := json.Unmarshal([]byte(*m.Body), &event); err != nil || event.Source != notify.Source || event.DetailType != notify.DetailType {
				h.t.Fatalf("told is %s, %v", *m.Body, err)
			}
			h.all[event.Detail.ID], h.bodies = event.Detail, append(h.bodies, *m.Body)
			if _, err := deployed.SQS.DeleteMessage(h.t.Context(), &sqs.DeleteMessageInput{QueueUrl: &h.queue, ReceiptHandle: m.ReceiptHandle}); err != nil {
				h.t.Fatal(err)
			}
		}
	}
}

// deadLetter waits for the event of a video among the dead letters. Those of
// others are left where they are.
func deadLetter(t *testing.T, id string) (e notify.Event) {
	t.Helper()
	queue := deployed.Output("EventsDeadLettersUrl")
	for began := time.Now(); time.Since(began) < stack.Patience; {
		out, err := deployed.SQS.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &queue, MaxNumberOfMessages: 10, WaitTimeSeconds: 1,
			VisibilityTimeout: 1, MessageAttributeNames: []string{"All"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range out.Messages {
			if !strings.Contains(*m.Body, id) {
				continue
			}
			why := m.MessageAttributes
			if why["ERROR_CODE"].StringValue == nil || !strings.Contains(aws.ToString(why["ERROR_MESSAGE"].StringValue), "410") || !strings.Contains(aws.ToString(why["RULE_ARN"].StringValue), "cuepipe-test") {
				t.Errorf("the dead letter's reasons are %v", why)
			}
			if err := json.Unmarshal([]byte(*m.Body), &e); err != nil {
				t.Fatal(err)
			}
			return e
		}
	}
	t.Fatalf("%s is not among the dead letters", id)
	return e
}
