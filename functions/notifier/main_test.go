package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/cuepipe/cuepipe/internal/config"
	"github.com/cuepipe/cuepipe/internal/config/configtest"
	"github.com/cuepipe/cuepipe/internal/notify"
)

func recorded(t *testing.T) (batch notify.Records) {
	t.Helper()
	text, err := os.ReadFile("../../events/dynamodb-stream-ready.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &batch); err != nil {
		t.Fatal(err)
	}
	return batch
}

func TestCompose(t *testing.T) {
	handle := configtest.Compose(t, compose, map[string]string{"EVENT_BUS": "cuepipe-test", "DEAD_LETTERS_URL": "q"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // so that nothing can be told
	got, err := handle(ctx, recorded(t))
	if err != nil || len(got.BatchItemFailures) != 1 || got.BatchItemFailures[0].ItemIdentifier != "13021600000000001596893679" {
		t.Errorf("an end that cannot be told: %v, %v", got, err)
	}
}

// With a webhook the secret is read, once, at the start; without it the function
// does not start, so that nothing is told unsigned.
func TestTheSecretIsReadAtTheStart(t *testing.T) {
	secret := strings.Repeat("s", 43)
	var asked []string
	aws := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked = append(asked, r.Header.Get("X-Amz-Target")+" "+string(body))
		switch r.Header.Get("X-Amz-Target") {
		case "AmazonSSM.GetParameter":
			if secret == "" {
				w.WriteHeader(http.StatusBadRequest)
				fmt.Fprint(w, `{"__type":"ParameterNotFound"}`)
				return
			}
			fmt.Fprintf(w, `{"Parameter":{"Value":%q}}`, secret)
		case "AWSEvents.PutEvents":
			fmt.Fprint(w, `{"FailedEntryCount":0,"Entries":[{"EventId":"e"}]}`)
		}
	}))
	defer aws.Close()
	for name, value := range map[string]string{"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_ENDPOINT_URL": aws.URL,
		"EVENT_BUS": "cuepipe-test", "DEAD_LETTERS_URL": aws.URL + "/q", "WEBHOOK_SECRET": "/cuepipe/test/webhook-secret"} {
		t.Setenv(name, value)
	}
	silent := slog.New(slog.DiscardHandler)
	handle, err := compose(t.Context(), config.FromEnvironment(), silent)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got, err := handle(t.Context(), recorded(t)); err != nil || len(got.BatchItemFailures) != 0 {
			t.Fatalf("%v, %v", got, err)
		}
	}
	if len(asked) != 3 || !strings.Contains(asked[0], `"Name":"/cuepipe/test/webhook-secret","WithDecryption":true`) ||
		!strings.Contains(asked[1], `\"signature\":\"eyJ`) || strings.Contains(strings.Join(asked, ""), secret) {
		t.Errorf("asked was %q", asked)
	}
	for _, wrong := range []string{"", "short"} {
		secret = wrong
		if _, err := compose(t.Context(), config.FromEnvironment(), silent); err == nil || !strings.Contains(err.Error(), "secret") {
			t.Errorf("the secret %q: %v", wrong, err)
		}
	}
}
