package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/jsii-runtime-go"
)

func TestMain(m *testing.M) {
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}

func environment(variables map[string]string) func(string) string {
	return func(name string) string { return variables[name] }
}

func TestLocalNeedsNothing(t *testing.T) {
	s, err := settings(environment(nil))
	if err != nil {
		t.Fatal(err)
	}
	if s.Stage.Name != "local" || s.Dist != "dist" || s.Issuer != "http://127.0.0.1:4560" || s.Audience != "cuepipe" ||
		s.PageOrigin != "http://localhost:5173" || s.Endpoint != "http://127.0.0.1:4566" {
		t.Errorf("local settings are %+v", s)
	}
	s, err = settings(environment(map[string]string{"STAGE": "test"}))
	if err != nil {
		t.Fatal(err)
	}
	if s.Issuer != "http://127.0.0.1:4660" || s.Endpoint != "http://127.0.0.1:4666" || s.SegmentLength != 30*time.Second {
		t.Errorf("test settings are %+v", s)
	}
}

func TestTheEnvironmentDecides(t *testing.T) {
	s, err := settings(environment(map[string]string{
		"STAGE": "prod", "DIST": "built", "OIDC_ISSUER": "https://login.example.org", "OIDC_AUDIENCE": "captions",
		"PAGE_ORIGIN": "https://captions.example.org", "ALARM_EMAIL": "operator@example.org", "MAX_CONCURRENCY": "50", "SEGMENT_SECONDS": "60",
		"WEBHOOK_URL":      "https://example.org/cuepipe?key=1",
		"AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if s.Stage.Name != "prod" || s.Dist != "built" || s.Issuer != "https://login.example.org" || s.Audience != "captions" ||
		s.PageOrigin != "https://captions.example.org" || s.AlarmEmail != "operator@example.org" || s.Transcribers != 50 || s.SegmentLength != time.Minute ||
		s.WebhookURL != "https://example.org/cuepipe?key=1" {
		t.Errorf("settings are %+v", s)
	}
	if s.Endpoint != "" {
		t.Errorf("a stage on AWS has the local endpoint %s", s.Endpoint)
	}
}

func TestSentencesForTheOneWhoDeploys(t *testing.T) {
	complete := map[string]string{
		"STAGE": "dev", "OIDC_ISSUER": "https://login.example.org", "OIDC_AUDIENCE": "captions", "PAGE_ORIGIN": "https://captions.example.org",
	}
	for _, c := range []struct{ variable, value, says string }{
		{"STAGE", "staging", "use one of local, test, dev, prod"},
		{"OIDC_ISSUER", "", "OIDC_AUDIENCE is set, but not OIDC_ISSUER"},
		{"OIDC_SCOPES", "email profile", "openid among them"},
		{"OIDC_ISSUER", "http://login.example.org", "give an https address"},
		{"OIDC_ISSUER", "login.example.org", "give an https address"},
		{"OIDC_AUDIENCE", "", "OIDC_AUDIENCE is not set"},
		{"PAGE_ORIGIN", "*", "scheme, host and port only"},
		{"PAGE_ORIGIN", "https://captions.example.org/", "scheme, host and port only"},
		{"PAGE_ORIGIN", "http://captions.example.org", "scheme, host and port only"},
		{"MAX_CONCURRENCY", "many", "whole number"},
		{"MAX_CONCURRENCY", "1", "from 2 to 1000"},
		{"MAX_CONCURRENCY", "1001", "from 2 to 1000"},
		{"SEGMENT_SECONDS", "2m", "whole number of seconds"},
		{"SEGMENT_SECONDS", "0", "from 20 to 600"},
		{"SEGMENT_SECONDS", "19", "from 20 to 600"},
		{"SEGMENT_SECONDS", "601", "from 20 to 600"},
		{"SEGMENT_SECONDS", "-120", "from 20 to 600"},
		{"WEBHOOK_URL", "http://example.org/cuepipe", "give an https address"},
		{"WEBHOOK_URL", "example.org", "give an https address"},
		{"WEBHOOK_URL", "https://user:word@example.org/", "without a user"},
	} {
		variables := map[string]string{c.variable: c.value}
		for name, value := range complete {
			if name != c.variable {
				variables[name] = value
			}
		}
		if _, err := settings(environment(variables)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s=%s: %v, want it to say %q", c.variable, c.value, err, c.says)
		}
	}
	// A transcriber of stage test may run for 20 s.
	if _, err := settings(environment(map[string]string{"STAGE": "test", "SEGMENT_SECONDS": "201"})); err == nil || !strings.Contains(err.Error(), "from 20 to 200") {
		t.Errorf("a segment too long for its transcriber: %v", err)
	}
	for _, seconds := range []string{"", "20", "600"} {
		complete["SEGMENT_SECONDS"] = seconds
		if _, err := settings(environment(complete)); err != nil {
			t.Errorf("complete settings: %v", err)
		}
	}
}

func TestAStageOnAWSNeedsNoIssuerAndNoOtherPage(t *testing.T) {
	s, err := settings(environment(map[string]string{"STAGE": "prod"}))
	if err != nil || s.Issuer != "" || s.Audience != "" || s.PageOrigin != "" {
		t.Errorf("settings are %+v, %v", s, err)
	}
	if _, err := settings(environment(map[string]string{"STAGE": "prod", "OIDC_SCOPES": "openid"})); err == nil || !strings.Contains(err.Error(), "issuer of your own") {
		t.Errorf("scopes for no issuer: %v", err)
	}
	s, err = settings(environment(map[string]string{"STAGE": "prod", "OIDC_ISSUER": "https://login.example.org", "OIDC_AUDIENCE": "captions", "OIDC_SCOPES": "openid offline_access"}))
	if err != nil || s.Scopes != "openid offline_access" {
		t.Errorf("scopes are %q, %v", s.Scopes, err)
	}
}

// A webhook on this machine is for the stages on this machine.
func TestAWebhookOnThisMachine(t *testing.T) {
	for _, stage := range []string{"local", "test"} {
		if s, err := settings(environment(map[string]string{"STAGE": stage, "WEBHOOK_URL": "http://127.0.0.1:8080/"})); err != nil || s.WebhookURL == "" {
			t.Errorf("stage %s: %v", stage, err)
		}
	}
}

func TestTranscribeIsSwitchedOn(t *testing.T) {
	for text, want := range map[string]bool{"": false, "false": false, "true": true} {
		s, err := settings(environment(map[string]string{"STAGE": "test", "TRANSCRIBE": text}))
		if err != nil || s.Transcribe != want || s.TranscribeEndpoint != "http://127.0.0.1:4668" {
			t.Errorf("%q: %v at %s, %v", text, s.Transcribe, s.TranscribeEndpoint, err)
		}
	}
	if _, err := settings(environment(map[string]string{"TRANSCRIBE": "yes"})); err == nil || !strings.Contains(err.Error(), "TRANSCRIBE") {
		t.Errorf("yes: %v", err)
	}
	s, err := settings(environment(map[string]string{"STAGE": "dev", "OIDC_ISSUER": "https://login.example.org", "OIDC_AUDIENCE": "captions",
		"PAGE_ORIGIN": "https://captions.example.org", "TRANSCRIBE": "true", "AWS_ENDPOINT_URL_TRANSCRIBE": "http://127.0.0.1:4668"}))
	if err != nil || !s.Transcribe || s.TranscribeEndpoint != "" {
		t.Errorf("on AWS: %v at %q, %v", s.Transcribe, s.TranscribeEndpoint, err)
	}
}

func TestAModelIsNamedWithItsSizes(t *testing.T) {
	s, err := settings(environment(map[string]string{"MODEL": "s3://models/whisper", "MODEL_MEMORY": "4096", "MODEL_STORAGE": "3000"}))
	if err != nil || s.Model.At != "s3://models/whisper" || s.Model.Memory != 4096 || s.Model.Storage != 3000 {
		t.Errorf("the model is %+v, %v", s.Model, err)
	}
	for _, size := range []string{"4 GB", "0", "-1", "1.5"} {
		if _, err := settings(environment(map[string]string{"MODEL": "s3://models/whisper", "MODEL_MEMORY": size})); err == nil || !strings.Contains(err.Error(), "whole number of MB") {
			t.Errorf("MODEL_MEMORY=%s: %v", size, err)
		}
	}
}
