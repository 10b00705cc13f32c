package cuepipe

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

// Every stage follows cdk-nag's AwsSolutions, but for what accepted.go names.
func TestAwsSolutions(t *testing.T) {
	for _, stage := range []string{"local", "prod"} {
		for _, finding := range findings(t, newTestStack(t, settingsFor(t, stage), reported)) {
			t.Errorf("stage %s: %s", stage, finding)
		}
	}
	pool := settingsFor(t, "prod")
	pool.Issuer, pool.Audience, pool.PageOrigin = "", "", ""
	for _, finding := range findings(t, newTestStack(t, pool, reported)) {
		t.Errorf("with a user pool: %s", finding)
	}
}

// What has been accepted is accepted where it stands, not everywhere: the same
// faults elsewhere in the stack are found.
func TestAwsSolutionsAreCheckedAtAll(t *testing.T) {
	stack := newTestStack(t, settingsFor(t, "prod"), reported)
	awssqs.NewQueue(stack, jsii.String("Open"), nil)
	role := stack.Node().FindChild(jsii.String("Deadletter")).Node().FindChild(jsii.String("Role")).Node().DefaultChild().(awsiam.CfnRole)
	role.SetPolicies([]any{&awsiam.CfnRole_PolicyProperty{
		PolicyName: jsii.String("wide"),
		PolicyDocument: map[string]any{
			"Statement": []any{map[string]any{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}},
		},
	}})
	found := strings.Join(findings(t, stack), "\n")
	for _, rule := range []string{"AwsSolutions-SQS3", "AwsSolutions-SQS4", "AwsSolutions-IAM5[Resource::*]"} {
		if !strings.Contains(found, rule) {
			t.Errorf("%s is not found in a stack that breaks it; found:\n%s", rule, found)
		}
	}
}

// Nothing is accepted without saying why.
func TestAcceptedFindingsHaveReasons(t *testing.T) {
	accepted := 0
	for name, resource := range templateOf(t, "prod").Resources {
		rules, _ := at(resource.Metadata, "cdk_nag", "rules_to_suppress").([]any)
		for _, rule := range rules {
			accepted++
			if reason, _ := at(rule, "reason").(string); len(strings.Fields(reason)) < 8 {
				t.Errorf("%s accepts %v with no more reason than %q", name, at(rule, "id"), reason)
			}
		}
	}
	if accepted == 0 {
		t.Error("the template says of no rule that it is accepted, but accepted.go does")
	}
}

// reported lets the rules report to the test instead of ending the synthesis.
var reported = map[string]any{"@aws-cdk/core:annotationsInValidationReport": false}

// findings runs the rules and returns what they found, errors and warnings.
func findings(t *testing.T, stack awscdk.Stack) (found []string) {
	t.Helper()
	defer func() {
		if problem := recover(); problem != nil {
			t.Fatalf("run cdk-nag: %v", problem)
		}
	}()
	awscdk.Aspects_Of(stack).Add(cdknag.NewAwsSolutionsChecks(nil), nil)
	notes := assertions.Annotations_FromStack(stack)
	anywhere, rule := jsii.String("*"), assertions.Match_StringLikeRegexp(jsii.String("AwsSolutions-|CdkNag"))
	for _, note := range append(*notes.FindError(anywhere, rule), *notes.FindWarning(anywhere, rule)...) {
		//lint:ignore SA1019 the assertions still return this type; its new home is not in the CDK's Go modules
		found = append(found, fmt.Sprintf("%s %s: %v", note.Level, *note.Id, note.Entry.Data))
	}
	return found
}
