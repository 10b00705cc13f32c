package cuepipe

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"
)

// commandLine is where `cuepipe login` listens for the browser to come back.
// Cognito wants every address word for word, and allows http for this host only.
const commandLine = "http://localhost:8976/callback"

// users say whose tokens the API takes.
type users struct {
	issuer, client *string
	// pool is nil where the one who deploys named another issuer.
	pool awscognito.UserPool
}

// newUsers returns the issuer of the settings, or a user pool of the stack's
// own. page is the address of the page that people log in to.
func newUsers(stack awscdk.Stack, settings Settings, page *string) users {
	if settings.Issuer != "" {
		return users{issuer: &settings.Issuer, client: &settings.Audience}
	}
	pool := newUserPool(stack, settings.Stage)
	pages := []*string{page}
	if settings.PageOrigin != "" {
		pages = append(pages, jsii.String(settings.PageOrigin+"/"))
	}
	back := append([]*string{jsii.String(commandLine)}, pages...)
	client := pool.AddClient(jsii.String("Client"), &awscognito.UserPoolClientOptions{
		UserPoolClientName: jsii.String("cuepipe"),
		// A page and a command line keep no secret; PKCE stands in for it.
		GenerateSecret: jsii.Bool(false),
		OAuth: &awscognito.OAuthSettings{
			Flows:        &awscognito.OAuthFlows{AuthorizationCodeGrant: jsii.Bool(true)},
			Scopes:       &[]awscognito.OAuthScope{awscognito.OAuthScope_OPENID(), awscognito.OAuthScope_EMAIL(), awscognito.OAuthScope_PROFILE()},
			CallbackUrls: &back,
			LogoutUrls:   &pages,
		},
		SupportedIdentityProviders: &[]awscognito.UserPoolClientIdentityProvider{awscognito.UserPoolClientIdentityProvider_COGNITO()},
		PreventUserExistenceErrors: jsii.Bool(true),
		EnableTokenRevocation:      jsii.Bool(true),
		IdTokenValidity:            awscdk.Duration_Hours(jsii.Number(1)),
		AccessTokenValidity:        awscdk.Duration_Hours(jsii.Number(1)),
		RefreshTokenValidity:       awscdk.Duration_Days(jsii.Number(30)),
	})
	// Passwords are typed at the pool's own page only; what is left is to refresh.
	// The CDK can only add to Cognito's default.
	client.Node().DefaultChild().(awscognito.CfnUserPoolClient).SetExplicitAuthFlows(jsii.Strings("ALLOW_REFRESH_TOKEN_AUTH"))
	return users{issuer: pool.UserPoolProviderUrl(), client: client.UserPoolClientId(), pool: pool}
}

// newUserPool makes a pool whose users are made by an administrator. It is of
// the smallest plan, of which ten thousand users a month cost nothing.
func newUserPool(stack awscdk.Stack, stage Stage) awscognito.UserPool {
	removal := awscdk.RemovalPolicy_DESTROY
	if stage.Keep {
		removal = awscdk.RemovalPolicy_RETAIN
	}
	pool := awscognito.NewUserPool(stack, jsii.String("Users"), &awscognito.UserPoolProps{
		UserPoolName:        jsii.String("cuepipe-" + stage.Name),
		FeaturePlan:         awscognito.FeaturePlan_LITE,
		SelfSignUpEnabled:   jsii.Bool(false),
		SignInAliases:       &awscognito.SignInAliases{Email: jsii.Bool(true)},
		SignInCaseSensitive: jsii.Bool(false),
		AccountRecovery:     awscognito.AccountRecovery_EMAIL_ONLY,
		PasswordPolicy: &awscognito.PasswordPolicy{
			MinLength:            jsii.Number(12),
			RequireDigits:        jsii.Bool(true),
			RequireLowercase:     jsii.Bool(true),
			RequireUppercase:     jsii.Bool(true),
			RequireSymbols:       jsii.Bool(true),
			TempPasswordValidity: awscdk.Duration_Days(jsii.Number(3)),
		},
		// By an app that shows codes. Text messages cost, and can be intercepted.
		Mfa:                awscognito.Mfa_OPTIONAL,
		MfaSecondFactor:    &awscognito.MfaSecondFactor{Otp: jsii.Bool(true), Sms: jsii.Bool(false)},
		DeletionProtection: jsii.Bool(stage.Keep),
		RemovalPolicy:      removal,
	})
	// Prefixes are one namespace for all accounts of a region: the number is ours.
	prefix := "cuepipe-" + stage.Name + "-${AWS::AccountId}"
	pool.AddDomain(jsii.String("Domain"), &awscognito.UserPoolDomainOptions{
		CognitoDomain: &awscognito.CognitoDomainOptions{DomainPrefix: awscdk.Fn_Sub(&prefix, nil)},
	})
	return pool
}

// publicRoutes are those that need no token. Whatever is not named here, the
// gateway lets no one through to without one.
var publicRoutes = map[string]bool{
	"GET /":               true,
	"GET /assets/{file+}": true,
	"GET /openapi.yaml":   true,
	"GET /config":         true,
}

// guard has the gateway ask the pool about every token, before a function runs.
// The functions verify it as well: they know no route without it, and with
// another issuer there is nobody else. Call it when all routes are there.
func guard(stack awscdk.Stack, api awsapigateway.RestApi, pool awscognito.UserPool) {
	authorizer := awsapigateway.NewCfnAuthorizer(stack, jsii.String("Authorizer"), &awsapigateway.CfnAuthorizerProps{
		Name:           jsii.String("users"),
		Type:           jsii.String("COGNITO_USER_POOLS"),
		RestApiId:      api.RestApiId(),
		IdentitySource: jsii.String("method.request.header.Authorization"),
		ProviderArns:   &[]any{pool.UserPoolArn()},
	})
	for _, method := range *api.Methods() {
		verb := *method.HttpMethod()
		if verb == "OPTIONS" || publicRoutes[verb+" "+*method.Resource().Path()] {
			continue // a browser's preflight carries no token
		}
		cfn := method.Node().DefaultChild().(awsapigateway.CfnMethod)
		cfn.SetAuthorizationType(jsii.String("COGNITO_USER_POOLS"))
		cfn.SetAuthorizerId(authorizer.Ref())
	}
	// The CDK makes a new deployment of the API where what it knows of has changed,
	// and of this it does not know.
	api.LatestDeployment().AddToLogicalId(map[string]any{"guardedBy": pool.Node().Path()})
}
