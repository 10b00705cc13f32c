package httpapi

import (
	"context"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"
)

// A GatewayHandler is a Lambda handler of API Gateway's proxy integration.
type GatewayHandler = func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error)

// Gateway serves h to API Gateway's proxy integration (REST API, payload 1.0).
// The gateway takes its stage off the path before it calls; the stage is named
// after the API's version, so that it is put back here.
func Gateway(h http.Handler) GatewayHandler {
	adapter := httpadapter.New(h)
	return func(ctx context.Context, e events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
		e.Path = "/" + e.RequestContext.Stage + e.Path
		return adapter.ProxyWithContext(ctx, e)
	}
}
