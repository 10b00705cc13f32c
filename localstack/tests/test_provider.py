"""The provider that people log in to, over HTTP as a browser does it: forms, cookies, redirects."""

import base64
import hashlib
import json
import re
import secrets
import socket
import subprocess
import time
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from cuelocal import lifecycle
from cuelocal.stages import ROOT, Stage

PASSWORD = "down-the-rabbit-hole"
COMMAND_LINE = "http://localhost:8976/callback"


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    """A provider of its own, started as localstack/start does it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        stage = Stage("test", 4666, free.getsockname()[1])
    key = tmp_path_factory.mktemp("issuer")
    log = tmp_path_factory.mktemp("log") / "issuer.log"
    # The stage's own key stays out of it.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stage, "issuer_folder", key)
        command = lifecycle.provider(stage)
    with open(log, "wb") as output:
        program = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + 30
        while not lifecycle._get(f"{stage.issuer}/.well-known/openid-configuration"):
            assert program.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield Provider(stage, key / "signing-key.pem", log)
    finally:
        program.kill()
        program.wait()


class Provider:
    def __init__(self, stage, key, log):
        self.stage, self.key, self.log = stage, key, log
        self.discovery = requests.get(f"{stage.issuer}/.well-known/openid-configuration").json()

    def ask(self, browser, redirect_uri=COMMAND_LINE, **changes):
        """Asks for a log-in; returns the verifier and the answer, which is a form or the way back."""
        verifier = secrets.token_urlsafe(32)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        question = {
            **{"client_id": "cuepipe", "response_type": "code", "scope": "openid email profile", "redirect_uri": redirect_uri},
            **{"state": "s1", "nonce": "n1", "code_challenge": challenge, "code_challenge_method": "S256"},
            **changes,
        }
        address = f"{self.discovery['authorization_endpoint']}?{urlencode({k: v for k, v in question.items() if v is not None})}"
        return verifier, follow(browser, browser.get(address, allow_redirects=False), self.stage.issuer)

    def log_in(self, browser, name="alice", password=PASSWORD, redirect_uri=COMMAND_LINE):
        """Logs in by the form; returns the verifier and the answer to the form."""
        verifier, form = self.ask(browser, redirect_uri)
        return verifier, fill_in(browser, form, self.stage.issuer, name=name, password=password)

    def redeem(self, code, verifier, redirect_uri=COMMAND_LINE, **headers):
        fields = {"grant_type": "authorization_code", "client_id": "cuepipe", "code": code, "redirect_uri": redirect_uri}
        return requests.post(self.discovery["token_endpoint"], {**fields, "code_verifier": verifier}, headers=headers)

    def tokens(self, browser=None, **login):
        verifier, back = self.log_in(browser or requests.Session(), **login)
        return self.redeem(came_back(back)["code"], verifier).json()

    def refresh(self, token):
        return requests.post(
            self.discovery["token_endpoint"], {"grant_type": "refresh_token", "client_id": "cuepipe", "refresh_token": token}
        )

    def claims(self, token):
        """What a token says, after its signature was checked with the key that is published under the token's kid."""
        head, body, signature = token.split(".")
        [key] = [k for k in requests.get(self.discovery["jwks_uri"]).json()["keys"] if k["kid"] == json.loads(bytes_of(head))["kid"]]
        n, e = (int.from_bytes(bytes_of(key[part])) for part in "ne")
        RSAPublicNumbers(e, n).public_key().verify(bytes_of(signature), f"{head}.{body}".encode(), PKCS1v15(), SHA256())
        return json.loads(bytes_of(body))


