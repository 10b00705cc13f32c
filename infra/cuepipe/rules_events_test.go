package cuepipe

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// eventsRule: every end of a video comes from the table's stream to the
// notifier, until it is told or becomes a dead letter that is kept.
func eventsRule(t template) (problems []string) {
	if view := t.named("Table").at("StreamSpecification", "StreamViewType"); view != "NEW_AND_OLD_IMAGES" {
		problems = append(problems, fmt.Sprintf("the table's stream shows %v", view))
	}
	ends := t.named("NotifierFunctionEnds")
	if source, calls := show(ends.at("EventSourceArn")), show(ends.at("FunctionName")); source != "Table" || calls != "NotifierFunction" {
		problems = append(problems, fmt.Sprintf("the stream of %s calls %s", source, calls))
	}
	for property, want := range map[string]any{
		// PutEvents takes ten at once; half of the day for which a stream keeps its
		// records is left for an operator.
		"StartingPosition": "TRIM_HORIZON", "BatchSize": 10.0, "MaximumRecordAgeInSeconds": 12 * 3600.0, "MaximumRetryAttempts": -1.0,
		"BisectBatchOnFunctionError": true,
	} {
		if got := ends.at(property); got != want {
			problems = append(problems, fmt.Sprintf("the stream's %s is %v, want %v", property, got, want))
		}
	}
	if !slices.Equal(texts(ends.at("FunctionResponseTypes")), []string{"ReportBatchItemFailures"}) {
		problems = append(problems, "the notifier does not report single failures")
	}
	if pattern := ends.at("FilterCriteria", "Filters", 0, "Pattern"); pattern != `{"dynamodb":{"NewImage":{"status":{"S":["ready","uncaptioned","failed"]}}}}` {
		problems = append(problems, fmt.Sprintf("the notifier hears of %v", pattern))
	}
	if to := show(ends.at("DestinationConfig", "OnFailure", "Destination")); to != "EventsDeadLetters" {
		problems = append(problems, "what cannot be told goes to "+to)
	}
	if kept := number(t.named("EventsDeadLetters").at("MessageRetentionPeriod")); kept != 14*24*3600 {
		problems = append(problems, fmt.Sprintf("what cannot be told is kept for %v s", kept))
	}
	if name := show(t.named("Events").at("Name")); !strings.HasPrefix(name, "cuepipe-") {
		problems = append(problems, "the bus is named "+name)
	}
	return problems
}

// withWebhook is the template of a stage that tells a webhook.
func withWebhook(t *testing.T, stage string) template {
	t.Helper()
	settings := settingsFor(t, stage)
	settings.WebhookURL = "https://example.org/cuepipe"
	var tpl template
	if err := json.Unmarshal(templateJSON(t, newTestStack(t, settings)), &tpl); err != nil {
		t.Fatal(err)
	}
	return tpl
}

// Without the setting there is nothing of a webhook, and with it nothing but
// this.
func TestAWebhookAddsWhatItNeeds(t *testing.T) {
	for _, stage := range []string{"test", "prod"} {
		without, with := templateOf(t, stage), withWebhook(t, stage)
		for name, r := range without.Resources {
			text, err := json.Marshal(r.Properties)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), "ssm:") || strings.Contains(strings.ToLower(string(text)), "webhook_") || strings.HasPrefix(name, "Webhook") {
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
		if !slices.Equal(more, []string{"Webhook", "WebhookConnection", "WebhookRole", "WebhookRule"}) {
			t.Errorf("stage %s: it adds %v", stage, more)
		}
		secret := "/cuepipe/" + stage + "/webhook-secret"
		for name := range mayDo {
			had, _ := without.named(name+"Role").at("Policies", 0, "PolicyDocument", "Statement").([]any)
			has, _ := with.named(name+"Role").at("Policies", 0, "PolicyDocument", "Statement").([]any)
			gained := slices.DeleteFunc(verbs(has), func(verb string) bool { return slices.Contains(verbs(had), verb) })
			var want []string
			told := with.named(name+"Function").at("Environment", "Variables", "WEBHOOK_SECRET")
			if name == "Notifier" {
				want = []string{"ssm:GetParameter arn:AWS::Partition:ssm:AWS::Region:AWS::AccountId:parameter" + secret}
				if told != secret {
					t.Errorf("stage %s: the secret is %v", stage, told)
				}
			} else if told != nil {
				t.Errorf("stage %s: the %s is told of the secret", stage, name)
			}
			if !slices.Equal(gained, want) {
				t.Errorf("stage %s: the %s gains %q, want %q", stage, name, gained, want)
			}
		}
	}
}

