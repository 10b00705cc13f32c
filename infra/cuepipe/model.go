package cuepipe

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/cuepipe/cuepipe/internal/speech/sherpa/bucket"
)

// All that there is of models of the user's own: a stack without the setting
// has nothing of it.

// A Model takes the place of the packaged recogniser. The zero value is none.
type Model struct {
	// At is s3://bucket/folder, or a folder that was packaged from this machine.
	At string
	// Memory and Storage are what its transcriber gets of memory and of /tmp, in
	// MB; 0 takes the usual.
	Memory, Storage int
}

// Two vCPUs come with this memory, which is enough for models of up to a
// gigabyte; the other numbers are Lambda's own bounds.
const (
	usualModelMemory  = 2 * memoryPerVCPU
	leastModelMemory  = memoryPerVCPU
	usualModelStorage = 2048
	leastStorage      = 512
	mostOfBoth        = 10240
)

// folderName is what a function is told of a folder that is packaged.
var folderName = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*$`)

func (m Model) none() bool { return m.At == "" }

// problems are sentences for the one who deploys.
func (m Model) problems() (found []error) {
	complain := func(format string, args ...any) { found = append(found, fmt.Errorf(format, args...)) }
	if m.none() && m.Memory+m.Storage != 0 {
		complain("MODEL_MEMORY and MODEL_STORAGE are of no use without MODEL: give the model's folder, or leave them out.")
	}
	if bucket.IsAddress(m.At) {
		if _, err := bucket.ParseAddress(m.At); err != nil {
			complain("MODEL: %w.", err)
		}
	} else if !m.none() && !folderName.MatchString(filepath.Base(m.At)) {
		complain("MODEL is %q: give the folder a name of letters, digits, dots, hyphens and underscores.", m.At)
	}
	if m.Memory != 0 && (m.Memory < leastModelMemory || m.Memory > mostOfBoth) {
		complain("MODEL_MEMORY is %d: give a whole number of MB from %d to %d.", m.Memory, leastModelMemory, mostOfBoth)
	}
	if m.Storage != 0 && (m.Storage < leastStorage || m.Storage > mostOfBoth) {
		complain("MODEL_STORAGE is %d: give a whole number of MB from %d to %d.", m.Storage, leastStorage, mostOfBoth)
	}
	return found
}

// size is that of a transcriber with this model. One that is packaged needs no
// storage.
func (m Model) size(usual size) size {
	if m.none() {
		return usual
	}
	usual.memory, usual.storage = m.Memory, m.Storage
	if m.Memory == 0 {
		usual.memory = usualModelMemory
	}
	if m.Storage == 0 && bucket.IsAddress(m.At) {
		usual.storage = usualModelStorage
	}
	return usual
}

// variable tells the transcriber which model to use: of one that is packaged,
// the name of its folder.
func (m Model) variable() variable {
	switch {
	case m.none():
		return nil
	case bucket.IsAddress(m.At):
		return variable{"MODEL": &m.At}
	}
	return variable{"MODEL": jsii.String(filepath.Base(m.At))}
}

// mayRead lets the transcriber read the model, and nothing beside it in its
// bucket.
func (m Model) mayRead() []awsiam.PolicyStatement {
	if !bucket.IsAddress(m.At) {
		return nil
	}
	at, err := bucket.ParseAddress(m.At)
	if err != nil {
		panic(fmt.Sprintf("settings that did not pass Check: %v", err))
	}
	arn := "arn:" + *awscdk.Aws_PARTITION() + ":s3:::" + at.Bucket
	return []awsiam.PolicyStatement{
		allow(jsii.String(arn+"/"+at.Prefix+"/*"), "s3:GetObject"),
		// Without it, S3 answers 403 and not 404 for a file that is not there.
		awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Actions:    jsii.Strings("s3:ListBucket"),
			Resources:  jsii.Strings(arn),
			Conditions: &map[string]any{"StringLike": map[string]any{"s3:prefix": at.Prefix + "/*"}},
		}),
	}
}

// accept says why cdk-nag may find a wildcard there.
func (m Model) accept(transcriber awsiam.IRole) {
	if bucket.IsAddress(m.At) {
		at := strings.NewReplacer(".", `\.`, "/", `\/`).Replace(strings.TrimSuffix(strings.TrimPrefix(m.At, "s3://"), "/"))
		accept(transcriber, "AwsSolutions-IAM5", "The files of the model are listed in the model's own folder, which the one who deploys has named.",
			`/^Resource::arn:<AWS::Partition>:s3:::`+at+`\/\*$/`)
	}
}

// CheckModel finds a transcriber that was packaged for another model than the
// one that is deployed.
func CheckModel(dist string, m Model) error {
	transcriber := filepath.Join(dist, "transcriber")
	has := func(path ...string) bool {
		_, err := os.Stat(filepath.Join(append([]string{transcriber}, path...)...))
		return !errors.Is(err, os.ErrNotExist)
	}
	program, models := has("recogniser", "sherpa"), has("models")
	switch {
	case m.none() && (program || models):
		return fmt.Errorf("%s was built for a MODEL and is larger than it need be: build the functions again without one (make build)", transcriber)
	case !m.none() && !program, !m.none() && models == bucket.IsAddress(m.At),
		models && !has("models", filepath.Base(m.At)):
		return fmt.Errorf("%s was not built for MODEL=%s: build the functions again with it (make build MODEL=%s)", transcriber, m.At, m.At)
	}
	return nil
}
