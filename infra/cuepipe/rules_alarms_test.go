package cuepipe

import (
	"fmt"
	"slices"
)

// alarmsRule: where a stage has alarms, each function and each queue has its
// own, all tell the topic, and CloudWatch can really speak to it.
func alarmsRule(t template) (problems []string) {
	alarms := t.names("AWS::CloudWatch::Alarm")
	if len(alarms) == 0 {
		return nil // which stages have alarms: TestStagesDiffer
	}
	watched := map[string]*resource{} // by metric and what it is of
	for _, name := range alarms {
		alarm := t.Resources[name]
		if !slices.Equal(texts(alarm.at("AlarmActions")), []string{"AlarmsTopic"}) {
			problems = append(problems, name+" does not tell the topic")
		}
		watched[show(alarm.at("MetricName"))+" "+show(alarm.at("Dimensions", 0, "Value"))] = alarm
	}
	for function := range mayDo {
		// When a function behind the API fails, the API answers with an error.
		// What the notifier fails to do waits in the stream.
		if behindAPI := function == "Upload" || function == "Videos" || function == "Search" || function == "Web"; !behindAPI && function != "Notifier" && watched["Errors "+function+"Function"] == nil {
			problems = append(problems, "nobody hears of errors of "+function)
		}
	}
	if watched["GivenUp prod"] == nil || watched["GivenUp prod"].at("Namespace") != "Cuepipe" {
		problems = append(problems, "nobody hears of videos that are given up")
	}
	if wait := watched["IteratorAge NotifierFunction"]; wait == nil || number(wait.at("Threshold")) != 15*60*1000 {
		problems = append(problems, "nobody hears of ends that wait to be told")
	}
	if watched["ApproximateNumberOfMessagesVisible EventsDeadLetters"] == nil {
		problems = append(problems, "nobody hears of ends that could not be told")
	}
	if watched["5XXError cuepipe-prod"] == nil {
		problems = append(problems, "nobody hears of errors of the API")
	}
	for _, queue := range []string{"Uploads", "Segments"} {
		// The names of queues are attributes of theirs.
		age := watched["ApproximateAgeOfOldestMessage "+queue+"Queue"]
		if age == nil {
			problems = append(problems, "nobody hears of messages that wait in "+queue+"Queue")
		}
		hidden := number(t.named(queue + "Queue").at("VisibilityTimeout"))
		if age != nil && number(age.at("Threshold")) <= hidden {
			problems = append(problems, fmt.Sprintf("%sQueue hides messages for %v s, and its alarm goes off before one can have come again", queue, hidden))
		}
	}
	cloudWatchMay := func(statements any, verb string) bool {
		list, _ := statements.([]any)
		return slices.ContainsFunc(list, func(statement any) bool {
			return at(statement, "Effect") == "Allow" && at(statement, "Principal", "Service") == "cloudwatch.amazonaws.com" &&
				slices.Contains(texts(at(statement, "Action")), verb) &&
				show(at(statement, "Condition", "StringEquals", "aws:SourceAccount")) == "AWS::AccountId"
		})
	}
	if !cloudWatchMay(t.named("AlarmsTopicPolicy").at("PolicyDocument", "Statement"), "sns:Publish") {
		problems = append(problems, "CloudWatch may not publish to the topic")
	}
	if len(alarms) > 10 {
		problems = append(problems, fmt.Sprintf("there are %d alarms, and each beyond ten costs every month", len(alarms)))
	}
	return problems
}
