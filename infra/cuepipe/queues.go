package cuepipe

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/cuepipe/cuepipe/internal/video"
)

type queueProps struct {
	// id begins the names in the template: idQueue, idDeadLetters.
	id string
	// consumerTimeout and deadLetterTimeout are those of the functions that take
	// messages from the queue and from its dead letters.
	consumerTimeout, deadLetterTimeout time.Duration
}

// A queue comes with the place of the messages that it gave up.
type queue struct {
	queue, deadLetters awssqs.Queue
}

func newQueue(scope constructs.Construct, props queueProps) queue {
	deadLetters := awssqs.NewQueue(scope, jsii.String(props.id+"DeadLetters"), &awssqs.QueueProps{
		RetentionPeriod:   awscdk.Duration_Days(jsii.Number(deadLetterDays)),
		VisibilityTimeout: duration(visibility(props.deadLetterTimeout)),
		Encryption:        awssqs.QueueEncryption_SQS_MANAGED,
		EnforceSSL:        jsii.Bool(true),
	})
	return queue{
		deadLetters: deadLetters,
		queue: awssqs.NewQueue(scope, jsii.String(props.id+"Queue"), &awssqs.QueueProps{
			RetentionPeriod:   awscdk.Duration_Days(jsii.Number(queueDays)),
			VisibilityTimeout: duration(visibility(props.consumerTimeout)),
			Encryption:        awssqs.QueueEncryption_SQS_MANAGED,
			EnforceSSL:        jsii.Bool(true),
			DeadLetterQueue:   &awssqs.DeadLetterQueue{Queue: deadLetters, MaxReceiveCount: jsii.Number(video.MaxTries)},
		}),
	}
}

// duration turns whole seconds into the CDK's own type.
func duration(d time.Duration) awscdk.Duration {
	return awscdk.Duration_Seconds(jsii.Number(d.Seconds()))
}
