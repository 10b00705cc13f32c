"""A webhook that verifies what Cuepipe tells it. It needs nothing but Python: CUEPIPE_SECRET=… python3 webhook.py 8080"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

SECRET = os.environ["CUEPIPE_SECRET"].encode()
OLDEST = 25 * 3600  # seconds: an event is told for up to 24 hours
known = set()  # a database's table with a unique key, in earnest


def decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def verified(signature: str) -> dict:
    """What was signed. Any library for JSON Web Tokens does the same; allow it HS256 and nothing else."""
    head, claims, mac = signature.split(".")
    if json.loads(decode(head))["alg"] != "HS256":
        raise ValueError("signed in another way")
    if not hmac.compare_digest(decode(mac), hmac.digest(SECRET, f"{head}.{claims}".encode(), hashlib.sha256)):
        raise ValueError("signed with another secret")
    event = json.loads(decode(claims))
    if time.time() - event["iat"] > OLDEST:
        raise ValueError("too old")
    return event


class Webhook(BaseHTTPRequestHandler):
    def do_POST(self):
        try:
            body = self.rfile.read(min(int(self.headers["Content-Length"]), 1 << 20))
            # Only what is signed counts: the rest of the body is for those who need no proof.
            event = verified(json.loads(body)["signature"])
        except (ValueError, KeyError, TypeError, AttributeError):
            self.answer(403)  # which EventBridge does not try again
            return
        if event["id"] not in known:  # it may come twice
            known.add(event["id"])
            print(event["video"], event["status"], (event.get("failure") or {}).get("code", ""), flush=True)
        self.answer(204)  # within five seconds; after a 5xx it comes again

    def answer(self, status):
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", int(sys.argv[1])), Webhook)
    print(f"listening on {server.server_port}", flush=True)
    server.serve_forever()
