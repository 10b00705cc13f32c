package main

import "time"

// The rules and prices of AWS, for us-east-1, as they could be read on
// 2026-11-22. Where a page gives no figure and none could be measured from here
// it says "assumed".

// standard is an event source mapping of a standard queue: five batches at
// once, and 300 more a minute while messages wait
// (docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html). The page does
// not say in which steps the 300 come; inLumps is the same with all at the
// minute's end.
var (
	standard = Ramp{First: 5, PerStep: 1, Step: time.Minute / 300, Most: 1250}
	inLumps  = Ramp{First: 5, PerStep: 300, Step: time.Minute, Most: 1250}
)

// provisioned is a mapping with so many dedicated pollers at least: ten
// invocations a poller, and 1,000 more a minute (same page). It excludes
// MaximumConcurrency; the bound is then ten times MaximumPollers.
func provisioned(pollers int) Ramp {
	return Ramp{First: 10 * pollers, PerStep: 1, Step: time.Minute / 1000, Most: 20000}
}

// asynchronous invocation has no pollers: what bounds it is how fast Lambda
// makes environments, 1,000 in 10 s a function
// (docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html).
var asynchronous = Ramp{First: 1000, PerStep: 1000, Step: 10 * time.Second, Most: 1 << 30}

// upTo bounds a ramp, as MaximumConcurrency or the account's quota does.
func (r Ramp) upTo(most int) Ramp {
	r.Most = min(r.Most, most)
	r.First = min(r.First, r.Most)
	return r
}

const (
	// eventDelay is from S3's acceptance of an upload to its message in the
	// queue: "typically in seconds" (S3's user guide). Assumed.
	eventDelay = time.Second
	// placing is Lambda's own part of a cold start before our code runs: finding
	// a place, and fetching a package of 59 MB. Not billed. Assumed.
	placing = 500 * time.Millisecond
	// requestTime is a call of S3 or DynamoDB from a function. Assumed.
	requestTime = 30 * time.Millisecond

	// asyncAge is how long an asynchronous event waits before Lambda drops it
	// (invocation-async-error-handling.html).
	asyncAge = 6 * time.Hour
	// partitionWrites is what one partition of a table or an index takes of
	// write units a second (bp-partition-key-design.html).
	partitionWrites = 1000
)

// US dollars.
const (
	priceGBSecond   = 0.0000166667  // Lambda, x86, first tier; cold starts of our code included
	priceInvocation = 0.20 / 1e6    // Lambda
	pricePut        = 0.005 / 1000  // S3 Standard: PUT, POST, LIST
	priceGet        = 0.0004 / 1000 // S3 Standard: GET, HEAD
	priceMessage    = 0.40 / 1e6    // SQS standard: a request
	priceWrite      = 0.625 / 1e6   // DynamoDB on demand: a write unit
	priceRead       = 0.125 / 1e6   // DynamoDB on demand: a read unit
	priceLogGB      = 0.50          // CloudWatch Logs, a GB taken in
	pricePollerHour = 0.00925       // provisioned mode of an SQS mapping, a poller
	hoursAMonth     = 730
	pollersUnasked  = 5 // of a standard mapping that waits: 20 s polls
	pollsAMonth     = pollersUnasked * hoursAMonth * 3600 / 20
)
