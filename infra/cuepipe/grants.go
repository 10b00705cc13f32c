package cuepipe

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/cuepipe/cuepipe/internal/video"
)

// roles has what each function may do, written out: the helpers of the CDK
// grant more than is used here.
type roles struct {
	upload, videos, search, captioner, transcriber, deadletter, sweeper, notifier []awsiam.PolicyStatement
}

func grants(props functionsProps) roles {
	var (
		uploads  = props.storage.uploads
		captions = props.storage.captions
		table    = props.storage.table.TableArn()
		byOwner  = jsii.String(*table + "/index/" + indexByOwner)
		byStatus = jsii.String(*table + "/index/" + indexByStatus)
	)
	// removes is what it takes to delete a video with all that belongs to it, but
	// for its item.
	removes := []awsiam.PolicyStatement{
		allow(objects(captions, video.ResultsPrefix), "s3:DeleteObject"),
		allowUnder(captions, video.ResultsPrefix, "s3:ListBucket"),
		// The copy of its words that searches have.
		allow(objects(captions, video.SearchPrefix), "s3:DeleteObject"),
		allowUnder(captions, video.SearchPrefix, "s3:ListBucket"),
		allow(objects(uploads, video.UploadsPrefix), "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:AbortMultipartUpload"),
		allowUnder(uploads, video.UploadsPrefix, "s3:ListBucketVersions"),
		// IAM knows no s3:prefix for this one: it lists the whole bucket or nothing.
		allow(uploads.BucketArn(), "s3:ListBucketMultipartUploads"),
	}
	return roles{
		upload: []awsiam.PolicyStatement{
			allow(table, "dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:UpdateItem"),
			// A presigned URL can do what its signer can. DeleteObjectVersion: a file
			// that came together as another one than was announced.
			allow(objects(uploads, video.UploadsPrefix), "s3:PutObject", "s3:GetObject", "s3:GetObjectVersion", "s3:DeleteObjectVersion",
				"s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"),
			allowUnder(uploads, video.UploadsPrefix, "s3:ListBucket"),
			allow(props.uploads.queue.QueueArn(), "sqs:SendMessage"),
		},
		videos: append([]awsiam.PolicyStatement{
			allow(table, "dynamodb:GetItem", "dynamodb:UpdateItem"),
			allow(byOwner, "dynamodb:Query"),
			allow(objects(captions, video.ResultsPrefix), "s3:GetObject"),
			// People's own tracks, and none of the machine's.
			allow(objects(captions, video.ResultsPrefix+"*/"+video.OwnFolder), "s3:PutObject"),
		}, removes...),
		search: []awsiam.PolicyStatement{
			allow(table, "dynamodb:GetItem"),
			allow(byOwner, "dynamodb:Query"),
			allow(objects(captions, video.ResultsPrefix), "s3:GetObject"),
			allowUnder(captions, video.ResultsPrefix, "s3:ListBucket"),
			allow(objects(captions, video.SearchPrefix), "s3:GetObject", "s3:PutObject"),
			allowUnder(captions, video.SearchPrefix, "s3:ListBucket"),
		},
		captioner: []awsiam.PolicyStatement{
			consumes(props.uploads.queue),
			allow(table, "dynamodb:GetItem", "dynamodb:UpdateItem"),
			// DeleteObjectVersion: an upload whose video was deleted meanwhile.
			allow(objects(uploads, video.UploadsPrefix), "s3:GetObject", "s3:GetObjectVersion", "s3:DeleteObjectVersion"),
			allowUnder(uploads, video.UploadsPrefix, "s3:ListBucket"),
			allow(props.segments.queue.QueueArn(), "sqs:SendMessage"),
		},
		transcriber: []awsiam.PolicyStatement{
			consumes(props.segments.queue),
			allow(table, "dynamodb:GetItem", "dynamodb:UpdateItem"),
			allow(objects(uploads, video.UploadsPrefix), "s3:GetObject", "s3:GetObjectVersion"),
			allowUnder(uploads, video.UploadsPrefix, "s3:ListBucket"),
			// DeleteObject: what was written for a video that was deleted meanwhile.
			allow(objects(captions, video.ResultsPrefix), "s3:PutObject", "s3:GetObject", "s3:DeleteObject"),
			allowUnder(captions, video.ResultsPrefix, "s3:ListBucket"),
			// A film that goes on beyond its plan is announced again.
			allow(props.uploads.queue.QueueArn(), "sqs:SendMessage"),
		},
		deadletter: []awsiam.PolicyStatement{
			consumes(props.uploads.deadLetters),
			consumes(props.segments.deadLetters),
			allow(table, "dynamodb:GetItem", "dynamodb:UpdateItem"),
			allow(objects(captions, video.QuarantinePrefix), "s3:PutObject"),
			// What a late worker left of a video that was deleted.
			allow(objects(captions, video.ResultsPrefix), "s3:DeleteObject"),
			allowUnder(captions, video.ResultsPrefix, "s3:ListBucket"),
		},
		sweeper: append([]awsiam.PolicyStatement{
			allow(table, "dynamodb:GetItem", "dynamodb:UpdateItem"),
			allow(byStatus, "dynamodb:Query"),
			allow(objects(uploads, video.UploadsPrefix), "s3:GetObject"),
			allowUnder(uploads, video.UploadsPrefix, "s3:ListBucket"),
			allow(props.uploads.queue.QueueArn(), "sqs:SendMessage", "sqs:GetQueueAttributes"),
			allow(props.segments.queue.QueueArn(), "sqs:GetQueueAttributes"),
		}, removes...),
		notifier: append([]awsiam.PolicyStatement{
			allow(props.storage.table.TableStreamArn(), "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"),
			// Lambda wants this one of whom it polls for; it is of no stream in particular.
			allow(jsii.String("*"), "dynamodb:ListStreams"),
			allow(props.events.bus.EventBusArn(), "events:PutEvents"),
			allow(props.events.deadLetters.QueueArn(), "sqs:SendMessage"),
		}, mayReadSecret(props.storage.table.Stack(), props.settings)...),
	}
}

func allow(resource *string, actions ...string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions:   jsii.Strings(actions...),
		Resources: &[]*string{resource},
	})
}

// objects are all objects of a bucket under a prefix.
func objects(bucket awss3.Bucket, prefix string) *string {
	return bucket.ArnForObjects(jsii.String(prefix + "*"))
}

// allowUnder allows an action of the bucket itself for names under a prefix.
//
// A function that reads also needs ListBucket: without it, S3 answers 403 and
// not 404 for an object that is not there. For this answer S3 takes the
// object's own name as the prefix, so the condition holds there too.
func allowUnder(bucket awss3.Bucket, prefix, action string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions:    jsii.Strings(action),
		Resources:  &[]*string{bucket.BucketArn()},
		Conditions: &map[string]any{"StringLike": map[string]any{"s3:prefix": prefix + "*"}},
	})
}

// consumes is what Lambda's poller does with a queue, in the function's name.
func consumes(queue awssqs.Queue) awsiam.PolicyStatement {
	return allow(queue.QueueArn(), "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes")
}
