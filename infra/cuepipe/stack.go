package cuepipe

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// StackProps are the properties of a stack.
type StackProps struct {
	Settings Settings
}

// NewStack makes the stack cuepipe-STAGE. It names no account and no region, so
// that one template serves any.
func NewStack(scope constructs.Construct, props StackProps) awscdk.Stack {
	settings := props.Settings
	stage := settings.Stage
	transcribers := settings.Transcribers
	if transcribers == 0 {
		transcribers = stage.Transcribers
	}
	numbers := numbersFor(stage, transcribers)
	numbers.transcriber = settings.Model.size(numbers.transcriber)

	name := "cuepipe-" + stage.Name
	stack := awscdk.NewStack(scope, &name, &awscdk.StackProps{
		StackName:   &name,
		Description: jsii.String("Cuepipe: captions for uploaded videos (" + stage.Name + ")"),
	})

	// A function depends on its role twice, by name and by DependsOn: the CDK
	// writes both, and cfn-lint need not mind.
	stack.TemplateOptions().SetMetadata(&map[string]any{
		"cfn-lint": map[string]any{"config": map[string]any{"ignore_checks": []string{"W3005"}}},
	})

	uploads := newQueue(stack, queueProps{id: "Uploads", consumerTimeout: numbers.captioner.timeout, deadLetterTimeout: numbers.deadletter.timeout})
	segments := newQueue(stack, queueProps{id: "Segments", consumerTimeout: numbers.transcriber.timeout, deadLetterTimeout: numbers.deadletter.timeout})
	api := newAPI(stack, settings)
	users := newUsers(stack, settings, pageURL(stack, settings, api))
	origins := []*string{pageOrigin(stack, settings, api)}
	if settings.PageOrigin != "" {
		origins = append(origins, &settings.PageOrigin)
	}
	storage := newStorage(stack, storageProps{stage: stage, origins: origins, uploadsQueue: uploads.queue})
	events := newEvents(stack, settings)

	functions := newFunctions(stack, functionsProps{
		settings: settings, numbers: numbers, users: users, storage: storage, uploads: uploads, segments: segments, events: events,
	})
	addRoutes(api, functions)
	if users.pool != nil {
		guard(stack, api, users.pool)
	}

	if stage.Alarms {
		newAlarms(stack, alarmsProps{
			stage: stage.Name, email: settings.AlarmEmail, numbers: numbers, uploads: uploads, segments: segments, events: events, functions: functions, api: api,
		})
	}
	acceptFindings(acceptedProps{storage: storage, functions: functions, events: events, api: api, users: users, model: settings.Model, transcribe: settings.Transcribe})

	outputs := constructs.NewConstruct(stack, jsii.String("Outputs"))
	output := func(id, description string, value *string) {
		// The name as it stands, for scripts to read; below a construct of its own
		// it may be a resource's name too.
		awscdk.NewCfnOutput(outputs, &id, &awscdk.CfnOutputProps{Value: value, Description: &description}).OverrideLogicalId(&id)
	}
	output("ApiUrl", "The API's base address, to which /v1 is added", apiURL(stack, settings, api))
	output("PageUrl", "The page that people log in to", pageURL(stack, settings, api))
	output("Issuer", "Whose tokens the API takes", users.issuer)
	output("ClientId", "As whom the page and the command line log people in", users.client)
	if users.pool != nil {
		output("UserPoolId", "Where people are added, by aws cognito-idp admin-create-user", users.pool.UserPoolId())
	}
	output("UploadsBucket", "Where videos are uploaded", storage.uploads.BucketName())
	output("CaptionsBucket", "Where captions and transcripts are kept", storage.captions.BucketName())
	output("Table", "One item a video", storage.table.TableName())
	output("UploadsQueueUrl", "Videos that wait for the captioner", uploads.queue.QueueUrl())
	output("SegmentsQueueUrl", "Segments that wait for a transcriber", segments.queue.QueueUrl())
	output("UploadsDeadLettersUrl", "Videos that the captioner gave up", uploads.deadLetters.QueueUrl())
	output("SegmentsDeadLettersUrl", "Segments that the transcribers gave up", segments.deadLetters.QueueUrl())
	output("UploadFunction", "POST /videos, POST /videos/{id}/complete and /retry", functions.upload.FunctionName())
	output("VideosFunction", "The other routes of the API", functions.videos.FunctionName())
	output("SearchFunction", "GET /search and /videos/{id}/search", functions.search.FunctionName())
	output("WebFunction", "The page, the configuration and the API's description", functions.web.FunctionName())
	output("CaptionerFunction", "Consumes the uploads queue", functions.captioner.FunctionName())
	output("TranscriberFunction", "Consumes the segments queue", functions.transcriber.FunctionName())
	output("DeadletterFunction", "Consumes both queues of dead letters", functions.deadletter.FunctionName())
	output("SweeperFunction", "Starts again what does not move, every few minutes", functions.sweeper.FunctionName())
	output("NotifierFunction", "Tells of every video that came to its end", functions.notifier.FunctionName())
	output("EventBus", "Where videos that came to their end are told of", events.bus.EventBusName())
	output("EventsDeadLettersUrl", "What could not be told", events.deadLetters.QueueUrl())
	return stack
}
