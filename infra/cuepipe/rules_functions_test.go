package cuepipe

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// mayDo is everything that each function may do: verbs, then on what, then
// under which prefix of names. Its log and nothing else is common to all.
var mayDo = map[string][]string{
	"Upload": {
		"dynamodb:GetItem Table",
		"dynamodb:PutItem Table",
		"dynamodb:UpdateItem Table",
		"s3:AbortMultipartUpload UploadsBucket/uploads/*",
		"s3:DeleteObjectVersion UploadsBucket/uploads/*",
		"s3:GetObject UploadsBucket/uploads/*",
		"s3:GetObjectVersion UploadsBucket/uploads/*",
		"s3:ListBucket UploadsBucket under uploads/*",
		"s3:ListMultipartUploadParts UploadsBucket/uploads/*",
		"s3:PutObject UploadsBucket/uploads/*",
		"sqs:SendMessage UploadsQueue",
	},
	"Videos": {
		"dynamodb:GetItem Table",
		"dynamodb:Query Table/index/byOwner",
		"dynamodb:UpdateItem Table",
		"s3:AbortMultipartUpload UploadsBucket/uploads/*",
		"s3:DeleteObject CaptionsBucket/search/*",
		"s3:DeleteObject CaptionsBucket/videos/*",
		"s3:DeleteObject UploadsBucket/uploads/*",
		"s3:DeleteObjectVersion UploadsBucket/uploads/*",
		"s3:GetObject CaptionsBucket/videos/*",
		"s3:ListBucket CaptionsBucket under search/*",
		"s3:ListBucket CaptionsBucket under videos/*",
		"s3:ListBucketMultipartUploads UploadsBucket",
		"s3:ListBucketVersions UploadsBucket under uploads/*",
		"s3:PutObject CaptionsBucket/videos/*/own/*",
	},
	"Search": {
		"dynamodb:GetItem Table",
		"dynamodb:Query Table/index/byOwner",
		"s3:GetObject CaptionsBucket/search/*",
		"s3:GetObject CaptionsBucket/videos/*",
		"s3:ListBucket CaptionsBucket under search/*",
		"s3:ListBucket CaptionsBucket under videos/*",
		"s3:PutObject CaptionsBucket/search/*",
	},
	"Captioner": {
		"dynamodb:GetItem Table",
		"dynamodb:UpdateItem Table",
		"s3:DeleteObjectVersion UploadsBucket/uploads/*",
		"s3:GetObject UploadsBucket/uploads/*",
		"s3:GetObjectVersion UploadsBucket/uploads/*",
		"s3:ListBucket UploadsBucket under uploads/*",
		"sqs:ChangeMessageVisibility UploadsQueue",
		"sqs:DeleteMessage UploadsQueue",
		"sqs:GetQueueAttributes UploadsQueue",
		"sqs:ReceiveMessage UploadsQueue",
		"sqs:SendMessage SegmentsQueue",
	},
	"Transcriber": {
		"dynamodb:GetItem Table",
		"dynamodb:UpdateItem Table",
		"s3:DeleteObject CaptionsBucket/videos/*",
		"s3:GetObject CaptionsBucket/videos/*",
		"s3:GetObject UploadsBucket/uploads/*",
		"s3:GetObjectVersion UploadsBucket/uploads/*",
		"s3:ListBucket CaptionsBucket under videos/*",
		"s3:ListBucket UploadsBucket under uploads/*",
		"s3:PutObject CaptionsBucket/videos/*",
		"sqs:ChangeMessageVisibility SegmentsQueue",
		"sqs:DeleteMessage SegmentsQueue",
		"sqs:GetQueueAttributes SegmentsQueue",
		"sqs:ReceiveMessage SegmentsQueue",
		"sqs:SendMessage UploadsQueue",
	},
	"Deadletter": {
		"dynamodb:GetItem Table",
		"dynamodb:UpdateItem Table",
		"s3:DeleteObject CaptionsBucket/videos/*",
		"s3:ListBucket CaptionsBucket under videos/*",
		"s3:PutObject CaptionsBucket/quarantine/*",
		"sqs:ChangeMessageVisibility SegmentsDeadLetters",
		"sqs:ChangeMessageVisibility UploadsDeadLetters",
		"sqs:DeleteMessage SegmentsDeadLetters",
		"sqs:DeleteMessage UploadsDeadLetters",
		"sqs:GetQueueAttributes SegmentsDeadLetters",
		"sqs:GetQueueAttributes UploadsDeadLetters",
		"sqs:ReceiveMessage SegmentsDeadLetters",
		"sqs:ReceiveMessage UploadsDeadLetters",
	},
	"Sweeper": {
		"dynamodb:GetItem Table",
		"dynamodb:Query Table/index/byStatus",
		"dynamodb:UpdateItem Table",
		"s3:AbortMultipartUpload UploadsBucket/uploads/*",
		"s3:DeleteObject CaptionsBucket/search/*",
		"s3:DeleteObject CaptionsBucket/videos/*",
		"s3:DeleteObject UploadsBucket/uploads/*",
		"s3:DeleteObjectVersion UploadsBucket/uploads/*",
		"s3:GetObject UploadsBucket/uploads/*",
		"s3:ListBucket CaptionsBucket under search/*",
		"s3:ListBucket CaptionsBucket under videos/*",
		"s3:ListBucket UploadsBucket under uploads/*",
		"s3:ListBucketMultipartUploads UploadsBucket",
		"s3:ListBucketVersions UploadsBucket under uploads/*",
		"sqs:GetQueueAttributes SegmentsQueue",
		"sqs:GetQueueAttributes UploadsQueue",
		"sqs:SendMessage UploadsQueue",
	},
	"Web": nil,
	"Notifier": {
		"dynamodb:DescribeStream Table",
		"dynamodb:GetRecords Table",
		"dynamodb:GetShardIterator Table",
		"dynamodb:ListStreams *",
		"events:PutEvents Events",
		"sqs:SendMessage EventsDeadLetters",
	},
}

