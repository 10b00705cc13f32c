package cuepipe

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// rules hold in every stage. Each is tried on a template broken in the way
// that it is there to notice.
var rules = []struct {
	name  string
	rule  func(template) []string
	broke map[string]func(template)
}{
	{"visibility is six timeouts", visibilityRule, map[string]func(template){
		"a longer timeout":    func(t template) { t.named("CaptionerFunction").Properties["Timeout"] = 100.0 },
		"a shorter hiding":    func(t template) { t.named("SegmentsDeadLetters").Properties["VisibilityTimeout"] = 30.0 },
		"the default hiding":  func(t template) { delete(t.named("SegmentsQueue").Properties, "VisibilityTimeout") },
		"an unheard-of queue": func(t template) { t.named("UploadsQueue").Type = "gone"; remove(t, "UploadsQueue") },
		"a queue without end": func(t template) { remove(t, "DeadletterFunctionUploadsDeadLetters") },
	}},
	{"partial batch responses", partialBatchRule, map[string]func(template){
		"whole batches": func(t template) {
			delete(t.named("TranscriberFunctionSegments").Properties, "FunctionResponseTypes")
		},
		"no bound": func(t template) {
			delete(t.named("CaptionerFunctionUploads").Properties, "ScalingConfig")
		},
	}},
	{"redrive", redriveRule, map[string]func(template){
		"the other's dead letters": func(t template) {
			redrive := at(t.named("UploadsQueue").Properties, "RedrivePolicy").(map[string]any)
			redrive["deadLetterTargetArn"] = at(t.named("SegmentsQueue").Properties, "RedrivePolicy", "deadLetterTargetArn")
		},
		"given up at once": func(t template) {
			at(t.named("SegmentsQueue").Properties, "RedrivePolicy").(map[string]any)["maxReceiveCount"] = 1.0
		},
		"no redrive":      func(t template) { delete(t.named("SegmentsQueue").Properties, "RedrivePolicy") },
		"short retention": func(t template) { delete(t.named("UploadsDeadLetters").Properties, "MessageRetentionPeriod") },
	}},
	{"private, encrypted, TLS only", privateRule, map[string]func(template){
		"public policies": func(t template) {
			at(t.named("CaptionsBucket").Properties, "PublicAccessBlockConfiguration").(map[string]any)["BlockPublicPolicy"] = false
		},
		"others own":       func(t template) { delete(t.named("UploadsBucket").Properties, "OwnershipControls") },
		"bucket in clear":  func(t template) { delete(t.named("UploadsBucket").Properties, "BucketEncryption") },
		"queue in clear":   func(t template) { delete(t.named("SegmentsQueue").Properties, "SqsManagedSseEnabled") },
		"no queue policy":  func(t template) { remove(t, "SegmentsDeadLettersPolicy") },
		"no bucket policy": func(t template) { remove(t, "CaptionsBucketPolicy") },
		"everybody is let in": func(t template) {
			statement := t.named("CaptionsBucketPolicy").at("PolicyDocument", "Statement", 0).(map[string]any)
			statement["Effect"] = "Allow"
		},
	}},
	{"notification", notificationRule, map[string]func(template){
		"puts only": func(t template) {
			t.named("UploadsBucket").at("NotificationConfiguration", "QueueConfigurations", 0).(map[string]any)["Event"] = "s3:ObjectCreated:Put"
		},
		"no filter": func(t template) {
			delete(t.named("UploadsBucket").at("NotificationConfiguration", "QueueConfigurations", 0).(map[string]any), "Filter")
		},
		"none":      func(t template) { delete(t.named("UploadsBucket").Properties, "NotificationConfiguration") },
		"too early": func(t template) { t.named("UploadsBucket").DependsOn = nil },
		"any account": func(t template) {
			delete(t.named("UploadsQueuePolicy").at("PolicyDocument", "Statement", 1, "Condition").(map[string]any), "StringEquals")
		},
		"any bucket": func(t template) {
			delete(t.named("UploadsQueuePolicy").at("PolicyDocument", "Statement", 1, "Condition").(map[string]any), "ArnLike")
		},
	}},
	{"no hidden helpers", noHelpersRule, map[string]func(template){
		"a custom resource": func(t template) { t.Resources["X"] = &resource{Type: "Custom::S3BucketNotifications"} },
		"its function":      func(t template) { t.Resources["X"] = &resource{Type: "AWS::Lambda::Function"} },
	}},
	{"grants", grantsRule, map[string]func(template){
		"one verb more": func(t template) {
			addStatement(t, "DeadletterRole", map[string]any{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})
		},
		"a policy from elsewhere": func(t template) {
			t.named("UploadRole").Properties["ManagedPolicyArns"] = []any{"arn:aws:iam::aws:policy/AmazonS3FullAccess"}
		},
		"one attached later": func(t template) {
			t.Resources["X"] = &resource{Type: "AWS::IAM::Policy", Properties: map[string]any{
				"Roles": []any{map[string]any{"Ref": "VideosRole12345678"}},
				"PolicyDocument": map[string]any{"Statement": []any{
					map[string]any{"Effect": "Allow", "Action": "dynamodb:Scan", "Resource": "*"}}},
			}}
		},
		"one verb less": func(t template) {
			policy := t.named("CaptionerRole").at("Policies", 0, "PolicyDocument").(map[string]any)
			policy["Statement"] = policy["Statement"].([]any)[1:]
		},
		"without its condition": func(t template) {
			for _, statement := range t.named("TranscriberRole").at("Policies", 0, "PolicyDocument", "Statement").([]any) {
				delete(statement.(map[string]any), "Condition")
			}
		},
	}},
	{"environment", environmentRule, map[string]func(template){
		"one missing": func(t template) {
			delete(t.named("UploadFunction").at("Environment", "Variables").(map[string]any), "UPLOADS_QUEUE_URL")
		},
		"one too many": func(t template) {
			t.named("DeadletterFunction").at("Environment", "Variables").(map[string]any)["OIDC_ISSUER"] = "x"
		},
		"another time hidden": func(t template) { t.named("SegmentsQueue").Properties["VisibilityTimeout"] = 1801.0 },
		"the wrong bucket": func(t template) {
			t.named("VideosFunction").at("Environment", "Variables").(map[string]any)["CAPTIONS_BUCKET"] = map[string]any{"Ref": "UploadsBucket12345678"}
		},
	}},
	{"table", tableRule, map[string]func(template){
		"no recovery":   func(t template) { delete(t.named("Table").Properties, "PointInTimeRecoverySpecification") },
		"no expiry":     func(t template) { delete(t.named("Table").Properties, "TimeToLiveSpecification") },
		"provisioned":   func(t template) { delete(t.named("Table").Properties, "BillingMode") },
		"another index": func(t template) { delete(t.named("Table").Properties, "GlobalSecondaryIndexes") },
	}},
	{"the page's origin", originRule, map[string]func(template){
		"any origin uploads": func(t template) {
			t.named("UploadsBucket").at("CorsConfiguration", "CorsRules", 0).(map[string]any)["AllowedOrigins"] = []any{"*"}
		},
		"no If-None-Match": func(t template) {
			t.named("UploadsBucket").at("CorsConfiguration", "CorsRules", 0).(map[string]any)["AllowedHeaders"] = []any{"content-type"}
		},
		"errors unread": func(t template) {
			delete(t.named("ApiServerError").at("ResponseParameters").(map[string]any), "gatewayresponse.header.Access-Control-Allow-Origin")
		},
		"errors no problems": func(t template) {
			t.named("ApiNoRoute").at("ResponseTemplates").(map[string]any)["application/json"] = "{message: $context.error.messageString}"
		},
		"an expired token is forbidden": func(t template) { t.named("ApiExpiredToken").Properties["StatusCode"] = "403" },
		"any origin calls": func(t template) {
			t.named("ApivideosOPTIONS").at("Integration", "IntegrationResponses", 0, "ResponseParameters").(map[string]any)["method.response.header.Access-Control-Allow-Origin"] = "'*'"
		},
	}},
	{"unfinished uploads", unfinishedRule, map[string]func(template){
		"forgotten before their videos": func(t template) { abortAfter(t)["DaysAfterInitiation"] = 7.0 },
		"kept for long":                 func(t template) { abortAfter(t)["DaysAfterInitiation"] = 30.0 },
		"kept":                          func(t template) { delete(abortAfter(t), "DaysAfterInitiation") },
	}},
	{"routes", routesRule, map[string]func(template){
		"one gone": func(t template) { remove(t, "ApivideosidcompletePOST") },
		"to the other function": func(t template) {
			t.named("ApivideosGET").at("Integration").(map[string]any)["Uri"] = t.named("ApivideosPOST").at("Integration", "Uri")
		},
		"one not permitted": func(t template) {
			for _, name := range t.names("AWS::Lambda::Permission") {
				if strings.HasPrefix(name, "ApivideosidDELETE") {
					delete(t.Resources, name)
				}
			}
		},
	}},
	{"alarms", alarmsRule, map[string]func(template){
		"one tells nobody":    func(t template) { delete(t.named("AlarmsApiErrors").Properties, "AlarmActions") },
		"a function unheard":  func(t template) { remove(t, "AlarmsTranscriberErrors") },
		"the API unheard":     func(t template) { remove(t, "AlarmsApiErrors") },
		"given up unheard":    func(t template) { remove(t, "AlarmsGivenUp") },
		"late ends unheard":   func(t template) { remove(t, "AlarmsEventsWait") },
		"untold ends unheard": func(t template) { remove(t, "AlarmsEventsGivenUp") },
		"of another stage": func(t template) {
			t.named("AlarmsGivenUp").at("Dimensions", 0).(map[string]any)["Value"] = "dev"
		},
		"a queue unheard": func(t template) { remove(t, "AlarmsSegmentsWait") },
		"too early":       func(t template) { t.named("AlarmsUploadsWait").Properties["Threshold"] = 60.0 },
		"more than are free": func(t template) {
			for name, r := range maps.Clone(t.Resources) {
				if r.Type == "AWS::CloudWatch::Alarm" {
					t.Resources[name+"Again"] = r
				}
			}
		},
		"CloudWatch may not publish": func(t template) { remove(t, "AlarmsTopicPolicy") },
	}},
	{"schedule", scheduleRule, map[string]func(template){
		"none":     func(t template) { remove(t, "SweepSchedule") },
		"seldom":   func(t template) { t.named("SweepSchedule").Properties["ScheduleExpression"] = "rate(1 day)" },
		"disabled": func(t template) { t.named("SweepSchedule").Properties["State"] = "DISABLED" },
		"calls another": func(t template) {
			t.named("SweepSchedule").at("Targets", 0).(map[string]any)["Arn"] = map[string]any{"Fn::GetAtt": []any{"VideosFunction12345678", "Arn"}}
		},
		"not permitted": func(t template) { remove(t, "SweeperFunctionSchedule") },
		"permitted for any rule": func(t template) {
			delete(t.named("SweeperFunctionSchedule").Properties, "SourceArn")
		},
		"too early":       func(t template) { t.named("SegmentsQueue").Properties["VisibilityTimeout"] = 3600.0 },
		"kept for longer": func(t template) { t.named("UploadsQueue").Properties["MessageRetentionPeriod"] = 1209600.0 },
	}},
	{"events", eventsRule, map[string]func(template){
		"no stream": func(t template) { delete(t.named("Table").Properties, "StreamSpecification") },
		"new images only": func(t template) {
			t.named("Table").at("StreamSpecification").(map[string]any)["StreamViewType"] = "NEW_IMAGE"
		},
		"nobody listens":   func(t template) { remove(t, "NotifierFunctionEnds") },
		"from now on":      func(t template) { t.named("NotifierFunctionEnds").Properties["StartingPosition"] = "LATEST" },
		"whole batches":    func(t template) { delete(t.named("NotifierFunctionEnds").Properties, "FunctionResponseTypes") },
		"too many at once": func(t template) { t.named("NotifierFunctionEnds").Properties["BatchSize"] = 100.0 },
		"for ever":         func(t template) { delete(t.named("NotifierFunctionEnds").Properties, "MaximumRecordAgeInSeconds") },
		"ten times":        func(t template) { t.named("NotifierFunctionEnds").Properties["MaximumRetryAttempts"] = 10.0 },
		"and then lost":    func(t template) { delete(t.named("NotifierFunctionEnds").Properties, "DestinationConfig") },
		"one end unheard": func(t template) {
			at(t.named("NotifierFunctionEnds").Properties, "FilterCriteria", "Filters", 0).(map[string]any)["Pattern"] = `{"dynamodb":{"NewImage":{"status":{"S":["ready","failed"]}}}}`
		},
		"forgotten soon": func(t template) { delete(t.named("EventsDeadLetters").Properties, "MessageRetentionPeriod") },
		"another bus":    func(t template) { t.named("Events").Properties["Name"] = "default" },
	}},
	{"segments", segmentRule, map[string]func(template){
		"longer than the time for it": func(t template) { t.named("TranscriberFunction").Properties["Timeout"] = 11.0 },
		"none": func(t template) {
			delete(t.named("CaptionerFunction").at("Environment", "Variables").(map[string]any), "SEGMENT_SECONDS")
		},
	}},
	{"logs", logsRule, map[string]func(template){
		"for ever":       func(t template) { delete(t.named("UploadLogs").Properties, "RetentionInDays") },
		"somewhere else": func(t template) { delete(t.named("VideosFunction").Properties, "LoggingConfig") },
		"with tokens": func(t template) {
			t.named("ApiDeploymentStagev1").at("AccessLogSetting").(map[string]any)["Format"] = "$context.requestId $input.params('Authorization')"
		},
	}},
}

