package cuepipe

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// tableRule: the keys that the adapter uses, no capacity to pay for, and a way
// back after a mistake.
func tableRule(t template) (problems []string) {
	table := t.named("Table")
	keys := func(schema any) string {
		list, _ := schema.([]any)
		var parts []string
		for _, key := range list {
			parts = append(parts, show(at(key, "KeyType"))+" "+show(at(key, "AttributeName")))
		}
		return strings.Join(parts, ", ")
	}
	got := map[string]string{"": keys(table.at("KeySchema"))}
	indexes, _ := table.at("GlobalSecondaryIndexes").([]any)
	for _, index := range indexes {
		got[show(at(index, "IndexName"))] = keys(at(index, "KeySchema"))
		if at(index, "Projection", "ProjectionType") != "ALL" {
			problems = append(problems, fmt.Sprintf("index %v has a part of the item only", at(index, "IndexName")))
		}
	}
	want := map[string]string{
		"":         "HASH id",
		"byOwner":  "HASH owner, RANGE createdAt",
		"byStatus": "HASH status, RANGE updatedAt",
	}
	if !maps.Equal(got, want) {
		problems = append(problems, fmt.Sprintf("keys are %v, want %v", got, want))
	}
	attributes, _ := table.at("AttributeDefinitions").([]any)
	for _, attribute := range attributes {
		if at(attribute, "AttributeType") != "S" {
			problems = append(problems, fmt.Sprintf("%v is not a text", at(attribute, "AttributeName")))
		}
	}
	if mode := table.at("BillingMode"); mode != "PAY_PER_REQUEST" {
		problems = append(problems, fmt.Sprintf("the table's billing mode is %v", mode))
	}
	if table.at("PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled") != true {
		problems = append(problems, "the table has no way back in time")
	}
	if table.at("TimeToLiveSpecification", "AttributeName") != "expiresAt" || table.at("TimeToLiveSpecification", "Enabled") != true {
		problems = append(problems, "items do not expire")
	}
	return problems
}

// originRule: pages of the configured origin may upload and call, and may read
// the gateway's own errors; the API's own page may upload; no other page may.
func originRule(t template) (problems []string) {
	const origin = "https://captions.example.org"
	expect := func(where string, got any, want ...string) {
		if !slices.Equal(texts(got), want) {
			problems = append(problems, fmt.Sprintf("%s: %v, want %v", where, texts(got), want))
		}
	}
	cors := func(property string) any {
		return t.named("UploadsBucket").at("CorsConfiguration", "CorsRules", 0, property)
	}
	own, _, _ := strings.Cut(show(t.Outputs["ApiUrl"].Value), "/_aws/")
	expect("upload from", cors("AllowedOrigins"), own, origin)
	expect("upload and play by", cors("AllowedMethods"), "PUT", "GET")
	expect("upload and play with", cors("AllowedHeaders"), "content-type", "if-none-match", "range")
	expect("uploads show", cors("ExposedHeaders"), "ETag", "Content-Range")
	if t.named("CaptionsBucket").at("CorsConfiguration") != nil {
		problems = append(problems, "pages may reach the captions bucket")
	}

	preflights := 0
	for _, name := range t.names("AWS::ApiGateway::Method") {
		method := t.Resources[name]
		if method.at("HttpMethod") != "OPTIONS" {
			continue
		}
		preflights++
		header := func(h string) any {
			return method.at("Integration", "IntegrationResponses", 0, "ResponseParameters", "method.response.header.Access-Control-Allow-"+h)
		}
		expect(name, header("Origin"), "'"+origin+"'")
		expect(name, header("Headers"), "'authorization,content-type,if-match,if-none-match'")
		expect(name, header("Methods"), "'GET,POST,PUT,DELETE'")
	}
	if preflights < 4 {
		problems = append(problems, fmt.Sprintf("%d resources answer a preflight, want at least the 4 that have routes", preflights))
	}

	answers := map[any]any{}
	for _, name := range t.names("AWS::ApiGateway::GatewayResponse") {
		response := t.Resources[name]
		expect(name, response.at("ResponseParameters", "gatewayresponse.header.Access-Control-Allow-Origin"), "'"+origin+"'")
		expect(name, response.at("ResponseParameters", "gatewayresponse.header.Content-Type"), "'application/problem+json'")
		// The one variable that stands without quotation marks brings its own.
		body := strings.ReplaceAll(show(response.at("ResponseTemplates", "application/json")), "$context.error.messageString", `"words"`)
		var problem struct{ Type, Title, Code, Detail string }
		if err := json.Unmarshal([]byte(body), &problem); err != nil || problem.Type == "" || problem.Title == "" || problem.Code == "" || problem.Detail == "" {
			problems = append(problems, fmt.Sprintf("%s answers with %s, which is no problem: %v", name, body, err))
		}
		answers[response.at("ResponseType")] = "its own"
		if status := response.at("StatusCode"); status != nil {
			answers[response.at("ResponseType")] = show(status) + " " + problem.Code
		}
	}
	want := map[any]any{
		"DEFAULT_4XX": "its own", "DEFAULT_5XX": "its own", "MISSING_AUTHENTICATION_TOKEN": "404 not_found",
		"UNAUTHORIZED": "401 unauthorized", "ACCESS_DENIED": "401 unauthorized", "EXPIRED_TOKEN": "401 unauthorized",
		"THROTTLED": "429 throttled", "REQUEST_TOO_LARGE": "413 too_large",
	}
	if !maps.Equal(answers, want) {
		problems = append(problems, fmt.Sprintf("the gateway's own errors are answered with %v, want %v", answers, want))
	}
	return problems
}

