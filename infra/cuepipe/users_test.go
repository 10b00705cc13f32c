package cuepipe

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// poolTemplate is that of a stage whose one who deploys names no issuer.
func poolTemplate(t *testing.T, stage string) template {
	t.Helper()
	return templateWith(t, stage, func(s *Settings) { s.Issuer, s.Audience, s.PageOrigin = "", "", "" }, "with a pool")
}

// poolRule: nobody signs up, passwords are strong, and logging in is by code
// with no secret, at addresses of ours only.
func poolRule(t template) (problems []string) {
	expect := func(what string, got any, want ...string) {
		texts := texts(got)
		slices.Sort(texts)
		slices.Sort(want)
		if !slices.Equal(texts, want) {
			problems = append(problems, fmt.Sprintf("%s: %v, want %v", what, texts, want))
		}
	}
	pool := t.named("Users")
	expect("who makes users", show(pool.at("AdminCreateUserConfig", "AllowAdminCreateUserOnly")), "true")
	expect("signing in", pool.at("UsernameAttributes"), "email")
	expect("a second factor", show(pool.at("MfaConfiguration")), "OPTIONAL")
	expect("its kind", pool.at("EnabledMfas"), "SOFTWARE_TOKEN_MFA")
	expect("plan", show(pool.at("UserPoolTier")), "LITE")
	expect("threat protection", show(pool.at("UserPoolAddOns")), show(nil))
	policy := pool.at("Policies", "PasswordPolicy")
	for _, kind := range []string{"RequireLowercase", "RequireUppercase", "RequireNumbers", "RequireSymbols"} {
		expect(kind, show(at(policy, kind)), "true")
	}
	if number(at(policy, "MinimumLength")) < 12 {
		problems = append(problems, "passwords may be short")
	}

	page := "https://Api.execute-api.AWS::Region.AWS::URLSuffix/v1/"
	client := t.named("UsersClient")
	expect("secret", show(client.at("GenerateSecret")), "false")
	expect("flows", client.at("AllowedOAuthFlows"), "code")
	expect("scopes", client.at("AllowedOAuthScopes"), "openid", "email", "profile")
	expect("ways back", client.at("CallbackURLs"), "http://localhost:8976/callback", page)
	expect("after logging out", client.at("LogoutURLs"), page)
	expect("who does not exist", show(client.at("PreventUserExistenceErrors")), "ENABLED")
	expect("ways to log in", client.at("ExplicitAuthFlows"), "ALLOW_REFRESH_TOKEN_AUTH")
	expect("revoking", show(client.at("EnableTokenRevocation")), "true")
	expect("domain", show(t.named("UsersDomain").at("Domain")), "cuepipe-prod-${AWS::AccountId}")

	for _, function := range []string{"Upload", "Videos", "Search", "Web"} {
		told := func(name string) string {
			return show(t.named(function+"Function").at("Environment", "Variables", name))
		}
		if told("OIDC_ISSUER") != "Users" || told("OIDC_AUDIENCE") != "UsersClient" {
			problems = append(problems, fmt.Sprintf("%s takes tokens of %s for %s", function, told("OIDC_ISSUER"), told("OIDC_AUDIENCE")))
		}
		if t.named(function+"Function").at("Environment", "Variables", "PAGE_ORIGIN") != nil {
			problems = append(problems, function+" lets another page in")
		}
	}
	return problems
}

// guardedRule: the gateway lets nobody through without a token of the pool but
// to what is for everybody.
func guardedRule(t template) (problems []string) {
	authorizer := t.named("Authorizer")
	if authorizer.at("Type") != "COGNITO_USER_POOLS" || !slices.Equal(texts(authorizer.at("ProviderARNs")), []string{"Users"}) ||
		authorizer.at("IdentitySource") != "method.request.header.Authorization" || show(authorizer.at("RestApiId")) != "Api" {
		problems = append(problems, fmt.Sprintf("the authorizer is %v", authorizer.Properties))
	}
	open := []string{}
	for _, name := range t.names("AWS::ApiGateway::Method") {
		method := t.Resources[name]
		if method.at("AuthorizationType") == "COGNITO_USER_POOLS" && show(method.at("AuthorizerId")) == "Authorizer" {
			continue
		}
		open = append(open, show(method.at("HttpMethod"))+" "+t.path(method.at("ResourceId")))
	}
	slices.Sort(open)
	if want := []string{"GET ", "GET /assets/{file+}", "GET /config", "GET /openapi.yaml"}; !slices.Equal(open, want) {
		problems = append(problems, fmt.Sprintf("without a token one may %v, want %v", open, want))
	}
	return problems
}

func TestAStackWithoutAnIssuerHasUsersOfItsOwn(t *testing.T) {
	for name, rule := range map[string]func(template) []string{"pool": poolRule, "guarded": guardedRule} {
		for _, problem := range rule(poolTemplate(t, "prod")) {
			t.Errorf("%s: %s", name, problem)
		}
	}
	outputs := poolTemplate(t, "prod").Outputs
	for name, want := range map[string]string{"Issuer": "Users", "ClientId": "UsersClient", "UserPoolId": "Users"} {
		if got := show(outputs[name].Value); got != want {
			t.Errorf("the output %s is %s, want %s", name, got, want)
		}
	}
}

