package cuepipe

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// withTranscribe is the template of a stage that uses Amazon Transcribe.
func withTranscribe(t *testing.T, stage string) template {
	t.Helper()
	settings := settingsFor(t, stage)
	settings.Transcribe = true
	settings.TranscribeEndpoint = settings.Stage.Defaults.TranscribeEndpoint
	var tpl template
	if err := json.Unmarshal(templateJSON(t, newTestStack(t, settings)), &tpl); err != nil {
		t.Fatal(err)
	}
	return tpl
}

// Without the setting there is nothing of it, and with it nothing but this.
func TestTranscribeAddsWhatItNeeds(t *testing.T) {
	for _, stage := range []string{"test", "prod"} {
		without, with := templateOf(t, stage), withTranscribe(t, stage)
		for name, r := range without.Resources {
			text, err := json.Marshal(r.Properties)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), "transcribe:") || strings.Contains(string(text), "TRANSCRIBE") {
				t.Errorf("stage %s: %s has something of it without the setting", stage, name)
			}
		}
		var more []string
		for name := range with.Resources {
			if without.Resources[name] == nil {
				more = append(more, plain(name))
			}
		}
		slices.Sort(more)
		if !slices.Equal(more, []string{"TranscribeJobs"}) || len(with.Resources) != len(without.Resources)+1 {
			t.Errorf("stage %s: it adds %v", stage, more)
		}
		jobs := "arn:AWS::Partition:transcribe:AWS::Region:AWS::AccountId:transcription-job/cuepipe-" + stage + ".*"
		for name := range mayDo {
			statements := func(tpl template) []string {
				all, _ := tpl.named(name+"Role").at("Policies", 0, "PolicyDocument", "Statement").([]any)
				return verbs(all)
			}
			var gained []string
			for _, verb := range statements(with) {
				if !slices.Contains(statements(without), verb) {
					gained = append(gained, verb)
				}
			}
			slices.Sort(gained)
			forget := []string{"transcribe:DeleteTranscriptionJob " + jobs, "transcribe:GetTranscriptionJob " + jobs}
			want := map[string][]string{"Sweeper": forget,
				"Transcriber": append(append([]string{"s3:AbortMultipartUpload CaptionsBucket/videos/*"}, forget...), "transcribe:StartTranscriptionJob * if map[StringEquals:map[transcribe:OutputBucketName:map[Ref:")}[name]
			if len(gained) != len(want) {
				t.Errorf("stage %s: the %s gains %q, want %q", stage, name, gained, want)
				continue
			}
			for i := range want {
				if !strings.HasPrefix(gained[i], want[i]) {
					t.Errorf("stage %s: the %s gains %q, want %q", stage, name, gained[i], want[i])
				}
			}
			told := func(tpl template) map[string]any {
				variables, _ := tpl.named(name+"Function").at("Environment", "Variables").(map[string]any)
				return variables
			}
			learns := slices.DeleteFunc(slices.Sorted(maps.Keys(told(with))), func(v string) bool { return told(without)[v] != nil })
			var wantLearns []string
			if slices.Contains([]string{"Upload", "Transcriber", "Sweeper", "Web"}, name) {
				if stage == "test" {
					wantLearns = append(wantLearns, "AWS_ENDPOINT_URL_TRANSCRIBE")
				}
				wantLearns = append(wantLearns, "TRANSCRIBE_STACK")
				if got := told(with)["TRANSCRIBE_STACK"]; got != "cuepipe-"+stage {
					t.Errorf("stage %s: the %s is told the stack %v", stage, name, got)
				}
			}
			if !slices.Equal(learns, wantLearns) {
				t.Errorf("stage %s: the %s is told %v, want %v", stage, name, learns, wantLearns)
			}
		}
	}
}

// The end of each of our jobs, and of no other, comes to the segments queue.
func TestTheSegmentsQueueHearsOfJobs(t *testing.T) {
	tpl := withTranscribe(t, "prod")
	rule := tpl.named("TranscribeJobs")
	if target := show(rule.at("Targets", 0, "Arn")); target != "SegmentsQueue" || rule.at("Targets", 1) != nil || rule.at("State") != "ENABLED" {
		t.Errorf("the rule calls %s, %v", target, rule.at("State"))
	}
	pattern, err := json.Marshal(rule.at("EventPattern"))
	want := `{"detail":{"TranscriptionJobName":[{"prefix":"cuepipe-prod."}],"TranscriptionJobStatus":["COMPLETED","FAILED"]},"detail-type":["Transcribe Job State Change"],"source":["aws.transcribe"]}`
	if err != nil || string(pattern) != want {
		t.Errorf("the pattern is %s, %v", pattern, err)
	}
	permitted := 0
	for _, s := range tpl.named("SegmentsQueuePolicy").at("PolicyDocument", "Statement").([]any) {
		if at(s, "Effect") == "Allow" {
			permitted++
			if at(s, "Principal", "Service") != "events.amazonaws.com" || at(s, "Action") != "sqs:SendMessage" ||
				show(at(s, "Condition", "ArnEquals", "aws:SourceArn")) != "TranscribeJobs" {
				t.Errorf("the queue lets in %v", s)
			}
		}
	}
	if permitted != 1 {
		t.Errorf("%d are let in", permitted)
	}
}

func TestTranscribeFollowsAwsSolutions(t *testing.T) {
	for _, stage := range []string{"test", "prod"} {
		settings := settingsFor(t, stage)
		settings.Transcribe = true
		for _, finding := range findings(t, newTestStack(t, settings, reported)) {
			t.Errorf("stage %s: %s", stage, finding)
		}
	}
}
