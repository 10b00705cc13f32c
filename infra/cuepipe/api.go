package cuepipe

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"
)

// localAPI is the id that LocalStack gives to the API, so that its address
// stays the same from one start to the next.
const localAPI = "cuepipe"

// apiVersion is the stage of the API and the first part of every path.
const apiVersion = "v1"

// newAPI makes the REST API (v1 of API Gateway: the emulator has no other)
// without its routes: other parts of the stack need its address.
func newAPI(stack awscdk.Stack, settings Settings) awsapigateway.RestApi {
	stage := settings.Stage
	logs := awslogs.NewLogGroup(stack, jsii.String("ApiLogs"), &awslogs.LogGroupProps{
		LogGroupName:  jsii.String("/aws/apigateway/cuepipe-" + stage.Name),
		Retention:     stage.LogRetention,
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	api := awsapigateway.NewRestApi(stack, jsii.String("Api"), &awsapigateway.RestApiProps{
		RestApiName:   jsii.String("cuepipe-" + stage.Name),
		Description:   jsii.String("Upload videos, see their state, fetch their captions"),
		EndpointTypes: &[]awsapigateway.EndpointType{awsapigateway.EndpointType_REGIONAL},
		// API Gateway writes no log, not even of access, before the account names a
		// role for it. There is one such setting a region and account: it stays when
		// the stack goes, since others may rely on it by then.
		CloudWatchRole:              jsii.Bool(true),
		CloudWatchRoleRemovalPolicy: awscdk.RemovalPolicy_RETAIN,
		DeployOptions: &awsapigateway.StageOptions{
			StageName:            jsii.String(apiVersion),
			ThrottlingRateLimit:  jsii.Number(50),
			ThrottlingBurstLimit: jsii.Number(100),
			AccessLogDestination: awsapigateway.NewLogGroupLogDestination(logs),
			AccessLogFormat:      awsapigateway.AccessLogFormat_Custom(accessLog()),
		},
		DefaultCorsPreflightOptions: preflight(settings.PageOrigin),
		// Captions and the page's files become a third of their size. What is
		// shorter than this would not become shorter.
		MinCompressionSize: awscdk.Size_Bytes(jsii.Number(1024)),
	})
	// The CDK prints the address with the stage; ours is without, see apiURL.
	api.Node().TryRemoveChild(jsii.String("Endpoint"))
	if stage.Local {
		cfn := api.Node().DefaultChild().(awsapigateway.CfnRestApi)
		cfn.Tags().SetTag(jsii.String("_custom_id_"), jsii.String(localAPI), nil, nil)
		// The CDK gives every change of the API a new deployment. LocalStack cannot
		// move a stage to it, and deletes the stage with the old one. Under one name
		// for all, the API goes on answering as it did; a change of the routes shows
		// when LocalStack has been stopped and started.
		deployment := api.LatestDeployment().Node().DefaultChild().(awsapigateway.CfnDeployment)
		deployment.OverrideLogicalId(jsii.String("ApiDeployment"))
	}
	addGatewayResponses(api, settings.PageOrigin)
	return api
}

// preflight lets pages of another origin call the API. The page that the API
// serves itself need not ask.
func preflight(pageOrigin string) *awsapigateway.CorsOptions {
	if pageOrigin == "" {
		return nil
	}
	return &awsapigateway.CorsOptions{
		AllowOrigins: jsii.Strings(pageOrigin),
		AllowMethods: jsii.Strings("GET", "POST", "PUT", "DELETE"),
		AllowHeaders: jsii.Strings("authorization", "content-type", "if-match", "if-none-match"),
		MaxAge:       awscdk.Duration_Hours(jsii.Number(1)),
	}
}

func addRoutes(api awsapigateway.RestApi, functions functions) {
	proxy := func(function awslambda.Function) awsapigateway.LambdaIntegration {
		return awsapigateway.NewLambdaIntegration(function, &awsapigateway.LambdaIntegrationOptions{
			AllowTestInvoke: jsii.Bool(false),
		})
	}
	toUpload, toVideos, toSearch, toWeb := proxy(functions.upload), proxy(functions.videos), proxy(functions.search), proxy(functions.web)
	// at is the resource of a path; the parts that are there already are reused.
	at := func(path string) awsapigateway.Resource { return api.Root().ResourceForPath(&path) }

	api.Root().AddMethod(jsii.String("GET"), toWeb, nil)
	at("/assets/{file+}").AddMethod(jsii.String("GET"), toWeb, nil)
	at("/openapi.yaml").AddMethod(jsii.String("GET"), toWeb, nil)
	at("/config").AddMethod(jsii.String("GET"), toWeb, nil)

	videos := at("/videos")
	videos.AddMethod(jsii.String("POST"), toUpload, nil)
	videos.AddMethod(jsii.String("GET"), toVideos, nil)
	video := at("/videos/{id}")
	video.AddMethod(jsii.String("GET"), toVideos, nil)
	video.AddMethod(jsii.String("DELETE"), toVideos, nil)
	parts := at("/videos/{id}/parts")
	parts.AddMethod(jsii.String("POST"), toUpload, nil)
	parts.AddMethod(jsii.String("GET"), toUpload, nil)
	at("/videos/{id}/complete").AddMethod(jsii.String("POST"), toUpload, nil)
	at("/videos/{id}/source").AddMethod(jsii.String("GET"), toUpload, nil)
	at("/videos/{id}/retry").AddMethod(jsii.String("POST"), toUpload, nil)
	at("/videos/{id}/captions").AddMethod(jsii.String("GET"), toVideos, nil)
	track := at("/videos/{id}/captions/{file}")
	track.AddMethod(jsii.String("GET"), toVideos, nil)
	track.AddMethod(jsii.String("PUT"), toVideos, nil)
	track.AddMethod(jsii.String("DELETE"), toVideos, nil)
	at("/videos/{id}/captions/{file}/versions").AddMethod(jsii.String("GET"), toVideos, nil)
	at("/videos/{id}/captions/{file}/restore").AddMethod(jsii.String("POST"), toVideos, nil)
	at("/videos/{id}/check").AddMethod(jsii.String("POST"), toVideos, nil)
	at("/videos/{id}/search").AddMethod(jsii.String("GET"), toSearch, nil)
	at("/search").AddMethod(jsii.String("GET"), toSearch, nil)
}

// addGatewayResponses makes the gateway's own errors look like the functions':
// a problem (RFC 9457) that a page from the configured origin may read.
func addGatewayResponses(api awsapigateway.RestApi, pageOrigin string) {
	respond := func(id string, to awsapigateway.ResponseType, status, template string, headers map[string]string) {
		all := map[string]*string{"Content-Type": jsii.String("'application/problem+json'")}
		if pageOrigin != "" {
			all["Access-Control-Allow-Origin"] = jsii.String("'" + pageOrigin + "'")
			all["Vary"] = jsii.String("'Origin'")
		}
		for name, value := range headers {
			all[name] = jsii.String("'" + value + "'")
		}
		options := &awsapigateway.GatewayResponseOptions{
			Type:            to,
			ResponseHeaders: &all,
			Templates:       &map[string]*string{"application/json": &template},
		}
		if status != "" {
			options.StatusCode = &status
		}
		api.AddGatewayResponse(&id, options)
	}
	// $context.error.messageString brings its own quotation marks.
	const general = `{"type":"urn:cuepipe:problem:gateway","title":$context.error.messageString,"code":"gateway",` +
		`"detail":"The request did not come through: $context.error.responseType."}`
	respond("ClientError", awsapigateway.ResponseType_DEFAULT_4XX(), "", general, nil)
	respond("ServerError", awsapigateway.ResponseType_DEFAULT_5XX(), "", general, nil)

	problem := func(id string, of awsapigateway.ResponseType, status int, code, detail string, headers map[string]string) {
		body, err := json.Marshal(map[string]any{
			"type": "urn:cuepipe:problem:" + code, "title": http.StatusText(status), "status": status, "code": code, "detail": detail,
		})
		if err != nil {
			panic(fmt.Sprintf("a map of texts did not become JSON: %v", err))
		}
		respond(id, of, strconv.Itoa(status), string(body), headers)
	}
	// What API Gateway calls a missing token, with 403, is a path or a method that
	// no route has. A route that is guarded says "unauthorized" instead.
	problem("NoRoute", awsapigateway.ResponseType_MISSING_AUTHENTICATION_TOKEN(), http.StatusNotFound,
		"not_found", "There is nothing at this address.", nil)
	// By itself the gateway answers an expired token with 403: a client could not
	// tell that another one would do.
	for _, refusal := range []struct {
		id string
		of awsapigateway.ResponseType
	}{
		{"NoToken", awsapigateway.ResponseType_UNAUTHORIZED()},
		{"ForeignToken", awsapigateway.ResponseType_ACCESS_DENIED()},
		{"ExpiredToken", awsapigateway.ResponseType_EXPIRED_TOKEN()},
	} {
		problem(refusal.id, refusal.of, http.StatusUnauthorized,
			"unauthorized", "Send a valid ID token of the issuer that GET /v1/config names, as Authorization: Bearer.",
			map[string]string{"WWW-Authenticate": `Bearer realm="cuepipe", error="invalid_token"`})
	}
	problem("Throttled", awsapigateway.ResponseType_THROTTLED(), http.StatusTooManyRequests,
		"throttled", "There are more requests than the service takes at once. Try again in a moment.", map[string]string{"Retry-After": "1"})
	problem("TooLarge", awsapigateway.ResponseType_REQUEST_TOO_LARGE(), http.StatusRequestEntityTooLarge,
		"too_large", "The request's body is larger than the service takes. A video's file goes to the storage, by the URL that POST /v1/videos answers with.", nil)
}

// accessLog is one JSON object a request: ids, route, outcome. It has no query
// string, no header and no address of the caller.
func accessLog() *string {
	format, err := json.Marshal(map[string]string{
		"time":               "$context.requestTime",
		"requestId":          "$context.requestId",
		"method":             "$context.httpMethod",
		"route":              "$context.resourcePath",
		"path":               "$context.path",
		"status":             "$context.status",
		"error":              "$context.error.responseType",
		"latency":            "$context.responseLatency",
		"integrationLatency": "$context.integrationLatency",
		"length":             "$context.responseLength",
	})
	if err != nil {
		panic(fmt.Sprintf("a map of texts did not become JSON: %v", err))
	}
	return jsii.String(string(format))
}

// pageURL is the address of the page that the API serves, and pageOrigin its
// origin.
func pageURL(stack awscdk.Stack, settings Settings, api awsapigateway.RestApi) *string {
	return jsii.String(*apiURL(stack, settings, api) + "/" + apiVersion + "/")
}

func pageOrigin(stack awscdk.Stack, settings Settings, api awsapigateway.RestApi) *string {
	if settings.Stage.Local {
		return jsii.String(strings.TrimSuffix(settings.Endpoint, "/"))
	}
	return apiURL(stack, settings, api)
}

// apiURL is the API's base without /v1 and without a slash at the end.
func apiURL(stack awscdk.Stack, settings Settings, api awsapigateway.RestApi) *string {
	if settings.Stage.Local {
		// No name to resolve, and no host name that only LocalStack knows.
		return jsii.String(strings.TrimSuffix(settings.Endpoint, "/") + "/_aws/execute-api/" + localAPI)
	}
	return jsii.String(fmt.Sprintf("https://%s.execute-api.%s.%s", *api.RestApiId(), *stack.Region(), *stack.UrlSuffix()))
}