def bytes_of(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def follow(browser, answer, issuer):
    """Follows redirects as long as they stay at the provider."""
    while answer.is_redirect and urljoin(answer.url, answer.headers["Location"]).startswith(issuer):
        answer = browser.get(urljoin(answer.url, answer.headers["Location"]), allow_redirects=False)
    return answer


def fill_in(browser, page, issuer, **fields):
    assert page.status_code == 200, page.text
    [action] = re.findall(r'<form[^>]* action="([^"]+)"', page.text)
    return follow(browser, browser.post(urljoin(page.url, action), fields, allow_redirects=False), issuer)


def came_back(answer):
    """What the way back says."""
    assert answer.is_redirect, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def test_it_says_what_clients_must_know(provider):
    said = provider.discovery
    assert said["issuer"] == provider.stage.issuer
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert said["id_token_signing_alg_values_supported"] == ["RS256"]
    assert {"authorization_code", "refresh_token"} == set(said["grant_types_supported"])
    assert "end_session_endpoint" in said and "revocation_endpoint" in said


def test_it_publishes_the_key_that_minted_tokens_are_signed_with_and_no_private_part_of_it(provider):
    [published] = requests.get(provider.discovery["jwks_uri"]).json()["keys"]
    own = load_pem_private_key(provider.key.read_bytes(), None).public_key().public_numbers()
    assert int.from_bytes(bytes_of(published["n"])) == own.n
    assert set(published) == {"kty", "use", "kid", "alg", "e", "n"}
    token = subprocess.run(
        [ROOT / "bin" / "issuer", "token", "--dir", provider.key.parent, "--issuer", provider.stage.issuer, "--user", "alice"],
        **{"capture_output": True, "text": True, "check": True},
    ).stdout.strip()
    assert provider.claims(token)["sub"] == "alice"


def test_who_logs_in_gets_an_id_token_that_says_who_it_is(provider):
    tokens = provider.tokens()
    said = provider.claims(tokens["id_token"])
    assert (said["iss"], said["aud"], said["sub"]) == (provider.stage.issuer, "cuepipe", "alice")
    assert (said["email"], said["name"], said["nonce"]) == ("alice@example.com", "Alice Liddell", "n1")
    assert said["exp"] - said["iat"] == 3600
    asked = requests.get(provider.discovery["userinfo_endpoint"], headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert asked.json()["sub"] == "alice"


def test_a_wrong_password_gets_the_form_again(provider):
    browser = requests.Session()
    for name, password in (("alice", "another-lump-of-coal"), ("alice", ""), ("mallory", PASSWORD), ("", "")):
        _, answer = provider.log_in(browser, name, password)
        assert answer.status_code == 401 and 'role="alert"' in answer.text
    _, answer = provider.log_in(browser)
    assert "code" in came_back(answer)


def test_what_is_typed_comes_back_as_text(provider):
    _, answer = provider.log_in(requests.Session(), '"><script>alert(1)</script>', "x")
    assert "<script" not in answer.text and "&#60;script&#62;" in answer.text


def test_cancelling_says_so(provider):
    browser = requests.Session()
    _, form = provider.ask(browser)
    back = came_back(fill_in(browser, form, provider.stage.issuer, cancel="yes"))
    assert (back["error"], back["state"]) == ("access_denied", "s1")


def test_the_form_works_in_the_browser_that_asked_only(provider):
    _, form = provider.ask(requests.Session())
    answer = requests.post(form.url, {"name": "alice", "password": PASSWORD}, allow_redirects=False)
    assert answer.status_code == 400 and "has ended" in answer.text


@pytest.mark.parametrize("method", [None, "plain"])
def test_without_pkce_nobody_logs_in(provider, method):
    changes = {"code_challenge_method": method} if method else {"code_challenge": None, "code_challenge_method": None}
    _, answer = provider.ask(requests.Session(), **changes)
    assert came_back(answer)["error"] == "invalid_request"


def test_a_code_is_worth_nothing_without_its_verifier_and_works_once(provider):
    verifier, back = provider.log_in(requests.Session())
    code = came_back(back)["code"]
    assert provider.redeem(code, "x" * 43).json()["error"] == "invalid_grant"
    assert provider.redeem(code, verifier).status_code == 200
    assert provider.redeem(code, verifier).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:4999/", "http://127.0.0.1:4666/elsewhere", "http://localhost:8976/callback/../x", "https://example.com/"]
)
def test_nobody_is_sent_to_a_foreign_address(provider, address):
    _, answer = provider.ask(requests.Session(), address)
    assert answer.status_code == 400 and "Location" not in answer.headers
    assert "redirect_uri" in answer.text


def test_all_registered_addresses_are_ways_back(provider):
    for address in (provider.stage.page, "http://localhost:5173/", COMMAND_LINE, "http://127.0.0.1:8976/callback"):
        _, back = provider.log_in(requests.Session(), redirect_uri=address)
        assert back.headers["Location"].startswith(address + "?")


def test_a_refresh_token_is_replaced_at_each_use(provider):
    first = provider.tokens()
    second = provider.refresh(first["refresh_token"]).json()
    assert provider.claims(second["id_token"])["sub"] == "alice"
    assert second["refresh_token"] != first["refresh_token"]
    # Whoever comes with the old one has stolen it, or was stolen from: the new one ends, too.
    assert provider.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert provider.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_browser_that_was_logged_in_logs_in_again_without_typing(provider):
    browser = requests.Session()
    provider.log_in(browser)
    verifier, back = provider.ask(browser, provider.stage.page)
    tokens = provider.redeem(came_back(back)["code"], verifier, provider.stage.page).json()
    assert provider.claims(tokens["id_token"])["sub"] == "alice"


def test_one_log_in_does_not_end_with_another(provider):
    browser = requests.Session()
    page = provider.tokens(browser)
    verifier, back = provider.ask(browser)
    command_line = provider.redeem(came_back(back)["code"], verifier).json()
    ended = requests.post(provider.discovery["revocation_endpoint"], {"client_id": "cuepipe", "token": command_line["refresh_token"]})
    assert ended.status_code == 200
    assert provider.refresh(command_line["refresh_token"]).json()["error"] == "invalid_grant"
    assert provider.refresh(page["refresh_token"]).status_code == 200


def test_logging_out_ends_the_browsers_session_and_leads_back(provider):
    browser = requests.Session()
    provider.log_in(browser)
    address = f"{provider.discovery['end_session_endpoint']}?{urlencode({'client_id': 'cuepipe', 'post_logout_redirect_uri': provider.stage.page})}"
    asked = browser.get(address)
    assert '<script src="/logout.js" defer></script>' in asked.text
    [secret] = re.findall(r'name="xsrf" value="([^"]+)"', asked.text)
    back = fill_in(browser, asked, provider.stage.issuer, xsrf=secret, logout="yes")
    assert back.headers["Location"] == provider.stage.page
    _, form = provider.ask(browser)
    assert 'type="password"' in form.text


def test_pages_of_the_registered_origins_may_call(provider):
    def allowed(endpoint, origin):
        preflight = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        assert requests.options(provider.discovery[endpoint], headers=preflight).headers["Access-Control-Allow-Origin"] == origin
        fields = {"client_id": "cuepipe", "grant_type": "refresh_token", "refresh_token": "none", "token": "none"}
        answer = requests.post(provider.discovery[endpoint], fields, headers={"Origin": origin})
        return answer.headers.get("Access-Control-Allow-Origin") == origin

    for endpoint in ("token_endpoint", "revocation_endpoint"):
        assert allowed(endpoint, "http://127.0.0.1:4666")
        assert allowed(endpoint, "http://localhost:5173")
        assert not allowed(endpoint, "http://127.0.0.1:4999")
    for endpoint in ("jwks_uri", "userinfo_endpoint"):
        answer = requests.get(provider.discovery[endpoint], headers={"Origin": "http://127.0.0.1:4666"})
        assert answer.headers["Access-Control-Allow-Origin"] == "http://127.0.0.1:4666"


def test_its_pages_run_nothing_of_others(provider):
    _, form = provider.ask(requests.Session())
    policy = form.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    # A browser holds the policy against where the form's answer leads to, too.
    assert "form-action 'self' http://127.0.0.1:4666 http://localhost:5173 http://localhost:8976" in policy
    assert form.headers["Cache-Control"] == "no-store"
    assert "style=" not in form.text and "onclick" not in form.text


def test_a_form_that_is_too_long_is_refused(provider):
    _, answer = provider.log_in(requests.Session(), password="x" * 5000)
    assert answer.status_code == 413


def test_the_log_has_no_secret(provider):
    tokens = provider.tokens()
    provider.refresh(tokens["refresh_token"])
    provider.refresh(tokens["refresh_token"])  # an error
    written = provider.log.read_text()
    assert "invalid_grant" in written
    for secret in (tokens["id_token"], tokens["access_token"], tokens["refresh_token"], PASSWORD):
        assert secret not in written
