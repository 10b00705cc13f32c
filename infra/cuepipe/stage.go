package cuepipe

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
)

// A Stage is one way to deploy the stack. Whatever differs between a laptop and
// production is a field here; no other code asks for a stage's name.
type Stage struct {
	// Name ends the stack's name: cuepipe-NAME.
	Name string
	// Local says that the stack stands on an emulator on this machine.
	Local bool
	// Keep says that the buckets and the table outlive the stack, and that the
	// table cannot be deleted by mistake.
	Keep bool
	// Alarms says that somebody is told when the pipeline is stuck or failing.
	Alarms bool
	// LogRetention is how long the functions' and the API's logs are kept.
	LogRetention awslogs.RetentionDays
	// CaptionerTimeout and TranscriberTimeout also decide how soon a message
	// comes again after a crash: see visibility.
	CaptionerTimeout, TranscriberTimeout time.Duration
	// SegmentLength is how long a segment of a film is where the one who deploys
	// does not say.
	SegmentLength time.Duration
	// Transcribers is how many transcribers may run at once where the one who
	// deploys does not say.
	Transcribers int
	// Defaults stand in for settings that are not given. On AWS there are none.
	Defaults Defaults
}

// Defaults are the settings of a stage on this machine.
type Defaults struct {
	Issuer, Audience, PageOrigin, Endpoint, TranscribeEndpoint string
}

var stages = []Stage{
	{
		Name:               "local",
		Local:              true,
		LogRetention:       awslogs.RetentionDays_ONE_DAY,
		CaptionerTimeout:   60 * time.Second,
		TranscriberTimeout: 300 * time.Second,
		SegmentLength:      usualSegment,
		Transcribers:       localTranscribers,
		Defaults: Defaults{
			Issuer:     "http://127.0.0.1:4560",
			Audience:   "cuepipe",
			PageOrigin: "http://localhost:5173",
			Endpoint:   "http://127.0.0.1:4566",
			// integration/transcribe listens there while it is tested.
			TranscribeEndpoint: "http://127.0.0.1:4568",
		},
	},
	{
		// Like local, but a killed function's message comes again in 36 and 120
		// seconds instead of 6 and 30 minutes, so that tests can wait for it.
		Name:               "test",
		Local:              true,
		LogRetention:       awslogs.RetentionDays_ONE_DAY,
		CaptionerTimeout:   6 * time.Second,
		TranscriberTimeout: 20 * time.Second,
		SegmentLength:      30 * time.Second, // so that a film of a few minutes has several
		Transcribers:       localTranscribers,
		Defaults: Defaults{
			Issuer:     "http://127.0.0.1:4660",
			Audience:   "cuepipe",
			PageOrigin: "http://localhost:5173",
			Endpoint:   "http://127.0.0.1:4666",
			// integration/transcribe listens there while it is tested.
			TranscribeEndpoint: "http://127.0.0.1:4668",
		},
	},
	{
		Name:               "dev",
		LogRetention:       awslogs.RetentionDays_TWO_WEEKS,
		CaptionerTimeout:   60 * time.Second,
		TranscriberTimeout: 300 * time.Second,
		SegmentLength:      usualSegment,
		Transcribers:       newAccountTranscribers,
	},
	{
		Name:               "prod",
		Keep:               true,
		Alarms:             true,
		LogRetention:       awslogs.RetentionDays_THREE_MONTHS,
		CaptionerTimeout:   60 * time.Second,
		TranscriberTimeout: 300 * time.Second,
		SegmentLength:      usualSegment,
		Transcribers:       newAccountTranscribers,
	},
}

// StageNamed finds a stage. Its error says which stages there are.
func StageNamed(name string) (Stage, error) {
	i := slices.IndexFunc(stages, func(s Stage) bool { return s.Name == name })
	if i < 0 {
		return Stage{}, fmt.Errorf("there is no stage %q: use one of %s", name, strings.Join(StageNames(), ", "))
	}
	return stages[i], nil
}

// StageNames lists the stages in the order from laptop to production.
func StageNames() []string {
	var names []string
	for _, s := range stages {
		names = append(names, s.Name)
	}
	return names
}