// grantsRule: a function may do what mayDo says, no more and no less, by the
// one policy in its own role.
func grantsRule(t template) (problems []string) {
	for name, want := range mayDo {
		if role := show(t.named(name + "Function").at("Role")); role != name+"Role" {
			problems = append(problems, fmt.Sprintf("%sFunction runs as %s", name, role))
		}
		role := t.named(name + "Role")
		if managed := role.at("ManagedPolicyArns"); managed != nil {
			problems = append(problems, fmt.Sprintf("%sRole has policies that are not ours: %v", name, managed))
		}
		statements, _ := role.at("Policies", 0, "PolicyDocument", "Statement").([]any)
		if more := role.at("Policies", 1); more != nil {
			problems = append(problems, name+"Role has a second policy")
		}
		want = append([]string{"logs:CreateLogStream " + name + "Logs", "logs:PutLogEvents " + name + "Logs"}, want...)
		got := verbs(statements)
		for _, verb := range want {
			if !slices.Contains(got, verb) {
				problems = append(problems, name+" may not "+verb)
			}
		}
		for _, verb := range got {
			if !slices.Contains(want, verb) {
				problems = append(problems, name+" may "+verb)
			}
		}
	}
	for _, typ := range []string{"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"} {
		for _, name := range t.names(typ) {
			problems = append(problems, name+" grants from outside of a role")
		}
	}
	slices.Sort(problems)
	return problems
}

// verbs spells statements out: one line for each verb on each resource. What
// it does not know how to say, it prints whole, and so equals nothing.
func verbs(statements []any) (lines []string) {
	for _, statement := range statements {
		under := ""
		if conditions := at(statement, "Condition"); conditions != nil {
			prefix, _ := at(conditions, "StringLike", "s3:prefix").(string)
			under = " under " + prefix
			if all := conditions.(map[string]any); prefix == "" || len(all) != 1 || len(all["StringLike"].(map[string]any)) != 1 {
				under = fmt.Sprintf(" if %v", conditions)
			}
		}
		if at(statement, "Effect") != "Allow" || at(statement, "NotAction") != nil || at(statement, "NotResource") != nil {
			lines = append(lines, fmt.Sprintf("do %v", statement))
		}
		for _, verb := range texts(at(statement, "Action")) {
			for _, resource := range texts(at(statement, "Resource")) {
				lines = append(lines, verb+" "+resource+under)
			}
		}
	}
	return lines
}

