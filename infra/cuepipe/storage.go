package cuepipe

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/cuepipe/cuepipe/internal/video"
)

// The table's indexes.
const (
	indexByOwner  = "byOwner"
	indexByStatus = "byStatus"
)

type storageProps struct {
	stage Stage
	// origins are those of the pages that upload.
	origins      []*string
	uploadsQueue awssqs.Queue
}

type storage struct {
	uploads, captions awss3.Bucket
	table             awsdynamodb.Table
}

func newStorage(stack awscdk.Stack, props storageProps) storage {
	removal := awscdk.RemovalPolicy_DESTROY
	if props.stage.Keep {
		removal = awscdk.RemovalPolicy_RETAIN
	}
	uploads := newUploadsBucket(stack, props.origins, removal)
	notifyQueue(stack, uploads, props.uploadsQueue)
	return storage{
		uploads:  uploads,
		captions: newCaptionsBucket(stack, removal),
		table:    newTable(stack, props.stage, removal),
	}
}

// newUploadsBucket is versioned, because an object's identity is its version:
// two quick writes to one key give two events, and a transcriber that reads a
// version by its id never sees half of one file and half of another.
func newUploadsBucket(stack awscdk.Stack, origins []*string, removal awscdk.RemovalPolicy) awss3.Bucket {
	return awss3.NewBucket(stack, jsii.String("UploadsBucket"), &awss3.BucketProps{
		Versioned:         jsii.Bool(true),
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		EnforceSSL:        jsii.Bool(true),
		RemovalPolicy:     removal,
		Cors: &[]*awss3.CorsRule{{
			AllowedMethods: &[]awss3.HttpMethods{awss3.HttpMethods_PUT, awss3.HttpMethods_GET},
			AllowedOrigins: &origins,
			// The headers that the presigned PUT signs. A browser must be allowed to
			// send If-None-Match, or no upload from a page works.
			// Range is for a player that reads pieces of a film by itself.
			AllowedHeaders: jsii.Strings("content-type", "if-none-match", "range"),
			ExposedHeaders: jsii.Strings("ETag", "Content-Range"),
			MaxAge:         jsii.Number(3600),
		}},
		LifecycleRules: &[]*awss3.LifecycleRule{
			{
				// A day after the video that waits for it is forgotten.
				Id:                                  jsii.String("abort-unfinished-uploads"),
				AbortIncompleteMultipartUploadAfter: awscdk.Duration_Days(jsii.Number(video.PendingLife.Hours()/24 + 1)),
			},
			{
				// Nothing overwrites an upload, so an old version is what a delete that
				// was interrupted left: a week is long enough to notice a mistake.
				Id:                          jsii.String("expire-old-versions"),
				NoncurrentVersionExpiration: awscdk.Duration_Days(jsii.Number(7)),
				ExpiredObjectDeleteMarker:   jsii.Bool(true),
			},
		},
	})
}

// newCaptionsBucket is not versioned: the name of an object is fixed by what
// went into it and the first writer wins, so that nothing is ever overwritten
// but the copies for searches; and deleting a video must leave nothing of it
// behind.
func newCaptionsBucket(stack awscdk.Stack, removal awscdk.RemovalPolicy) awss3.Bucket {
	return awss3.NewBucket(stack, jsii.String("CaptionsBucket"), &awss3.BucketProps{
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		EnforceSSL:        jsii.Bool(true),
		RemovalPolicy:     removal,
		LifecycleRules: &[]*awss3.LifecycleRule{
			{
				Id:         jsii.String("expire-quarantine"),
				Prefix:     jsii.String(video.QuarantinePrefix),
				Expiration: awscdk.Duration_Days(jsii.Number(90)),
			},
			{
				// Copies of what captions say: who searches again has it made again.
				Id:         jsii.String("expire-search"),
				Prefix:     jsii.String(video.SearchPrefix),
				Expiration: awscdk.Duration_Days(jsii.Number(searchDays)),
			},
			{
				// Parts of a sound for Amazon Transcribe whose transcriber died.
				Id:                                  jsii.String("abort-unfinished-uploads"),
				AbortIncompleteMultipartUploadAfter: awscdk.Duration_Days(jsii.Number(1)),
			},
		},
	})
}

