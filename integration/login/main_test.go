// Package login tests how people come in: the page that the deployed API
// serves, the configuration that it says, and the provider's form, as a browser
// goes through them.
package login

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"testing"

	"github.com/cuepipe/cuepipe/integration/stack"
)

var deployed *stack.Stack

func TestMain(m *testing.M) {
	var err error
	if deployed, err = stack.Load(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// get asks the API without a token and returns the answer and its body.
func get(t *testing.T, client *http.Client, address string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "GET", address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return do(t, client, request)
}

func do(t *testing.T, client *http.Client, request *http.Request) (*http.Response, string) {
	t.Helper()
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

// config is what GET /v1/config says, as far as a login needs it.
func config(t *testing.T) (c struct {
	Issuer, ClientID        string
	MaxSize, MultipartAbove int64
	Profiles                []string
}) {
	t.Helper()
	_, body := get(t, http.DefaultClient, deployed.API+"/v1/config")
	if err := json.Unmarshal([]byte(body), &c); err != nil {
		t.Fatalf("/config says %s: %v", body, err)
	}
	return c
}

// logIn does what a browser does that comes from the page, and returns the
// tokens: "id_token", "access_token", "refresh_token".
func logIn(t *testing.T, name, password string) map[string]any {
	t.Helper()
	c := config(t)
	var endpoints struct {
		Authorize string `json:"authorization_endpoint"`
		Token     string `json:"token_endpoint"`
	}
	_, discovered := get(t, http.DefaultClient, c.Issuer+"/.well-known/openid-configuration")
	if err := json.Unmarshal([]byte(discovered), &endpoints); err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	page := deployed.API + "/v1/"
	back := map[string]string{} // what the way back to the page says
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Host != mustParse(t, page).Host {
			return nil
		}
		back["code"], back["state"] = r.URL.Query().Get("code"), r.URL.Query().Get("state")
		return http.ErrUseLastResponse
	}}
	verifier, state := rand.Text(), rand.Text()
	verifier += verifier // 52 characters, and 43 are the least
	challenge := sha256.Sum256([]byte(verifier))
	_, form := get(t, browser, endpoints.Authorize+"?"+url.Values{
		"client_id": {c.ClientID}, "response_type": {"code"}, "scope": {"openid email profile"}, "redirect_uri": {page}, "state": {state},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"},
	}.Encode())
	action := regexp.MustCompile(`action="(/login/[^"]+)"`).FindStringSubmatch(form)
	if action == nil {
		t.Fatalf("there is no form: %s", form)
	}
	filled, err := browser.PostForm(c.Issuer+action[1], url.Values{"name": {name}, "password": {password}})
	if err != nil {
		t.Fatal(err)
	}
	filled.Body.Close()
	if back["code"] == "" || back["state"] != state {
		t.Fatalf("%s did not come back with a code: %s", name, filled.Status)
	}
	redeemed, err := http.PostForm(endpoints.Token, url.Values{"grant_type": {"authorization_code"}, "client_id": {c.ClientID},
		"code": {back["code"]}, "redirect_uri": {page}, "code_verifier": {verifier}})
	if err != nil {
		t.Fatal(err)
	}
	defer redeemed.Body.Close()
	tokens := map[string]any{}
	if err := json.NewDecoder(redeemed.Body).Decode(&tokens); err != nil || redeemed.StatusCode != 200 {
		t.Fatalf("the code is worth %s (%v)", redeemed.Status, err)
	}
	return tokens
}

func mustParse(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