func TestUsersRulesNoticeBrokenStacks(t *testing.T) {
	for how, broken := range map[string]struct {
		rule    func(template) []string
		breakIt func(template)
	}{
		"everybody signs up": {poolRule, func(t template) { delete(t.named("Users").Properties, "AdminCreateUserConfig") }},
		"short passwords": {poolRule, func(t template) {
			at(t.named("Users").Properties, "Policies", "PasswordPolicy").(map[string]any)["MinimumLength"] = 8.0
		}},
		"a plan that costs":  {poolRule, func(t template) { t.named("Users").Properties["UserPoolTier"] = "PLUS" }},
		"a secret":           {poolRule, func(t template) { t.named("UsersClient").Properties["GenerateSecret"] = true }},
		"tokens in the URL":  {poolRule, func(t template) { t.named("UsersClient").Properties["AllowedOAuthFlows"] = []any{"implicit"} }},
		"back to elsewhere":  {poolRule, func(t template) { t.named("UsersClient").Properties["CallbackURLs"] = []any{"https://evil.example/"} }},
		"passwords by calls": {poolRule, func(t template) { delete(t.named("UsersClient").Properties, "ExplicitAuthFlows") }},
		"another's tokens": {poolRule, func(t template) {
			t.named("VideosFunction").at("Environment", "Variables").(map[string]any)["OIDC_ISSUER"] = "https://evil.example"
		}},
		"an open route":       {guardedRule, func(t template) { t.named("ApivideosidDELETE").Properties["AuthorizationType"] = "NONE" }},
		"a closed page":       {guardedRule, func(t template) { remove(t, "ApiGET") }},
		"of another pool":     {guardedRule, func(t template) { t.named("Authorizer").Properties["ProviderARNs"] = []any{"arn:x"} }},
		"an authorizer apart": {guardedRule, func(t template) { t.named("ApivideosPOST").Properties["AuthorizerId"] = "another" }},
	} {
		t.Run(how, func(t *testing.T) {
			tpl := poolTemplate(t, "prod")
			broken.breakIt(tpl)
			if len(broken.rule(tpl)) == 0 {
				t.Error("the rule has nothing to say of this stack")
			}
		})
	}
}

// Users outlive the stack where videos do.
func TestUsersAreKeptWhereVideosAre(t *testing.T) {
	for stage, want := range map[string]string{"dev": "Delete", "prod": "Retain"} {
		pool := poolTemplate(t, stage).named("Users")
		if pool.DeletionPolicy != want || (pool.at("DeletionProtection") == "ACTIVE") != (want == "Retain") {
			t.Errorf("stage %s: the pool's deletion policy is %s, its protection %v", stage, pool.DeletionPolicy, pool.at("DeletionProtection"))
		}
	}
}

func TestAnotherIssuerNeedsNoPool(t *testing.T) {
	tpl := templateOf(t, "prod")
	for _, typ := range []string{"AWS::Cognito::UserPool", "AWS::Cognito::UserPoolClient", "AWS::ApiGateway::Authorizer"} {
		if found := tpl.names(typ); len(found) > 0 {
			t.Errorf("there is %v", found)
		}
	}
	for _, name := range tpl.names("AWS::ApiGateway::Method") {
		if kind := tpl.Resources[name].at("AuthorizationType"); kind != "NONE" {
			t.Errorf("%s asks for %v", name, kind)
		}
	}
	if _, there := tpl.Outputs["UserPoolId"]; there {
		t.Error("there is an output for a pool that there is not")
	}
}

// With another page, both are ways back, and both may upload.
func TestAnotherPageIsBesideTheAPIsOwn(t *testing.T) {
	tpl := templateWith(t, "dev", func(s *Settings) { s.Issuer, s.Audience = "", "" }, "with a pool and a page")
	if back := texts(tpl.named("UsersClient").at("CallbackURLs")); len(back) != 3 || !slices.Contains(back, "https://captions.example.org/") {
		t.Errorf("ways back are %v", back)
	}
	own := poolTemplate(t, "dev")
	cors := own.named("UploadsBucket").at("CorsConfiguration", "CorsRules", 0, "AllowedOrigins")
	if got := texts(cors); !slices.Equal(got, []string{"https://Api.execute-api.AWS::Region.AWS::URLSuffix"}) {
		t.Errorf("without another page, those of %v may upload", got)
	}
	for _, name := range own.names("AWS::ApiGateway::Method") {
		if own.Resources[name].at("HttpMethod") == "OPTIONS" {
			t.Errorf("%s answers a preflight, and there is no other page", name)
		}
	}
	for _, name := range own.names("AWS::ApiGateway::GatewayResponse") {
		if strings.Contains(show(own.Resources[name].Properties), "Access-Control") {
			t.Errorf("%s lets another page read it", name)
		}
	}
}

func TestScopesOfAnotherIssuerAreTheOnesGiven(t *testing.T) {
	tpl := templateWith(t, "dev", func(s *Settings) { s.Scopes = "openid offline_access" }, "with scopes")
	if got := tpl.named("WebFunction").at("Environment", "Variables", "OIDC_SCOPES"); got != "openid offline_access" {
		t.Errorf("the page asks for %v", got)
	}
}