func TestRules(t *testing.T) {
	for _, stage := range StageNames() {
		for _, r := range rules {
			t.Run(stage+"/"+r.name, func(t *testing.T) {
				for _, problem := range r.rule(templateOf(t, stage)) {
					t.Error(problem)
				}
			})
		}
	}
}

func TestRulesNoticeBrokenStacks(t *testing.T) {
	for _, r := range rules {
		if len(r.broke) == 0 {
			t.Errorf("%s is not tried on anything broken", r.name)
		}
		for how, breakIt := range r.broke {
			t.Run(r.name+"/"+how, func(t *testing.T) {
				tpl := templateOf(t, "prod")
				breakIt(tpl)
				if len(r.rule(tpl)) == 0 {
					t.Error("the rule has nothing to say of this stack")
				}
			})
		}
	}
}

func remove(t template, name string) {
	for id := range t.Resources {
		if plain(id) == name {
			delete(t.Resources, id)
		}
	}
}

func addStatement(t template, role string, statement map[string]any) {
	policy := t.named(role).at("Policies", 0, "PolicyDocument").(map[string]any)
	policy["Statement"] = append(policy["Statement"].([]any), statement)
}

// What a stage keeps, tells and bounds differs; this is where it shows.
func TestStagesDiffer(t *testing.T) {
	for _, stage := range stages {
		tpl := templateOf(t, stage.Name)
		want := "Delete"
		if stage.Keep {
			want = "Retain"
		}
		for _, name := range []string{"UploadsBucket", "CaptionsBucket", "Table"} {
			if got := tpl.named(name).DeletionPolicy; got != want {
				t.Errorf("stage %s: %s has the deletion policy %s, want %s", stage.Name, name, got, want)
			}
		}
		if got := tpl.named("Table").at("DeletionProtectionEnabled"); got != stage.Keep {
			t.Errorf("stage %s: the table's deletion protection is %v", stage.Name, got)
		}
		if got := len(tpl.names("AWS::CloudWatch::Alarm")) > 0; got != stage.Alarms {
			t.Errorf("stage %s has alarms: %v, want %v", stage.Name, got, stage.Alarms)
		}
		length := "120"
		if stage.Name == "test" {
			length = "30"
		}
		if got := show(tpl.named("CaptionerFunction").at("Environment", "Variables", "SEGMENT_SECONDS")); got != length {
			t.Errorf("stage %s: segments are of %s s, want %s", stage.Name, got, length)
		}
		tag := show(tpl.named("Api").at("Tags"))
		if got := strings.Contains(tag, "_custom_id_"); got != stage.Local {
			t.Errorf("stage %s: the API's tags are %s", stage.Name, tag)
		}
		if got := show(tpl.named("UploadFunction").at("Environment", "Variables", "S3_PATH_STYLE")) == "true"; got != stage.Local {
			t.Errorf("stage %s: path style is %v", stage.Name, got)
		}
	}
}