func TestTheWebhookIsTold(t *testing.T) {
	tpl := withWebhook(t, "prod")
	if at := tpl.named("Webhook"); at.at("InvocationEndpoint") != "https://example.org/cuepipe" || at.at("HttpMethod") != "POST" || show(at.at("ConnectionArn")) != "WebhookConnection" {
		t.Errorf("the webhook is %v", at.Properties)
	}
	rule := tpl.named("WebhookRule")
	pattern, err := json.Marshal(rule.at("EventPattern"))
	if err != nil || string(pattern) != `{"detail-type":["Video Ended"],"source":["cuepipe"]}` || show(rule.at("EventBusName")) != "Events" || rule.at("State") != "ENABLED" {
		t.Errorf("the rule hears of %s on %v, %v", pattern, rule.at("EventBusName"), err)
	}
	target, _ := rule.at("Targets", 0).(map[string]any)
	if show(target["Arn"]) != "Webhook" || show(target["RoleArn"]) != "WebhookRole" || target["InputPath"] != "$.detail" ||
		at(target, "RetryPolicy", "MaximumRetryAttempts") != 185.0 || at(target, "RetryPolicy", "MaximumEventAgeInSeconds") != 24*3600.0 ||
		show(at(target, "DeadLetterConfig", "Arn")) != "EventsDeadLetters" || rule.at("Targets", 1) != nil {
		t.Errorf("the rule tells %v", target)
	}
	role := tpl.named("WebhookRole")
	statements, _ := role.at("Policies", 0, "PolicyDocument", "Statement").([]any)
	if got := verbs(statements); !slices.Equal(got, []string{"events:InvokeApiDestination arn:AWS::Partition:events:AWS::Region:AWS::AccountId:api-destination/cuepipe-prod/*"}) || role.at("Policies", 1) != nil {
		t.Errorf("the rule may %q", got)
	}
	trusted, _ := role.at("AssumeRolePolicyDocument", "Statement").([]any)
	if len(trusted) != 1 || at(trusted[0], "Principal", "Service") != "events.amazonaws.com" || show(at(trusted[0], "Condition", "StringEquals", "aws:SourceAccount")) != "AWS::AccountId" {
		t.Errorf("the role trusts %v", trusted)
	}
	var senders []any
	for _, s := range tpl.named("EventsDeadLettersPolicy").at("PolicyDocument", "Statement").([]any) {
		if at(s, "Effect") == "Allow" {
			senders = append(senders, s)
		}
	}
	if len(senders) != 1 || at(senders[0], "Principal", "Service") != "events.amazonaws.com" || at(senders[0], "Action") != "sqs:SendMessage" ||
		show(at(senders[0], "Condition", "ArnEquals", "aws:SourceArn")) != "WebhookRule" {
		t.Errorf("the dead letters take %v", senders)
	}
}

func TestTheWebhookFollowsAwsSolutions(t *testing.T) {
	for _, stage := range []string{"test", "prod"} {
		settings := settingsFor(t, stage)
		settings.WebhookURL = "https://example.org/cuepipe"
		for _, finding := range findings(t, newTestStack(t, settings, reported)) {
			t.Errorf("stage %s: %s", stage, finding)
		}
	}
}
