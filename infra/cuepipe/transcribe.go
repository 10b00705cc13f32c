package cuepipe

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/cuepipe/cuepipe/internal/video"
)

// All that there is of Amazon Transcribe: a stack without the setting has
// nothing of it.

// transcribeVariables tell a function that the stack uses Amazon Transcribe,
// and by which name its jobs begin.
func transcribeVariables(stack awscdk.Stack, settings Settings) variable {
	if !settings.Transcribe {
		return nil
	}
	v := variable{"TRANSCRIBE_STACK": stack.StackName()}
	if settings.TranscribeEndpoint != "" {
		v["AWS_ENDPOINT_URL_TRANSCRIBE"] = &settings.TranscribeEndpoint
	}
	return v
}

// mayTranscribe is what the transcriber needs: it starts jobs, asks for them and
// removes them, and gives up the upload of a sound that it cannot finish. The
// service reads that sound and writes its result with the transcriber's own
// rights on the captions bucket. No resource can be named for a start, but where
// it writes to.
func mayTranscribe(stack awscdk.Stack, captions awss3.Bucket) []awsiam.PolicyStatement {
	return append([]awsiam.PolicyStatement{
		awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Actions:   jsii.Strings("transcribe:StartTranscriptionJob"),
			Resources: jsii.Strings("*"),
			Conditions: &map[string]any{"StringEquals": map[string]any{
				"transcribe:OutputBucketName": captions.BucketName(),
			}},
		}),
		allow(objects(captions, video.ResultsPrefix), "s3:AbortMultipartUpload"),
	}, mayForgetJobs(stack)...)
}

// mayForgetJobs is what it takes to remove a job that is over.
func mayForgetJobs(stack awscdk.Stack) []awsiam.PolicyStatement {
	jobs := stack.FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("transcribe"), Resource: jsii.String("transcription-job"), ResourceName: jsii.String(video.ServiceJobs(*stack.StackName()) + "*"),
	})
	return []awsiam.PolicyStatement{allow(jobs, "transcribe:GetTranscriptionJob", "transcribe:DeleteTranscriptionJob")}
}

// hearOfJobs has EventBridge send the segments queue a message for each of the
// stack's jobs that came to its end.
func hearOfJobs(stack awscdk.Stack, segments awssqs.Queue) {
	rule := awsevents.NewCfnRule(stack, jsii.String("TranscribeJobs"), &awsevents.CfnRuleProps{
		Description: jsii.String("Tells the transcriber of jobs of Amazon Transcribe that are over"),
		EventPattern: map[string]any{
			"source":      []string{"aws.transcribe"},
			"detail-type": []string{"Transcribe Job State Change"},
			"detail": map[string]any{
				"TranscriptionJobName":   []any{map[string]any{"prefix": video.ServiceJobs(*stack.StackName())}},
				"TranscriptionJobStatus": []string{"COMPLETED", "FAILED"},
			},
		},
		State:   jsii.String("ENABLED"),
		Targets: &[]any{&awsevents.CfnRule_TargetProperty{Id: jsii.String("Segments"), Arn: segments.QueueArn()}},
	})
	segments.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("TranscribeJobsSend"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("events.amazonaws.com"), nil)},
		Actions:    jsii.Strings("sqs:SendMessage"),
		Resources:  &[]*string{segments.QueueArn()},
		Conditions: &map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": rule.AttrArn()}},
	}))
}
