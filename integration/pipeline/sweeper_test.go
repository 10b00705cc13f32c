package pipeline

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/cuepipe/cuepipe/integration/person"
	"github.com/cuepipe/cuepipe/internal/video"
)

// edit changes a video's item behind everybody's back.
func edit(t *testing.T, id, expression string, values map[string]types.AttributeValue) {
	t.Helper()
	names := map[string]string{}
	for _, n := range []string{"status", "updatedAt", "swept", "done", "heard"} {
		if strings.Contains(expression, "#"+n) {
			names["#"+n] = n
		}
	}
	_, err := deployed.DynamoDB.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: aws.String(deployed.Output("Table")),
		Key:              map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: id}},
		UpdateExpression: &expression, ExpressionAttributeNames: names, ExpressionAttributeValues: values})
	if err != nil {
		t.Fatal(err)
	}
}

// forgotten makes a video look as if its messages had been lost long ago, in
// the middle of the work.
func forgotten(t *testing.T, id string, swept bool) {
	t.Helper()
	expression := "SET #status = :captioning, #updatedAt = :then, #heard = :nothing REMOVE #done"
	values := map[string]types.AttributeValue{
		":captioning": &types.AttributeValueMemberS{Value: string(video.Captioning)},
		":then":       &types.AttributeValueMemberS{Value: "2020-01-01T00:00:00.000000000Z"},
		":nothing":    &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{}},
	}
	if swept {
		expression = strings.Replace(expression, " REMOVE", ", #swept = :swept REMOVE", 1)
		values[":swept"] = &types.AttributeValueMemberBOOL{Value: true}
	}
	edit(t, id, expression, values)
}

// sweep calls the deployed function, as its schedule does or as an operator
// who asks for more.
func sweep(t *testing.T, request string) map[string]any {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "POST", deployed.Endpoint+"/2015-03-31/functions/"+functionName("sweeper")+"/invocations", bytes.NewReader([]byte(request)))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	var report map[string]any
	if err == nil {
		err = json.Unmarshal(b, &report)
	}
	if err != nil || res.Header.Get("X-Amz-Function-Error") != "" {
		t.Fatalf("the sweeper said %s, %v", b, err)
	}
	return report
}

// A video whose messages are lost is dispatched again by the sweeper; one that
// does not move after that fails with the reason, and is started again when
// its operator says that the cause is over.
func TestAForgottenVideo(t *testing.T) {
	t.Parallel()
	p := person.New(t, deployed)
	file := person.Film(t, "jfk.wav")
	lost, hopeless := p.Upload("lost.mp4", "video/mp4", file), p.Upload("hopeless.mp4", "video/mp4", file)
	p.End(lost.ID, video.Ready, "")
	p.End(hopeless.ID, video.Ready, "")
	forgotten(t, lost.ID, false)
	forgotten(t, hopeless.ID, true)
	p.Until(hopeless.ID, "given up", func(person.Video) bool {
		sweep(t, `{"source":"aws.events"}`) // it does nothing while the queues have a backlog
		v := p.At(hopeless.ID)
		return v.Status == string(video.Failed) && v.Failure.Code == video.Stuck.Code
	})
	p.End(lost.ID, video.Ready, "")
	storedOnce(t, lost.ID, 1)

	sweep(t, `{"redrive":["stuck"]}`)
	p.End(hopeless.ID, video.Ready, "")
}
