package login

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/cuepipe/cuepipe/integration/person"
)

func TestWhoLogsInByTheFormMayCallTheAPI(t *testing.T) {
	t.Parallel()
	tokens := logIn(t, "bob", "another-lump-of-coal")
	bob := person.Person{T: t, API: deployed.API, Token: tokens["id_token"].(string)}
	v := bob.Create("film.mp4", "video/mp4", 10)
	// A token that was signed without a form is of the same person.
	minted, err := deployed.Token("bob")
	if err != nil {
		t.Fatal(err)
	}
	again := person.Person{T: t, API: deployed.API, Token: minted}
	if status, _, body := again.Call("DELETE", "/v1/videos/"+v.ID, nil); status != 204 {
		t.Errorf("another token of bob: %d %s", status, body)
	}
	// The access token names no audience: the API does not take it.
	other := person.Person{T: t, API: deployed.API, Token: tokens["access_token"].(string)}
	if status, _, _ := other.Call("GET", "/v1/videos", nil); status != 401 {
		t.Errorf("the access token: %d", status)
	}
}

func TestTheConfigurationSaysWhereToLogIn(t *testing.T) {
	t.Parallel()
	c := config(t)
	if c.Issuer != deployed.Issuer || c.ClientID != deployed.Audience || c.MaxSize != 100<<30 || c.MultipartAbove != 64<<20 || len(c.Profiles) != 5 {
		t.Errorf("it says %+v", c)
	}
}

func TestThePageMayReachWhatItNeeds(t *testing.T) {
	t.Parallel()
	answer, body := get(t, http.DefaultClient, deployed.Output("PageUrl"))
	policy := answer.Header.Get("Content-Security-Policy")
	if answer.StatusCode != 200 || !strings.Contains(body, "<title>Cuepipe</title>") {
		t.Fatalf("the page: %s %s", answer.Status, body)
	}
	// Where an upload goes and where the issuer answers must be in its policy.
	v := person.New(t, deployed).Create("film.mp4", "video/mp4", 10)
	storage := mustParse(t, v.Upload.URL)
	for _, origin := range []string{deployed.Issuer, storage.Scheme + "://" + storage.Host} {
		if !regexp.MustCompile(`connect-src 'self' [^;]*` + regexp.QuoteMeta(origin) + `[ ;]`).MatchString(policy) {
			t.Errorf("the page may not speak to %s: %s", origin, policy)
		}
	}
	files := regexp.MustCompile(`(?:src|href)="\./(assets/[^"]+)"`).FindAllStringSubmatch(body, -1)
	if len(files) < 2 {
		t.Fatalf("the page names the files %v", files)
	}
	for _, file := range files {
		answer, content := get(t, http.DefaultClient, deployed.Output("PageUrl")+file[1])
		if answer.StatusCode != 200 || len(content) == 0 || !strings.Contains(answer.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %s, %v", file[1], answer.Status, answer.Header)
		}
	}
}

func TestWithoutTheSlashOneIsSentToThePage(t *testing.T) {
	t.Parallel()
	answer, body := get(t, http.DefaultClient, strings.TrimSuffix(deployed.Output("PageUrl"), "/"))
	if answer.StatusCode != 200 || answer.Request.URL.String() != deployed.Output("PageUrl") || !strings.Contains(body, "Cuepipe") {
		t.Errorf("one ends at %s: %s", answer.Request.URL, answer.Status)
	}
}

func TestPagesOfOursMayUploadAndNoOthers(t *testing.T) {
	t.Parallel()
	page := mustParse(t, deployed.API)
	v := person.New(t, deployed).Create("film.mp4", "video/mp4", 10)
	for origin, allowed := range map[string]bool{
		page.Scheme + "://" + page.Host: true, deployed.PageOrigin: true, "https://evil.example": false, "null": false,
	} {
		request, err := http.NewRequestWithContext(t.Context(), "OPTIONS", v.Upload.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Origin", origin)
		request.Header.Set("Access-Control-Request-Method", "PUT")
		request.Header.Set("Access-Control-Request-Headers", "content-type,if-none-match")
		answer, _ := do(t, http.DefaultClient, request)
		if got := answer.Header.Get("Access-Control-Allow-Origin") == origin; got != allowed {
			t.Errorf("from %s: %s, %v", origin, answer.Status, answer.Header)
		}
	}
}
