// Command infra synthesises the cloud assembly of Cuepipe: one stack for the
// stage that the environment names. It is the only reader of the environment.
//
//	STAGE            local, test, dev or prod; local where it is empty
//	DIST             the folder of the built functions; dist where it is empty
//	OIDC_ISSUER      optional: the issuer whose tokens the API takes, instead of a user pool of the stack's own
//	OIDC_AUDIENCE    with it: the client id of the page there, which its tokens name as audience
//	OIDC_SCOPES      optional with it: what the page asks it for, openid email profile where it is empty
//	PAGE_ORIGIN      optional: another page's origin, such as https://captions.example.org
//	ALARM_EMAIL      optional: who is told when an alarm goes off
//	MAX_CONCURRENCY  optional: how many transcribers may run at once, 2 to 1000
//	SEGMENT_SECONDS  optional: how long a segment of a film is, 20 to 600 seconds
//	MODEL            optional: a model of sherpa-onnx, s3://bucket/folder or a folder, see docs/models.md
//	MODEL_MEMORY     optional: what its transcriber gets of memory, 1769 to 10240 MB
//	MODEL_STORAGE    optional: what its transcriber gets of /tmp, 512 to 10240 MB
//	TRANSCRIBE       optional: true has Amazon Transcribe hear other languages than English, and tell speakers apart
//	WEBHOOK_URL      optional: an https address that is told of every video that comes to its end, see docs/events.md
//	AWS_ENDPOINT_URL where the local cloud answers; read for local and test only, as is
//	AWS_ENDPOINT_URL_TRANSCRIBE, where a stand-in for Amazon Transcribe does
//
// In local and test, the issuer, the audience and the origin have defaults.
package main

import (
	"cmp"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/aws/jsii-runtime-go"

	"github.com/cuepipe/cuepipe/infra/cuepipe"
)

func main() {
	err := run(os.Getenv)
	jsii.Close()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(getenv func(string) string) error {
	settings, err := settings(getenv)
	if err != nil {
		return err
	}
	if err := cuepipe.CheckPackages(settings.Dist); err != nil {
		return err
	}
	if err := cuepipe.CheckModel(settings.Dist, settings.Model); err != nil {
		return err
	}
	app := cuepipe.NewApp(cuepipe.AppProps{Settings: settings})
	app.Synth(nil)
	return nil
}

// settings reads the environment. Its errors are sentences for the one who
// deploys.
func settings(getenv func(string) string) (cuepipe.Settings, error) {
	stage, err := cuepipe.StageNamed(cmp.Or(getenv("STAGE"), "local"))
	if err != nil {
		return cuepipe.Settings{}, fmt.Errorf("STAGE: %w", err)
	}
	s := cuepipe.Settings{
		Stage:      stage,
		Dist:       cmp.Or(getenv("DIST"), "dist"),
		Issuer:     cmp.Or(getenv("OIDC_ISSUER"), stage.Defaults.Issuer),
		Audience:   cmp.Or(getenv("OIDC_AUDIENCE"), stage.Defaults.Audience),
		Scopes:     getenv("OIDC_SCOPES"),
		PageOrigin: cmp.Or(getenv("PAGE_ORIGIN"), stage.Defaults.PageOrigin),
		AlarmEmail: getenv("ALARM_EMAIL"),
		WebhookURL: getenv("WEBHOOK_URL"),

		SegmentLength: stage.SegmentLength,
	}
	if stage.Local {
		s.Endpoint = cmp.Or(getenv("AWS_ENDPOINT_URL"), stage.Defaults.Endpoint)
		s.TranscribeEndpoint = cmp.Or(getenv("AWS_ENDPOINT_URL_TRANSCRIBE"), stage.Defaults.TranscribeEndpoint)
	}
	switch text := getenv("TRANSCRIBE"); text {
	case "", "false":
	case "true":
		s.Transcribe = true
	default:
		return cuepipe.Settings{}, fmt.Errorf("TRANSCRIBE is %q: give true to have Amazon Transcribe hear other languages than English and tell speakers apart, or leave it out", text)
	}
	if text := getenv("MAX_CONCURRENCY"); text != "" {
		if s.Transcribers, err = strconv.Atoi(text); err != nil {
			return cuepipe.Settings{}, fmt.Errorf("MAX_CONCURRENCY is %q: give a whole number from 2 to 1000", text)
		}
	}
	if text := getenv("SEGMENT_SECONDS"); text != "" {
		seconds, err := strconv.Atoi(text)
		if err != nil {
			return cuepipe.Settings{}, fmt.Errorf("SEGMENT_SECONDS is %q: give a whole number of seconds from 20 to 600", text)
		}
		s.SegmentLength = time.Duration(seconds) * time.Second
	}
	s.Model.At = getenv("MODEL")
	for name, n := range map[string]*int{"MODEL_MEMORY": &s.Model.Memory, "MODEL_STORAGE": &s.Model.Storage} {
		if text := getenv(name); text != "" {
			if *n, err = strconv.Atoi(text); err != nil || *n <= 0 {
				return cuepipe.Settings{}, fmt.Errorf("%s is %q: give a whole number of MB", name, text)
			}
		}
	}
	if err := s.Check(); err != nil {
		return cuepipe.Settings{}, err
	}
	return s, nil
}