// environmentRule: a function is told the names of what it uses.
func environmentRule(t template) (problems []string) {
	everywhere := map[string]string{
		"UPLOADS_BUCKET": "UploadsBucket", "CAPTIONS_BUCKET": "CaptionsBucket", "TABLE": "Table",
		"UPLOADS_QUEUE_URL": "UploadsQueue", "SEGMENTS_QUEUE_URL": "SegmentsQueue",
		"EVENT_BUS": "Events", "DEAD_LETTERS_URL": "EventsDeadLetters",
		"OIDC_ISSUER": "https://login.example.org", "OIDC_AUDIENCE": "captions", "PAGE_ORIGIN": "https://captions.example.org",
	}
	caller := []string{"OIDC_ISSUER", "OIDC_AUDIENCE", "PAGE_ORIGIN"}
	for name, want := range map[string][]string{
		"Upload":      append([]string{"UPLOADS_BUCKET", "TABLE", "UPLOADS_QUEUE_URL"}, caller...),
		"Videos":      append([]string{"UPLOADS_BUCKET", "CAPTIONS_BUCKET", "TABLE"}, caller...),
		"Search":      append([]string{"CAPTIONS_BUCKET", "TABLE"}, caller...),
		"Captioner":   {"UPLOADS_BUCKET", "TABLE", "UPLOADS_QUEUE_URL", "SEGMENTS_QUEUE_URL", "VISIBILITY_SECONDS", "SEGMENT_SECONDS"},
		"Transcriber": {"UPLOADS_BUCKET", "CAPTIONS_BUCKET", "TABLE", "UPLOADS_QUEUE_URL", "SEGMENTS_QUEUE_URL", "VISIBILITY_SECONDS"},
		"Deadletter":  {"CAPTIONS_BUCKET", "TABLE"},
		"Sweeper": {"UPLOADS_BUCKET", "CAPTIONS_BUCKET", "TABLE", "UPLOADS_QUEUE_URL", "SEGMENTS_QUEUE_URL",
			"SWEEP_AFTER_SECONDS", "RETENTION_SECONDS"},
		"Web":      append([]string{"UPLOADS_BUCKET"}, caller...),
		"Notifier": {"EVENT_BUS", "DEAD_LETTERS_URL"},
	} {
		variables, _ := t.named(name+"Function").at("Environment", "Variables").(map[string]any)
		want = append(want, "S3_PATH_STYLE", "STAGE")
		slices.Sort(want)
		if got := slices.Sorted(maps.Keys(variables)); !slices.Equal(got, want) {
			problems = append(problems, fmt.Sprintf("%s is told %v, want %v", name, got, want))
		}
		for variable, value := range variables {
			if expected, fixed := everywhere[variable]; fixed && show(value) != expected {
				problems = append(problems, fmt.Sprintf("%s is told %s=%s, want %s", name, variable, show(value), expected))
			}
		}
	}
	for name, queue := range map[string]string{"Captioner": "UploadsQueue", "Transcriber": "SegmentsQueue"} {
		told := show(t.named(name+"Function").at("Environment", "Variables", "VISIBILITY_SECONDS"))
		if hides := show(t.named(queue).at("VisibilityTimeout")); told != hides {
			problems = append(problems, fmt.Sprintf("%s is told that messages are hidden for %s s, and it is %s", name, told, hides))
		}
	}
	return problems
}

