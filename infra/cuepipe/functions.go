package cuepipe

import (
	"fmt"
	"maps"
	"path/filepath"
	"strconv"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// functionNames are the folders under dist, in the order of the flow.
var functionNames = []string{"upload", "videos", "search", "captioner", "transcriber", "deadletter", "sweeper", "web", "notifier"}

type functionsProps struct {
	settings          Settings
	numbers           numbers
	users             users
	storage           storage
	uploads, segments queue
	events            events
}

type functions struct {
	upload, videos, search, captioner, transcriber, deadletter, sweeper, web, notifier awslambda.Function
}

func (f functions) all() []awslambda.Function {
	return []awslambda.Function{f.upload, f.videos, f.search, f.captioner, f.transcriber, f.deadletter, f.sweeper, f.web, f.notifier}
}

// newFunctions makes the functions and lets the queues call them. Each gets
// the names of what it uses and no others.
func newFunctions(stack awscdk.Stack, props functionsProps) functions {
	var (
		uploadsBucket  = variable{"UPLOADS_BUCKET": props.storage.uploads.BucketName()}
		captionsBucket = variable{"CAPTIONS_BUCKET": props.storage.captions.BucketName()}
		table          = variable{"TABLE": props.storage.table.TableName()}
		uploadsQueue   = variable{"UPLOADS_QUEUE_URL": props.uploads.queue.QueueUrl()}
		segmentsQueue  = variable{"SEGMENTS_QUEUE_URL": props.segments.queue.QueueUrl()}
		caller         = variable{
			"OIDC_ISSUER":   props.users.issuer,
			"OIDC_AUDIENCE": props.users.client,
		}
		scopes = variable{}
	)
	if origin := props.settings.PageOrigin; origin != "" {
		caller["PAGE_ORIGIN"] = &origin
	}
	if s := props.settings.Scopes; s != "" {
		scopes["OIDC_SCOPES"] = &s
	}
	may := grants(props)
	may.transcriber = append(may.transcriber, props.settings.Model.mayRead()...)
	service := transcribeVariables(stack, props.settings)
	if props.settings.Transcribe {
		may.transcriber = append(may.transcriber, mayTranscribe(stack, props.storage.captions)...)
		may.sweeper = append(may.sweeper, mayForgetJobs(stack)...)
		hearOfJobs(stack, props.segments.queue)
	}
	function := func(name, id, does string, size size, may []awsiam.PolicyStatement, variables ...variable) awslambda.Function {
		return newFunction(stack, functionProps{
			name: name, id: id, does: does, settings: props.settings, size: size, grants: may, variables: variables,
		})
	}
	n := props.numbers
	f := functions{
		upload: function("upload", "Upload", "Admits an upload, signs its URLs and completes it", n.upload, may.upload,
			uploadsBucket, table, uploadsQueue, caller, service),
		videos: function("videos", "Videos", "Lists, shows and deletes videos, serves captions and saves people's own", n.videos, may.videos,
			uploadsBucket, captionsBucket, table, caller),
		search: function("search", "Search", "Finds what was said in somebody's videos", n.search, may.search,
			captionsBucket, table, caller),
		captioner: function("captioner", "Captioner", "Probes an uploaded video and plans its segments", n.captioner, may.captioner,
			uploadsBucket, table, uploadsQueue, segmentsQueue, hidden(n.captioner), seconds("SEGMENT_SECONDS", props.settings.SegmentLength)),
		transcriber: function("transcriber", "Transcriber", "Recognises the speech of a segment; the last one assembles the captions", n.transcriber, may.transcriber,
			uploadsBucket, captionsBucket, table, uploadsQueue, segmentsQueue, hidden(n.transcriber), service, props.settings.Model.variable()),
		deadletter: function("deadletter", "Deadletter", "Fails the video of a message that was given up", n.deadletter, may.deadletter,
			captionsBucket, table),
		sweeper: function("sweeper", "Sweeper", "Starts again what does not move, and starts what failed when asked to", n.sweeper, may.sweeper,
			uploadsBucket, captionsBucket, table, uploadsQueue, segmentsQueue,
			seconds("SWEEP_AFTER_SECONDS", n.sweepAfter), seconds("RETENTION_SECONDS", n.retention), service),
		// The bucket only to name its origin, to which the page may speak.
		web: function("web", "Web", "Serves the page, the configuration and the API's description", n.web, nil,
			uploadsBucket, caller, scopes, service),
		notifier: function("notifier", "Notifier", "Tells of every video that came to its end", n.notifier, may.notifier,
			variable{"EVENT_BUS": props.events.bus.EventBusName(), "DEAD_LETTERS_URL": props.events.deadLetters.QueueUrl()}, secretVariable(props.settings)),
	}
	consume(f.captioner, "Uploads", props.uploads.queue, n.uploads)
	consume(f.transcriber, "Segments", props.segments.queue, n.segments)
	consume(f.deadletter, "UploadsDeadLetters", props.uploads.deadLetters, n.deadLetters)
	consume(f.deadletter, "SegmentsDeadLetters", props.segments.deadLetters, n.deadLetters)
	schedule(stack, f.sweeper)
	hearOfEnds(f.notifier, props.storage.table, props.events)
	return f
}

// A variable is one or more of a function's environment variables.
type variable map[string]*string

// hidden tells a consumer how long its queue hides a message, from which it
// derives how soon it asks for another try.
func hidden(consumer size) variable {
	return seconds("VISIBILITY_SECONDS", visibility(consumer.timeout))
}

func seconds(name string, d time.Duration) variable {
	return variable{name: jsii.String(strconv.Itoa(int(d.Seconds())))}
}

type functionProps struct {
	name, id, does string
	settings       Settings
	size           size
	grants         []awsiam.PolicyStatement
	variables      []variable
}

// newFunction makes a function with its log group and its own role.
//
// Tracing is off: X-Ray wants a right on every resource, and the ids of video
// and request in the logs tell the same story.
func newFunction(stack awscdk.Stack, props functionProps) awslambda.Function {
	scope := constructs.NewConstruct(stack, &props.id)
	name := "cuepipe-" + props.settings.Stage.Name + "-" + props.name
	// The log group goes with the stack in every stage: one that stayed would be
	// in the way of the next deployment.
	logs := awslogs.NewLogGroup(scope, jsii.String("Logs"), &awslogs.LogGroupProps{
		LogGroupName:  jsii.String("/aws/lambda/" + name),
		Retention:     props.settings.Stage.LogRetention,
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	statements := append([]awsiam.PolicyStatement{
		allow(logs.LogGroupArn(), "logs:CreateLogStream", "logs:PutLogEvents"),
	}, props.grants...)
	role := awsiam.NewRole(scope, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
		InlinePolicies: &map[string]awsiam.PolicyDocument{
			props.name: awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &statements}),
		},
	})
	environment := map[string]*string{
		"STAGE":         &props.settings.Stage.Name,
		"S3_PATH_STYLE": jsii.String(strconv.FormatBool(props.settings.Stage.Local)),
	}
	for _, v := range props.variables {
		maps.Copy(environment, v)
	}
	var storage awscdk.Size
	if props.size.storage != 0 {
		storage = awscdk.Size_Mebibytes(jsii.Number(props.size.storage))
	}
	return awslambda.NewFunction(scope, jsii.String("Function"), &awslambda.FunctionProps{
		FunctionName: &name,
		Description:  &props.does,
		Runtime:      awslambda.Runtime_PROVIDED_AL2023(),
		// ONNX Runtime and ffmpeg are built for x86-64.
		Architecture:  awslambda.Architecture_X86_64(),
		Handler:       jsii.String("bootstrap"),
		Code:          awslambda.Code_FromAsset(jsii.String(filepath.Join(props.settings.Dist, props.name)), nil),
		MemorySize:    jsii.Number(props.size.memory),
		Timeout:       duration(props.size.timeout),
		LoggingFormat: awslambda.LoggingFormat_JSON,
		LogGroup:      logs,
		Role:          role,
		Environment:   (*map[string]*string)(&environment),

		EphemeralStorageSize: storage,
	})
}

