package cuepipe

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/cuepipe/cuepipe/internal/notify"
)

// How long EventBridge goes on telling a webhook that does not take an event:
// as long as it does at most, with growing pauses.
const (
	webhookTries   = 185
	webhookSeconds = 24 * 3600
)

// events is the way of the news that a video came to its end: the table's
// stream, the notifier, the bus, and from there to whoever has a rule.
type events struct {
	bus awsevents.EventBus
	// deadLetters keep what could not be told, and what the webhook did not take.
	deadLetters awssqs.Queue
	// webhookRole is nil where there is no webhook.
	webhookRole awsiam.Role
}

func newEvents(stack awscdk.Stack, settings Settings) events {
	e := events{
		bus: awsevents.NewEventBus(stack, jsii.String("Events"), &awsevents.EventBusProps{
			// Rules of others name it.
			EventBusName: stack.StackName(),
		}),
		// Nobody takes messages from it, so that a try is all the hiding there is.
		deadLetters: awssqs.NewQueue(stack, jsii.String("EventsDeadLetters"), &awssqs.QueueProps{
			RetentionPeriod: awscdk.Duration_Days(jsii.Number(deadLetterDays)),
			Encryption:      awssqs.QueueEncryption_SQS_MANAGED,
			EnforceSSL:      jsii.Bool(true),
		}),
	}
	if settings.WebhookURL != "" {
		e.webhookRole = newWebhook(stack, settings, e)
	}
	return e
}

// hearOfEnds has Lambda call the notifier for each change that leaves a video at
// an end. Lambda polls streams for nothing (aws.amazon.com/dynamodb/pricing: "You
// are not charged for GetRecords API calls invoked by AWS Lambda").
//
// The mapping is written out: what the CDK would add for a dead-letter queue
// brings its package of every event source.
func hearOfEnds(notifier awslambda.Function, table awsdynamodb.Table, e events) {
	filter, err := json.Marshal(map[string]any{"dynamodb": map[string]any{"NewImage": map[string]any{"status": map[string]any{"S": notify.Ends()}}}})
	if err != nil {
		panic(fmt.Sprintf("a map of texts did not become JSON: %v", err))
	}
	awslambda.NewCfnEventSourceMapping(notifier, jsii.String("Ends"), &awslambda.CfnEventSourceMappingProps{
		FunctionName:   notifier.FunctionName(),
		EventSourceArn: table.TableStreamArn(),
		// From the first record that there is: what ends while the mapping is made is
		// told, too.
		StartingPosition:           jsii.String("TRIM_HORIZON"),
		FilterCriteria:             &awslambda.CfnEventSourceMapping_FilterCriteriaProperty{Filters: []any{&awslambda.CfnEventSourceMapping_FilterProperty{Pattern: jsii.String(string(filter))}}},
		BatchSize:                  jsii.Number(notify.Batch),
		FunctionResponseTypes:      jsii.Strings("ReportBatchItemFailures"),
		BisectBatchOnFunctionError: jsii.Bool(true),
		MaximumRecordAgeInSeconds:  jsii.Number(tellFor.Seconds()),
		// As often as that time allows: EventBridge may be away for hours.
		MaximumRetryAttempts: jsii.Number(-1),
		DestinationConfig: &awslambda.CfnEventSourceMapping_DestinationConfigProperty{
			OnFailure: &awslambda.CfnEventSourceMapping_OnFailureProperty{Destination: e.deadLetters.QueueArn()},
		},
	})
}

