// Package cuepipe holds everything that is deployed: one stack a stage.
//
// Read it in the order of the flow: stack.go wires the parts, storage.go and
// queues.go hold what is kept and what waits, functions.go and grants.go what
// runs and what it may do, api.go the way in, users.go who comes in by it,
// alarms.go the way out when something is wrong. numbers.go derives every number that depends on another.
package cuepipe

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// Settings are what the one who deploys decides.
type Settings struct {
	Stage Stage
	// Dist is the folder that has NAME/bootstrap for every function.
	Dist string
	// Issuer and Audience say whose tokens the API takes (OpenID Connect), and
	// Scopes, separated by spaces, what the page asks them for. Where the first two
	// are empty, the stack has a user pool of its own.
	Issuer, Audience, Scopes string
	// PageOrigin, where not empty, is an origin whose pages may upload and call the
	// API, beside the page that the API serves.
	PageOrigin string
	// AlarmEmail, where not empty, is told of alarms.
	AlarmEmail string
	// Transcribers bounds how many transcribers run at once; 0 takes the stage's.
	Transcribers int
	// SegmentLength is how long a segment of a film is, in whole seconds.
	SegmentLength time.Duration
	// Model takes the place of the packaged recogniser.
	Model Model
	// Transcribe has Amazon Transcribe do what our own recogniser cannot: other
	// languages, and who speaks.
	Transcribe bool
	// WebhookURL, where not empty, is told of every video that comes to its end.
	WebhookURL string
	// Endpoint is where a local cloud answers, and TranscribeEndpoint a stand-in
	// for Amazon Transcribe; both are empty on AWS.
	Endpoint, TranscribeEndpoint string
}

// Check finds what is missing or cannot work. Its error is made of sentences,
// one a line, that name the environment's variables.
func (s Settings) Check() error {
	var problems []error
	complain := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if s.Issuer != "" {
		if u, err := url.Parse(s.Issuer); err != nil || u.Host == "" || !s.allowedScheme(u) {
			complain("OIDC_ISSUER is %q: give an https address.", s.Issuer)
		}
		if s.Audience == "" {
			complain("OIDC_AUDIENCE is not set: give the client id that the issuer has for the page, which its tokens name as audience.")
		}
	} else if s.Audience != "" {
		complain("OIDC_AUDIENCE is set, but not OIDC_ISSUER: give the address of the issuer, too, or neither for a user pool of the stack's own.")
	}
	if s.Scopes != "" && (s.Issuer == "" || !slices.Contains(strings.Fields(s.Scopes), "openid")) {
		complain("OIDC_SCOPES is %q: give them for an issuer of your own, and openid among them.", s.Scopes)
	}
	if s.PageOrigin != "" {
		if u, err := url.Parse(s.PageOrigin); err != nil || u.Host == "" || !s.allowedScheme(u) || u.Scheme+"://"+u.Host != s.PageOrigin {
			complain("PAGE_ORIGIN is %q: give scheme, host and port only, such as https://captions.example.org, without a path or a slash at the end.", s.PageOrigin)
		}
	}
	if n := s.Transcribers; n != 0 && (n < leastConcurrency || n > mostConcurrency) {
		complain("MAX_CONCURRENCY is %d: give a whole number from %d to %d.", n, leastConcurrency, mostConcurrency)
	}
	if l, longest := s.SegmentLength, longestSegment(s.Stage.TranscriberTimeout); l < shortestSegment || l > longest {
		complain("SEGMENT_SECONDS is %d: give a whole number of seconds from %d to %d.", int(l.Seconds()), int(shortestSegment.Seconds()), int(longest.Seconds()))
	}
	if s.WebhookURL != "" {
		if u, err := url.Parse(s.WebhookURL); err != nil || u.Host == "" || !s.allowedScheme(u) || u.User != nil || u.Fragment != "" {
			// What it is goes unsaid: such an address may have a secret in it.
			complain("WEBHOOK_URL is not an address that can be told: give an https address without a user and a fragment, such as https://example.org/cuepipe.")
		}
	}
	return errors.Join(append(problems, s.Model.problems()...)...)
}

// allowedScheme says whether an address may be used: http only where nothing
// leaves the machine.
func (s Settings) allowedScheme(u *url.URL) bool {
	return u.Scheme == "https" || u.Scheme == "http" && s.Stage.Local
}

// CheckPackages finds functions that are not built. CDK would pack a folder
// without a program, or one that may not be executed, without a word.
func CheckPackages(dist string) error {
	for _, name := range functionNames {
		program := filepath.Join(dist, name, "bootstrap")
		info, err := os.Stat(program)
		switch {
		case errors.Is(err, os.ErrNotExist):
			return fmt.Errorf("%s is missing: build the functions first (make build)", program)
		case err != nil:
			return fmt.Errorf("look at the built function: %w", err)
		case info.Mode()&0o111 == 0:
			return fmt.Errorf("%s is not executable: build the functions again (make build)", program)
		}
	}
	return nil
}

// AppProps are the properties of an app.
type AppProps struct {
	Settings Settings
	// Outdir is where the cloud assembly goes; empty leaves it to the CDK, which
	// takes CDK_OUTDIR.
	Outdir string
}

// NewApp makes the app with its one stack. The settings must pass Check, and
// every function must be built.
func NewApp(props AppProps) awscdk.App {
	appProps := &awscdk.AppProps{
		AnalyticsReporting: jsii.Bool(false),
		// The CDK's command line would read flags from cdk.json, a plain go run
		// would not: given here, both make the same template.
		Context: featureFlags(),
	}
	if props.Outdir != "" {
		appProps.Outdir = jsii.String(props.Outdir)
	}
	app := awscdk.NewApp(appProps)
	NewStack(app, StackProps{Settings: props.Settings})
	return app
}

//go:embed flags.json
var flagsJSON []byte

// featureFlags are the CDK's recommended ones as of its release 2.270.0.
func featureFlags() *map[string]any {
	flags := map[string]any{}
	if err := json.Unmarshal(flagsJSON, &flags); err != nil {
		panic(fmt.Sprintf("flags.json, which is part of the program, is damaged: %v", err))
	}
	return &flags
}