// consume lets a queue call a function. The bound on concurrency belongs to
// the mapping: reserved concurrency would throttle pollers that go on taking
// messages, which then die without ever having run.
func consume(function awslambda.Function, id string, queue awssqs.Queue, how delivery) {
	function.AddEventSourceMapping(&id, &awslambda.EventSourceMappingOptions{
		EventSourceArn:          queue.QueueArn(),
		BatchSize:               jsii.Number(how.batch),
		MaxConcurrency:          jsii.Number(how.concurrency),
		ReportBatchItemFailures: jsii.Bool(true),
	})
}

// schedule lets EventBridge call the sweeper. The rule and the permission are
// written out: the CDK's package of targets would bring every service that a
// rule can speak to.
func schedule(stack awscdk.Stack, sweeper awslambda.Function) {
	rule := awsevents.NewCfnRule(stack, jsii.String("SweepSchedule"), &awsevents.CfnRuleProps{
		Description:        jsii.String("Calls the sweeper"),
		ScheduleExpression: jsii.String(fmt.Sprintf("rate(%d minutes)", int(sweepEvery.Minutes()))),
		State:              jsii.String("ENABLED"),
		Targets: &[]any{&awsevents.CfnRule_TargetProperty{
			Id:  jsii.String("Sweeper"),
			Arn: sweeper.FunctionArn(),
		}},
	})
	sweeper.AddPermission(jsii.String("Schedule"), &awslambda.Permission{
		Principal: awsiam.NewServicePrincipal(jsii.String("events.amazonaws.com"), nil),
		SourceArn: rule.AttrArn(),
	})
}