// notifyQueue lets S3 tell the queue of every new upload. The notification is a
// property of the bucket itself; the CDK's own helper would add a hidden
// function that sets it.
//
// S3 tries the queue while the bucket is being made, so the bucket depends on
// the queue's policy. The policy can therefore not refer to the bucket: it
// names this account, and the names that CloudFormation gives to the bucket
// (stack, construct and a random end, in lower case).
func notifyQueue(stack awscdk.Stack, bucket awss3.Bucket, queue awssqs.Queue) {
	cfn := bucket.Node().DefaultChild().(awss3.CfnBucket)
	named := "arn:${AWS::Partition}:s3:::" + strings.ToLower(*stack.StackName()+"-"+*bucket.Node().Id()) + "*"
	allowed := queue.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("UploadsBucketSends"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("s3.amazonaws.com"), nil)},
		Actions:    jsii.Strings("sqs:SendMessage"),
		Resources:  &[]*string{queue.QueueArn()},
		Conditions: &map[string]any{
			"ArnLike":      map[string]any{"aws:SourceArn": awscdk.Fn_Sub(&named, nil)},
			"StringEquals": map[string]any{"aws:SourceAccount": stack.Account()},
		},
	}))
	cfn.SetNotificationConfiguration(&awss3.CfnBucket_NotificationConfigurationProperty{
		QueueConfigurations: &[]any{&awss3.CfnBucket_QueueConfigurationProperty{
			// All ways to create: Put alone would lose every multipart upload.
			Event: jsii.String("s3:ObjectCreated:*"),
			Queue: queue.QueueArn(),
			Filter: &awss3.CfnBucket_NotificationFilterProperty{S3Key: &awss3.CfnBucket_S3KeyFilterProperty{
				Rules: &[]any{&awss3.CfnBucket_FilterRuleProperty{Name: jsii.String("prefix"), Value: jsii.String(video.UploadsPrefix)}},
			}},
		}},
	})
	bucket.Node().AddDependency(allowed.PolicyDependable)
}

// newTable is a Table and not a TableV2, which would be a global table: one
// region is enough, and emulators know this one. It is encrypted with a key
// that DynamoDB owns, which every table has and which costs nothing.
func newTable(stack awscdk.Stack, stage Stage, removal awscdk.RemovalPolicy) awsdynamodb.Table {
	text := func(name string) *awsdynamodb.Attribute {
		return &awsdynamodb.Attribute{Name: &name, Type: awsdynamodb.AttributeType_STRING}
	}
	table := awsdynamodb.NewTable(stack, jsii.String("Table"), &awsdynamodb.TableProps{
		PartitionKey:                     text("id"),
		BillingMode:                      awsdynamodb.BillingMode_PAY_PER_REQUEST,
		PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: jsii.Bool(true)},
		TimeToLiveAttribute:              jsii.String("expiresAt"),
		// Both images, because the end of a video is a change between them.
		Stream:             awsdynamodb.StreamViewType_NEW_AND_OLD_IMAGES,
		DeletionProtection: jsii.Bool(stage.Keep),
		RemovalPolicy:      removal,
	})
	table.AddGlobalSecondaryIndex(&awsdynamodb.GlobalSecondaryIndexProps{
		IndexName:    jsii.String(indexByOwner),
		PartitionKey: text("owner"),
		SortKey:      text("createdAt"),
	})
	table.AddGlobalSecondaryIndex(&awsdynamodb.GlobalSecondaryIndexProps{
		IndexName:    jsii.String(indexByStatus),
		PartitionKey: text("status"),
		SortKey:      text("updatedAt"),
	})
	return table
}