// logsRule: a function writes to its own log group, logs end some day, and the
// access log has no way to a token.
func logsRule(t template) (problems []string) {
	for name := range mayDo {
		if group := show(t.named(name+"Function").at("LoggingConfig", "LogGroup")); group != name+"Logs" {
			problems = append(problems, fmt.Sprintf("%s writes its log to %s", name, group))
		}
	}
	for _, name := range t.names("AWS::Logs::LogGroup") {
		if number(t.Resources[name].at("RetentionInDays")) == 0 {
			problems = append(problems, name+" keeps logs for ever")
		}
	}
	access := t.named("ApiDeploymentStagev1")
	format := show(access.at("AccessLogSetting", "Format"))
	if show(access.at("AccessLogSetting", "DestinationArn")) != "ApiLogs" || !strings.Contains(format, "$context.requestId") {
		problems = append(problems, "the API has no access log")
	}
	for _, way := range []string{"$input", "$context.authorizer", "querystring", "header", "$context.identity"} {
		if strings.Contains(strings.ToLower(format), strings.ToLower(way)) {
			problems = append(problems, "the access log has "+way)
		}
	}
	if settings := access.at("MethodSettings", 0, "DataTraceEnabled"); settings != false {
		problems = append(problems, "the API may log whole requests")
	}
	return problems
}

// scheduleRule: EventBridge may call the sweeper and does; a video is taken for
// stuck only after a message of it can have come again twice, and a message for
// lost only when its queue can have forgotten it.
func scheduleRule(t template) (problems []string) {
	rules := t.names("AWS::Events::Rule")
	if len(rules) != 1 {
		return []string{fmt.Sprintf("there are %d schedules, want 1", len(rules))}
	}
	rule := t.Resources[rules[0]]
	if rule.at("ScheduleExpression") != "rate(15 minutes)" || rule.at("State") != "ENABLED" {
		problems = append(problems, fmt.Sprintf("the schedule is %v, %v", rule.at("ScheduleExpression"), rule.at("State")))
	}
	if target := show(rule.at("Targets", 0, "Arn")); target != "SweeperFunction" {
		problems = append(problems, "the schedule calls "+target)
	}
	permitted := false
	for _, name := range t.names("AWS::Lambda::Permission") {
		p := t.Resources[name]
		permitted = permitted || p.at("Principal") == "events.amazonaws.com" && show(p.at("FunctionName")) == "SweeperFunction" &&
			p.at("Action") == "lambda:InvokeFunction" && show(p.at("SourceArn")) == plain(rules[0])
	}
	if !permitted {
		problems = append(problems, "EventBridge may not call the sweeper for this schedule")
	}
	told := func(variable string) float64 {
		n, _ := strconv.ParseFloat(show(t.named("SweeperFunction").at("Environment", "Variables", variable)), 64)
		return n
	}
	longest := 0.0
	for _, queue := range []string{"UploadsQueue", "SegmentsQueue"} {
		longest = max(longest, number(t.named(queue).at("VisibilityTimeout")))
		if kept := number(t.named(queue).at("MessageRetentionPeriod")); told("RETENTION_SECONDS") != kept {
			problems = append(problems, fmt.Sprintf("%s keeps messages for %v s, and the sweeper is told %v", queue, kept, told("RETENTION_SECONDS")))
		}
	}
	if after := told("SWEEP_AFTER_SECONDS"); after != 2*longest {
		problems = append(problems, fmt.Sprintf("the sweeper waits %v s, and a message may be hidden for %v s", after, longest))
	}
	return problems
}

// segmentRule: the captioner is told how long a segment is, and a transcriber
// has the time for one even where it recognises at a tenth of its length.
func segmentRule(t template) (problems []string) {
	length, _ := strconv.ParseFloat(show(t.named("CaptionerFunction").at("Environment", "Variables", "SEGMENT_SECONDS")), 64)
	if timeout := number(t.named("TranscriberFunction").at("Timeout")); length < 20 || timeout < 0.1*length {
		problems = append(problems, fmt.Sprintf("segments are of %v s, and a transcriber runs for %v s at most", length, timeout))
	}
	return problems
}