// routesRule: each route calls its function as a proxy, and API Gateway may
// call it for this route.
func routesRule(t template) (problems []string) {
	want := map[string]string{
		"GET /":                                     "WebFunction",
		"GET /assets/{file+}":                       "WebFunction",
		"GET /config":                               "WebFunction",
		"GET /openapi.yaml":                         "WebFunction",
		"POST /videos":                              "UploadFunction",
		"GET /videos":                               "VideosFunction",
		"GET /videos/{id}":                          "VideosFunction",
		"DELETE /videos/{id}":                       "VideosFunction",
		"POST /videos/{id}/parts":                   "UploadFunction",
		"GET /videos/{id}/parts":                    "UploadFunction",
		"POST /videos/{id}/complete":                "UploadFunction",
		"GET /videos/{id}/source":                   "UploadFunction",
		"POST /videos/{id}/retry":                   "UploadFunction",
		"GET /videos/{id}/captions/{file}":          "VideosFunction",
		"GET /videos/{id}/captions":                 "VideosFunction",
		"PUT /videos/{id}/captions/{file}":          "VideosFunction",
		"DELETE /videos/{id}/captions/{file}":       "VideosFunction",
		"GET /videos/{id}/captions/{file}/versions": "VideosFunction",
		"POST /videos/{id}/captions/{file}/restore": "VideosFunction",
		"POST /videos/{id}/check":                   "VideosFunction",
		"GET /videos/{id}/search":                   "SearchFunction",
		"GET /search":                               "SearchFunction",
	}
	got := map[string]string{}
	for _, name := range t.names("AWS::ApiGateway::Method") {
		method := t.Resources[name]
		if method.at("HttpMethod") == "OPTIONS" {
			continue
		}
		route := show(method.at("HttpMethod")) + " " + cmp.Or(t.path(method.at("ResourceId")), "/")
		uri := show(method.at("Integration", "Uri"))
		_, function, _ := strings.Cut(strings.TrimSuffix(uri, "/invocations"), "/functions/")
		got[route] = function
		if method.at("Integration", "Type") != "AWS_PROXY" {
			problems = append(problems, route+" is not a proxy")
		}
	}
	if !maps.Equal(got, want) {
		problems = append(problems, fmt.Sprintf("routes are %v, want %v", got, want))
	}

	permitted := map[string]string{}
	for _, name := range t.names("AWS::Lambda::Permission") {
		permission := t.Resources[name]
		if permission.at("Principal") != "apigateway.amazonaws.com" {
			continue // the schedule's: see scheduleRule
		}
		_, route, _ := strings.Cut(show(permission.at("SourceArn")), "/ApiDeploymentStagev1/")
		verb, path, _ := strings.Cut(route, "/")
		permitted[verb+" /"+path] = show(permission.at("FunctionName"))
	}
	for route, function := range want {
		call := strings.NewReplacer("{id}", "*", "{file}", "*", "{file+}", "*").Replace(route)
		if permitted[call] != function {
			problems = append(problems, fmt.Sprintf("API Gateway may not call %s for %s", function, route))
		}
	}
	if len(permitted) != len(want) {
		problems = append(problems, fmt.Sprintf("API Gateway may call for %v", slices.Sorted(maps.Keys(permitted))))
	}
	return problems
}

// path is the path of a resource of the API.
func (t template) path(resource any) string {
	if at(resource, "Fn::GetAtt", 1) == "RootResourceId" {
		return ""
	}
	id, _ := at(resource, "Ref").(string)
	r, found := t.Resources[id]
	if !found {
		return "?"
	}
	return t.path(r.at("ParentId")) + "/" + show(r.at("PathPart"))
}

// unfinishedRule: what is never completed goes, but not before the video that
// waits for it.
func unfinishedRule(t template) (problems []string) {
	const waits = 7 // days
	rules, _ := t.named("UploadsBucket").at("LifecycleConfiguration", "Rules").([]any)
	var days []float64
	for _, rule := range rules {
		if d := number(at(rule, "AbortIncompleteMultipartUpload", "DaysAfterInitiation")); d > 0 && at(rule, "Status") == "Enabled" && at(rule, "Prefix") == nil {
			days = append(days, d)
		}
	}
	if len(days) != 1 || days[0] <= waits || days[0] > waits+1 {
		problems = append(problems, fmt.Sprintf("the bucket forgets unfinished uploads after %v days, want %d", days, waits+1))
	}
	return problems
}