func TestApiURL(t *testing.T) {
	for _, stage := range StageNames() {
		outputs := templateOf(t, stage).Outputs
		if page := show(outputs["PageUrl"].Value); page != show(outputs["ApiUrl"].Value)+"/v1/" {
			t.Errorf("stage %s: the page is at %s", stage, page)
		}
	}
	for stage, want := range map[string]string{
		"local": "http://127.0.0.1:4566/_aws/execute-api/cuepipe",
		"test":  "http://127.0.0.1:4666/_aws/execute-api/cuepipe",
		"prod":  "https://Api.execute-api.AWS::Region.AWS::URLSuffix",
	} {
		if got := show(templateOf(t, stage).Outputs["ApiUrl"].Value); got != want {
			t.Errorf("stage %s: the API is at %s, want %s", stage, got, want)
		}
	}
}

// Scripts read these names.
func TestOutputs(t *testing.T) {
	want := []string{"ApiUrl", "CaptionerFunction", "CaptionsBucket", "ClientId", "DeadletterFunction", "EventBus", "EventsDeadLettersUrl", "Issuer", "NotifierFunction", "PageUrl", "SearchFunction", "SegmentsDeadLettersUrl", "SegmentsQueueUrl", "SweeperFunction",
		"Table", "TranscriberFunction", "UploadFunction", "UploadsBucket", "UploadsDeadLettersUrl", "UploadsQueueUrl", "VideosFunction", "WebFunction"}
	var got []string
	for name := range templateOf(t, "prod").Outputs {
		got = append(got, name)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("outputs are %v, want %v", got, want)
	}
}

// abortAfter is what the uploads bucket does with uploads that are not completed.
func abortAfter(t template) map[string]any {
	return t.named("UploadsBucket").at("LifecycleConfiguration", "Rules", 0, "AbortIncompleteMultipartUpload").(map[string]any)
}
