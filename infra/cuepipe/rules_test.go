package cuepipe

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A rule looks at a template and says in sentences what is wrong with it. Every
// rule here runs on the real templates, and on ones that were broken to see
// that it notices (see stack_test.go).

var hash = regexp.MustCompile(`[0-9A-F]{8}$`)

// plain is a resource's name without the hash at its end.
func plain(logicalID string) string { return hash.ReplaceAllString(logicalID, "") }

// names lists the resources of a type, sorted.
func (t template) names(typ string) (names []string) {
	for name, r := range t.Resources {
		if r.Type == typ {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// named finds a resource by its name without the hash; the zero resource where
// there is none, which no rule is content with.
func (t template) named(name string) *resource {
	for id, r := range t.Resources {
		if plain(id) == name {
			return r
		}
	}
	return &resource{}
}

// show writes a value of a template as people would: references by the plain
// names of what they refer to.
func show(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case []any:
		parts := make([]string, len(v))
		for i, part := range v {
			parts[i] = show(part)
		}
		return strings.Join(parts, " ")
	case map[string]any:
		if ref, is := v["Ref"].(string); is {
			return plain(ref)
		}
		if attribute, is := v["Fn::GetAtt"].([]any); is {
			return plain(show(attribute[0]))
		}
		if join, is := v["Fn::Join"].([]any); is {
			var text strings.Builder
			for _, part := range join[1].([]any) {
				text.WriteString(show(part))
			}
			return text.String()
		}
		if text, is := v["Fn::Sub"].(string); is {
			return text
		}
	}
	return fmt.Sprint(value)
}

// texts reads a text or a list of texts.
func texts(value any) []string {
	if list, is := value.([]any); is {
		all := make([]string, len(list))
		for i, v := range list {
			all[i] = show(v)
		}
		return all
	}
	if value == nil {
		return nil
	}
	return []string{show(value)}
}

func number(value any) float64 {
	n, _ := value.(float64)
	return n
}

// queueMappings lists the event source mappings of queues: all but that of the
// table's stream, of which eventsRule speaks.
func (t template) queueMappings() []string {
	return slices.DeleteFunc(t.names("AWS::Lambda::EventSourceMapping"), func(name string) bool { return plain(name) == "NotifierFunctionEnds" })
}

// visibilityRule: a message stays hidden for six times as long as the function
// that took it may run, for every mapping of a queue in the template.
func visibilityRule(t template) (problems []string) {
	mappings := t.queueMappings()
	if len(mappings) != 4 {
		problems = append(problems, fmt.Sprintf("there are %d event source mappings, want one for each of 4 queues", len(mappings)))
	}
	for _, name := range mappings {
		mapping := t.Resources[name]
		queue := t.named(show(mapping.at("EventSourceArn")))
		function := t.named(show(mapping.at("FunctionName")))
		timeout, hidden := number(function.at("Timeout")), number(queue.at("VisibilityTimeout"))
		if timeout == 0 || hidden < 6*timeout {
			problems = append(problems, fmt.Sprintf("%s: the queue hides messages for %v s, the function runs for up to %v s", name, hidden, timeout))
		}
	}
	return problems
}

// partialBatchRule: one bad message does not fail its batch, and the queue
// decides how many functions run at once.
func partialBatchRule(t template) (problems []string) {
	for _, name := range t.queueMappings() {
		mapping := t.Resources[name]
		if !slices.Equal(texts(mapping.at("FunctionResponseTypes")), []string{"ReportBatchItemFailures"}) {
			problems = append(problems, name+" does not report single failures")
		}
		if number(mapping.at("ScalingConfig", "MaximumConcurrency")) < 2 {
			problems = append(problems, name+" has no bound on concurrency")
		}
	}
	return problems
}

// redriveRule: a message that failed five times goes to the dead letters of
// its own queue, which keep it for longer than the queue would have.
func redriveRule(t template) (problems []string) {
	for _, of := range []string{"Uploads", "Segments"} {
		queue, dead := t.named(of+"Queue"), t.named(of+"DeadLetters")
		if target := show(queue.at("RedrivePolicy", "deadLetterTargetArn")); target != of+"DeadLetters" {
			problems = append(problems, fmt.Sprintf("%sQueue gives up to %s", of, target))
		}
		if n := number(queue.at("RedrivePolicy", "maxReceiveCount")); n != 5 {
			problems = append(problems, fmt.Sprintf("%sQueue gives up after %v times", of, n))
		}
		if kept := number(dead.at("MessageRetentionPeriod")); kept != 14*24*3600 || kept <= number(queue.at("MessageRetentionPeriod")) {
			problems = append(problems, fmt.Sprintf("%sDeadLetters keeps messages for %v s", of, kept))
		}
		if dead.at("RedrivePolicy") != nil {
			problems = append(problems, of+"DeadLetters gives up messages itself")
		}
	}
	return problems
}

// privateRule: nothing is public, everything is encrypted, and nobody speaks to
// a bucket, a queue or a topic without TLS.
func privateRule(t template) (problems []string) {
	policies := map[string][]any{} // by what they protect
	for policy, protects := range map[string]string{
		"AWS::S3::BucketPolicy": "Bucket", "AWS::SQS::QueuePolicy": "Queues", "AWS::SNS::TopicPolicy": "Topics",
	} {
		for _, name := range t.names(policy) {
			r := t.Resources[name]
			for _, protected := range texts(r.at(protects)) {
				statements, _ := r.at("PolicyDocument", "Statement").([]any)
				policies[protected] = append(policies[protected], statements...)
			}
		}
	}
	tlsOnly := func(statement any) bool {
		return at(statement, "Effect") == "Deny" &&
			at(statement, "Condition", "Bool", "aws:SecureTransport") == "false" &&
			(at(statement, "Principal", "AWS") == "*" || at(statement, "Principal") == "*")
	}
	public := func(statement any) bool {
		return at(statement, "Effect") == "Allow" && (at(statement, "Principal") == "*" || at(statement, "Principal", "AWS") == "*")
	}
	for id, r := range t.Resources {
		name := plain(id)
		switch r.Type {
		case "AWS::S3::Bucket":
			for _, block := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
				if r.at("PublicAccessBlockConfiguration", block) != true {
					problems = append(problems, name+" lacks "+block)
				}
			}
			if r.at("OwnershipControls", "Rules", 0, "ObjectOwnership") != "BucketOwnerEnforced" {
				problems = append(problems, name+" lets others own objects")
			}
			if r.at("BucketEncryption", "ServerSideEncryptionConfiguration", 0, "ServerSideEncryptionByDefault", "SSEAlgorithm") == nil {
				problems = append(problems, name+" is not encrypted")
			}
		case "AWS::SQS::Queue":
			if r.at("SqsManagedSseEnabled") != true {
				problems = append(problems, name+" is not encrypted")
			}
		case "AWS::SNS::Topic": // holds nothing that a key would protect; see newTopic
		default:
			continue
		}
		if !slices.ContainsFunc(policies[name], tlsOnly) {
			problems = append(problems, name+" may be used without TLS")
		}
		if slices.ContainsFunc(policies[name], public) {
			problems = append(problems, name+" is open to everybody")
		}
	}
	slices.Sort(problems)
	return problems
}

// notificationRule: S3 tells the uploads queue of everything created under
// uploads/, by the bucket's own property, and the queue takes it from this
// bucket of this account only.
func notificationRule(t template) (problems []string) {
	bucket := t.named("UploadsBucket")
	notifications, _ := bucket.at("NotificationConfiguration", "QueueConfigurations").([]any)
	if len(notifications) != 1 {
		return []string{fmt.Sprintf("UploadsBucket has %d notifications to queues, want 1", len(notifications))}
	}
	if event := at(notifications[0], "Event"); event != "s3:ObjectCreated:*" {
		problems = append(problems, fmt.Sprintf("UploadsBucket tells of %v only", event))
	}
	if queue := show(at(notifications[0], "Queue")); queue != "UploadsQueue" {
		problems = append(problems, "UploadsBucket tells "+queue)
	}
	filter, _ := at(notifications[0], "Filter", "S3Key", "Rules").([]any)
	if len(filter) != 1 || at(filter, 0, "Name") != "prefix" || at(filter, 0, "Value") != "uploads/" {
		problems = append(problems, fmt.Sprintf("UploadsBucket filters by %v", filter))
	}
	if !slices.ContainsFunc(bucket.DependsOn, func(id string) bool { return plain(id) == "UploadsQueuePolicy" }) {
		problems = append(problems, "UploadsBucket may be made before the queue lets it send")
	}
	var senders []any
	statements, _ := t.named("UploadsQueuePolicy").at("PolicyDocument", "Statement").([]any)
	for _, statement := range statements {
		if at(statement, "Effect") == "Allow" {
			senders = append(senders, statement)
		}
	}
	if len(senders) != 1 {
		return append(problems, fmt.Sprintf("UploadsQueuePolicy allows %d things, want 1", len(senders)))
	}
	allowed := senders[0]
	if at(allowed, "Principal", "Service") != "s3.amazonaws.com" || at(allowed, "Action") != "sqs:SendMessage" ||
		show(at(allowed, "Resource")) != "UploadsQueue" {
		problems = append(problems, fmt.Sprintf("UploadsQueuePolicy allows %v", allowed))
	}
	if show(at(allowed, "Condition", "StringEquals", "aws:SourceAccount")) != "AWS::AccountId" {
		problems = append(problems, "UploadsQueue takes messages from other accounts")
	}
	source := show(at(allowed, "Condition", "ArnLike", "aws:SourceArn"))
	if !regexp.MustCompile(`^arn:\$\{AWS::Partition\}:s3:::cuepipe-[a-z]+-uploadsbucket\*$`).MatchString(source) {
		problems = append(problems, "UploadsQueue takes messages from "+source)
	}
	return problems
}

// noHelpersRule: what runs is what is read here. The CDK adds functions of its
// own for custom resources when asked for some conveniences.
func noHelpersRule(t template) (problems []string) {
	for id, r := range t.Resources {
		if strings.HasPrefix(r.Type, "Custom::") || r.Type == "AWS::CloudFormation::CustomResource" {
			problems = append(problems, id+" is a custom resource")
		}
	}
	if n := len(t.names("AWS::Lambda::Function")); n != len(functionNames) {
		problems = append(problems, fmt.Sprintf("there are %d functions, want %d", n, len(functionNames)))
	}
	return problems
}