// newWebhook has EventBridge POST every event's detail to the webhook, and
// returns the role in which it does.
func newWebhook(stack awscdk.Stack, settings Settings, e events) awsiam.Role {
	name := *stack.StackName()
	connection := awsevents.NewCfnConnection(stack, jsii.String("WebhookConnection"), &awsevents.CfnConnectionProps{
		Name:              &name,
		Description:       jsii.String("Says which stage calls the webhook"),
		AuthorizationType: jsii.String("API_KEY"),
		// EventBridge calls nobody without a key. This one is none: what proves where
		// an event comes from is its signature.
		AuthParameters: &awsevents.CfnConnection_AuthParametersProperty{
			ApiKeyAuthParameters: &awsevents.CfnConnection_ApiKeyAuthParametersProperty{
				ApiKeyName: jsii.String("Cuepipe-Stack"), ApiKeyValue: &name,
			},
		},
	})
	destination := awsevents.NewCfnApiDestination(stack, jsii.String("Webhook"), &awsevents.CfnApiDestinationProps{
		Name:               &name,
		Description:        jsii.String("Who is told of videos that came to their end"),
		ConnectionArn:      connection.AttrArn(),
		HttpMethod:         jsii.String("POST"),
		InvocationEndpoint: &settings.WebhookURL,
	})
	role := awsiam.NewRole(stack, jsii.String("WebhookRole"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("events.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			Conditions: &map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": stack.Account()}},
		}),
		InlinePolicies: &map[string]awsiam.PolicyDocument{
			"webhook": awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &[]awsiam.PolicyStatement{
				// The name ends with an id that EventBridge gives.
				allow(stack.FormatArn(&awscdk.ArnComponents{
					Service: jsii.String("events"), Resource: jsii.String("api-destination"), ResourceName: jsii.String(name + "/*"),
				}), "events:InvokeApiDestination"),
			}}),
		},
	})
	rule := awsevents.NewCfnRule(stack, jsii.String("WebhookRule"), &awsevents.CfnRuleProps{
		Description:  jsii.String("Tells the webhook of every video that came to its end"),
		EventBusName: e.bus.EventBusName(),
		EventPattern: map[string]any{"source": []string{notify.Source}, "detail-type": []string{notify.DetailType}},
		State:        jsii.String("ENABLED"),
		Targets: &[]any{&awsevents.CfnRule_TargetProperty{
			Id:          jsii.String("Webhook"),
			Arn:         destination.AttrArn(),
			RoleArn:     role.RoleArn(),
			InputPath:   jsii.String("$.detail"),
			RetryPolicy: &awsevents.CfnRule_RetryPolicyProperty{MaximumRetryAttempts: jsii.Number(webhookTries), MaximumEventAgeInSeconds: jsii.Number(webhookSeconds)},

			DeadLetterConfig: &awsevents.CfnRule_DeadLetterConfigProperty{Arn: e.deadLetters.QueueArn()},
		}},
	})
	e.deadLetters.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("WebhookRuleSends"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("events.amazonaws.com"), nil)},
		Actions:    jsii.Strings("sqs:SendMessage"),
		Resources:  &[]*string{e.deadLetters.QueueArn()},
		Conditions: &map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": rule.AttrArn()}},
	}))
	return role
}

// secretName is the parameter with the webhook's secret, which tools/deploy.sh
// makes: CloudFormation cannot make a SecureString, and would show what it made.
func secretName(stage Stage) string { return "/cuepipe/" + stage.Name + "/webhook-secret" }

// secretVariable tells the notifier to sign; a stack without a webhook has
// nothing of it.
func secretVariable(settings Settings) variable {
	if settings.WebhookURL == "" {
		return nil
	}
	return variable{"WEBHOOK_SECRET": jsii.String(secretName(settings.Stage))}
}

// mayReadSecret needs no right to a key: a SecureString that names none is
// encrypted with the account's own for SSM, which lets in who may read the
// parameter.
func mayReadSecret(stack awscdk.Stack, settings Settings) []awsiam.PolicyStatement {
	if settings.WebhookURL == "" {
		return nil
	}
	parameter := stack.FormatArn(&awscdk.ArnComponents{Service: jsii.String("ssm"), Resource: jsii.String("parameter" + secretName(settings.Stage))})
	return []awsiam.PolicyStatement{allow(parameter, "ssm:GetParameter")}
}

func (e events) accept() {
	accept(e.deadLetters, "AwsSolutions-SQS3",
		"It is a queue of dead letters itself: the notifier and EventBridge send there what they could not tell.")
	if e.webhookRole != nil {
		accept(e.webhookRole, "AwsSolutions-IAM5",
			"The name of an API destination ends with an id that EventBridge gives when it is made; the destination is the stack's own.",
			`/^Resource::arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:api-destination\/cuepipe-[a-z]+\/\*$/`)
	}
}
