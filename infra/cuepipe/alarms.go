package cuepipe

import (
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/cuepipe/cuepipe/internal/metric"
	"github.com/cuepipe/cuepipe/internal/video"
)

type alarmsProps struct {
	stage             string
	email             string
	numbers           numbers
	uploads, segments queue
	events            events
	functions         functions
	api               awsapigateway.RestApi
}

// newAlarms tells a topic when videos are given up, when work waits too long,
// and when a function or the API fails. They are ten, which an account has for
// nothing: all that is given up is one count, the functions behind the API have
// no alarm of their own, because the API answers with a server error when one of
// them fails, and what the notifier fails to do waits.
func newAlarms(stack awscdk.Stack, props alarmsProps) {
	scope := constructs.NewConstruct(stack, jsii.String("Alarms"))
	tell := awscloudwatchactions.NewSnsAction(newTopic(stack, scope, props.email))
	alarm := func(id, says string, of awscloudwatch.IMetric, threshold float64, periods int) {
		awscloudwatch.NewAlarm(scope, &id, &awscloudwatch.AlarmProps{
			AlarmDescription:   &says,
			Metric:             of,
			Threshold:          &threshold,
			EvaluationPeriods:  jsii.Number(periods),
			ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
			// No traffic, no data: that is a quiet day.
			TreatMissingData: awscloudwatch.TreatMissingData_NOT_BREACHING,
		}).AddAlarmAction(tell)
	}
	every := func(minutes int, statistic string) *awscloudwatch.MetricOptions {
		return &awscloudwatch.MetricOptions{Period: duration(time.Duration(minutes) * time.Minute), Statistic: &statistic}
	}

	queues := []struct {
		id      string
		queue   queue
		timeout time.Duration
	}{
		{"Uploads", props.uploads, props.numbers.captioner.timeout},
		{"Segments", props.segments, props.numbers.transcriber.timeout},
	}
	for _, q := range queues {
		old := stale(q.timeout)
		alarm(q.id+"Wait", fmt.Sprintf("A message has waited for %v: work fails again and again, or more arrives than can be done", old),
			q.queue.queue.MetricApproximateAgeOfOldestMessage(every(5, "Maximum")), old.Seconds(), 1)
	}
	for _, f := range []struct {
		id       string
		function awslambda.Function
	}{
		{"Captioner", props.functions.captioner},
		{"Transcriber", props.functions.transcriber},
		{"Deadletter", props.functions.deadletter},
		{"Sweeper", props.functions.sweeper},
	} {
		alarm(f.id+"Errors", "The function crashed, ran out of time or reported its own failure",
			f.function.MetricErrors(every(5, "Sum")), 1, 1)
	}
	alarm("EventsWait", fmt.Sprintf("The end of a video has waited for %v to be told: the notifier fails again and again", tellSoon),
		props.functions.notifier.Metric(jsii.String("IteratorAge"), every(5, "Maximum")), float64(tellSoon.Milliseconds()), 1)
	// Nobody takes these: the alarm stays until somebody has dealt with them.
	alarm("EventsGivenUp", "The end of a video could not be told, or the webhook did not take it",
		props.events.deadLetters.MetricApproximateNumberOfMessagesVisible(every(5, "Maximum")), 1, 1)
	// Counted by who gives up: dead letters are taken within seconds, so that
	// their queues' lengths are hardly ever seen above zero.
	alarm("GivenUp", fmt.Sprintf("A message failed %d times, or a video stood still, was started again and stood still again: the video has failed", video.MaxTries),
		awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
			Namespace: jsii.String(metric.Namespace), MetricName: jsii.String(metric.GivenUp),
			DimensionsMap: &map[string]*string{metric.Stage: &props.stage},
			Period:        duration(5 * time.Minute), Statistic: jsii.String("Sum"),
		}), 1, 1)
	alarm("ApiErrors", "The API answered with a server error",
		props.api.MetricServerError(every(5, "Sum")), 1, 1)
}

// newTopic makes the topic that alarms speak to. It has no key: alarms hold
// names of ours and nothing of anybody's video, CloudWatch may not use the key
// that SNS would take by default, and one of our own would cost every month.
func newTopic(stack awscdk.Stack, scope constructs.Construct, email string) awssns.Topic {
	topic := awssns.NewTopic(scope, jsii.String("Topic"), &awssns.TopicProps{
		DisplayName: jsii.String("Cuepipe"),
		EnforceSSL:  jsii.Bool(true),
	})
	accept(topic, "AwsSolutions-SNS2",
		"Alarms hold names of the stack's parts and nothing of a video. CloudWatch may not use the key that SNS takes by default, and one of our own costs every month, used or not.")
	// A policy of its own replaces the default one, which let the account publish.
	topic.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("cloudwatch.amazonaws.com"), nil)},
		Actions:    jsii.Strings("sns:Publish"),
		Resources:  &[]*string{topic.TopicArn()},
		Conditions: &map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": stack.Account()}},
	}))
	if email != "" {
		topic.AddSubscription(awssnssubscriptions.NewEmailSubscription(&email, nil))
	}
	return topic
}
