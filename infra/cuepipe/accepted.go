package cuepipe

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

type acceptedProps struct {
	storage   storage
	functions functions
	events    events
	api       awsapigateway.RestApi
	users     users
	model     Model
	// transcribe: the stack uses Amazon Transcribe.
	transcribe bool
}

// acceptFindings says of which rules of cdk-nag's AwsSolutions the stack is
// knowingly not a follower, where, and why. The tests run the rules: whatever
// is not accepted here fails them.
func acceptFindings(props acceptedProps) {
	accept(props.storage.uploads, "AwsSolutions-S1",
		"Only the stack's own roles reach the objects, and each video's item says who uploaded it and when. A third bucket, for access logs, would cost on every request and be read by nobody.")
	accept(props.storage.captions, "AwsSolutions-S1",
		"Only the stack's own roles reach the objects, and names say which attempt at which video wrote them. A third bucket, for access logs, would cost on every request and be read by nobody.")

	for _, function := range props.functions.all() {
		accept(function.Role(), "AwsSolutions-IAM5",
			"The one wildcard ends a prefix: names of objects are made at run time. Which verbs on which prefix each function has is tested word by word.",
			`/^Resource::<UploadsBucket[0-9A-F]{8}\.Arn>\/uploads\/\*$/`,
			`/^Resource::<CaptionsBucket[0-9A-F]{8}\.Arn>\/(videos|quarantine|search)\/\*$/`,
			`/^Resource::arn:<AWS::Partition>:transcribe:<AWS::Region>:<AWS::AccountId>:transcription-job\/cuepipe-[a-z]+\.\*$/`)
	}
	accept(props.functions.videos.Role(), "AwsSolutions-IAM5",
		"People's own tracks lie below each video, whose id is made at run time. Without the first wildcard the function could write what only the machine may.",
		`/^Resource::<CaptionsBucket[0-9A-F]{8}\.Arn>\/videos\/\*\/own\/\*$/`)
	if props.transcribe {
		accept(props.functions.transcriber.Role(), "AwsSolutions-IAM5",
			"No resource can be named for StartTranscriptionJob. A condition names the one bucket that its result may go to.",
			"/^Resource::\\*$/")
	}

	accept(props.functions.notifier.Role(), "AwsSolutions-IAM5",
		"No resource can be named for ListStreams, which Lambda wants of the role for which it polls a stream.",
		"/^Resource::\\*$/")
	props.events.accept()

	props.model.accept(props.functions.transcriber.Role())

	accept(props.api, "AwsSolutions-APIG2",
		"The functions check every body and parameter. The gateway would do it before the token is verified, and could say of a wrong body only that it is wrong.")
	accept(props.api, "AwsSolutions-APIG3",
		"A web firewall costs every month, used or not. Requests are throttled, and nothing is done without a valid token.")
	accept(props.api, "AwsSolutions-APIG4",
		"What stands before the log-in is for everybody: the page, its files, the configuration. On all other routes the functions verify the bearer token of every request themselves (signature, issuer, audience, expiry), so that any OpenID Connect issuer serves; and where it is the stack's own user pool, the gateway does so before them.")
	accept(props.api, "AwsSolutions-COG4",
		"As before: routes without a user pool are those for everybody, and those of a stack whose issuer is another one.")
	if pool := props.users.pool; pool != nil {
		accept(pool, "AwsSolutions-COG2",
			"Each user may switch on a second factor. To demand one would keep out whoever has no app for it, and who deploys can do so in the console.")
		accept(pool, "AwsSolutions-COG3",
			"Threat protection is of a plan that costs for every user. Nobody signs up by themselves, and passwords are long.")
		accept(pool, "AwsSolutions-COG8",
			"The plans above the smallest one cost for every user, and nothing that they add is used here.")
	}
	accept(props.api, "AwsSolutions-APIG6",
		"Execution logs carry headers and bodies, which would put tokens and signed URLs into a log. The access log has an entry for every request, and the functions log what they do.")
	accept(props.api, "AwsSolutions-IAM4",
		"API Gateway takes a role for its logs only if it has exactly the rights that this managed policy lists.",
		`/^Policy::arn:<AWS::Partition>:iam::aws:policy\/service-role\/AmazonAPIGatewayPushToCloudWatchLogs$/`)
}

// accept applies to a construct and everything below it; to some findings of
// the rule only, where patterns say to which.
func accept(on constructs.IConstruct, rule, reason string, patterns ...string) {
	suppression := &cdknag.NagPackSuppression{Id: &rule, Reason: &reason}
	if len(patterns) > 0 {
		var only []any
		for _, pattern := range patterns {
			only = append(only, &cdknag.RegexAppliesTo{Regex: jsii.String(pattern)})
		}
		suppression.AppliesTo = &only
	}
	cdknag.NagSuppressions_AddResourceSuppressions(on, &[]*cdknag.NagPackSuppression{suppression}, jsii.Bool(true))
}
