package faultproxy

import (
	"fmt"
	"io"
	"net/http"
	"strings"
)

// An answer is a service's error as it comes over the wire.
type answer struct {
	status            int
	contentType, body string
}

// answers are by service and fault. Forms: S3's is XML, the others' JSON whose
// __type ends in the code; DynamoDB throttles with 400, S3 with 503.
var answers = map[string]map[Fault]answer{
	"s3": {
		Throttle:    s3Answer(503, "SlowDown", "Please reduce your request rate."),
		Unavailable: s3Answer(500, "InternalError", "We encountered an internal error. Please try again."),
	},
	"dynamodb": {
		Throttle:    jsonAnswer(400, "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException", "The level of configured provisioned throughput for the table was exceeded."),
		Unavailable: jsonAnswer(500, "com.amazonaws.dynamodb.v20120810#InternalServerError", "The request could not be processed because of an internal server error."),
	},
	"sqs": {
		Throttle:    jsonAnswer(400, "com.amazonaws.sqs#RequestThrottled", "The request was denied due to request throttling."),
		Unavailable: jsonAnswer(503, "com.amazon.coral.service#ServiceUnavailable", "The service is unavailable."),
	},
}

func s3Answer(status int, code, message string) answer {
	return answer{status, "application/xml", `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		fmt.Sprintf("<Error><Code>%s</Code><Message>%s</Message><RequestId>0A49CE4060975EAC</RequestId><HostId>none</HostId></Error>", code, message)}
}

func jsonAnswer(status int, code, message string) answer {
	return answer{status, "application/x-amz-json-1.0", fmt.Sprintf(`{"__type":%q,"message":%q}`, code, message)}
}

// refusal is the answer of a service that does not do what r asks.
func refusal(r *http.Request, service string, f Fault) *http.Response {
	if r.Body != nil { // so that the connection can be used again
		io.Copy(io.Discard, r.Body)
		r.Body.Close()
	}
	a := answers[service][f]
	body := a.body
	if r.Method == http.MethodHead {
		body = ""
	}
	return &http.Response{
		StatusCode: a.status, ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {a.contentType}, "X-Amz-Request-Id": {"0A49CE4060975EAC"}},
		Body:   io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}
