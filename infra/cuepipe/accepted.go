package cuepipe

import "github.com/aws/aws-cdk-go/awscdk/v2"
import "github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"

type acceptedProps struct {
	storage   storage
	functions functions
	api       awsapigateway.RestApi
}

func acceptFindings(stack awscdk.Stack, props acceptedProps) {}
