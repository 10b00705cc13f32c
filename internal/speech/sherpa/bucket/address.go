package bucket

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

const scheme = "s3://"

// An Address is where a model's folder lies.
type Address struct {
	Bucket string
	Prefix string // without slashes at its ends
}

// The prefix also stands in a policy, where * and ? would mean more than
// themselves.
var (
	bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	prefixName = regexp.MustCompile(`^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$`)
)

// IsAddress says whether a model lies in a bucket.
func IsAddress(model string) bool { return strings.HasPrefix(model, scheme) }

// ParseAddress reads s3://bucket/prefix. Its error is a sentence for the one
// who deploys.
func ParseAddress(model string) (Address, error) {
	bucket, prefix, _ := strings.Cut(strings.TrimPrefix(model, scheme), "/")
	a := Address{bucket, strings.TrimSuffix(prefix, "/")}
	if !IsAddress(model) || !bucketName.MatchString(a.Bucket) || !prefixName.MatchString(a.Prefix) || path.Clean("/"+a.Prefix) != "/"+a.Prefix {
		return Address{}, fmt.Errorf("%q is no address of a folder in a bucket: write s3://bucket/folder, with letters, digits, dots, hyphens and underscores", model)
	}
	return a, nil
}

// Name is the folder's own name.
func (a Address) Name() string { return path.Base(a.Prefix) }
