"""Uploads a film and waits for its captions: upload.py FILE TYPE, with the API's address in API and a token in TOKEN.

With a video's id in ID it goes on with an upload of that file that was broken off. It needs requests, and neither boto3 nor
any credentials of AWS: the signed URLs are all that S3 asks for.
"""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import requests

api = requests.Session()
api.headers["Authorization"] = f"Bearer {os.environ['TOKEN']}"
address = os.environ["API"] + "/v1/videos"


def call(method, path="", **arguments):
    answer = api.request(method, address + path, timeout=60, **arguments)
    if not answer.ok:
        problem = answer.json()
        sys.exit(f"{problem['code']}: {problem['detail']}")
    return answer.json()


def send(url, data, headers=None):
    """One PUT to S3: without the session, whose token is none of its business."""
    for attempt in range(5):
        try:
            answer = requests.put(url, data=data, headers=headers, timeout=600)
        except requests.ConnectionError:
            time.sleep(2**attempt)
            continue
        if answer.status_code < 500:
            answer.raise_for_status()
            return
        time.sleep(2**attempt)
    sys.exit("S3 does not take the file now. Go on later with ID=" + video["id"])


def arrived():
    after = {}
    while True:
        page = call("GET", f"/{video['id']}/parts", params=after)
        yield from (part["number"] for part in page["parts"])
        if "next" not in page:
            return
        after = {"after": page["next"]}


def send_part(number):
    signed = call("POST", f"/{video['id']}/parts", json={"numbers": [number]})["parts"][0]
    with open(path, "rb") as file:
        file.seek((number - 1) * video["upload"]["partSize"])
        send(signed["url"], file.read(signed["size"]))


path, content_type = sys.argv[1:]
if os.environ.get("ID"):
    video = call("GET", "/" + os.environ["ID"])
else:
    video = call("POST", json={"filename": os.path.basename(path), "size": os.path.getsize(path), "contentType": content_type})
print(video["id"], flush=True)

if video["upload"]["kind"] == "put":
    with open(path, "rb") as file:
        send(video["upload"]["url"], file.read(), video["upload"]["headers"])
else:
    missing = sorted(set(range(1, video["upload"]["parts"] + 1)) - set(arrived()))
    with ThreadPoolExecutor(4) as pool:  # four parts in memory at a time, 64 MiB
        list(pool.map(send_part, missing))
call("POST", f"/{video['id']}/complete")

while video["status"] not in ("ready", "uncaptioned", "failed"):
    time.sleep(2)
    video = call("GET", "/" + video["id"])
if video["status"] != "ready":
    sys.exit(video["failure"]["message"])
captions = api.get(os.environ["API"] + video["tracks"][0]["formats"]["vtt"], timeout=60)
captions.raise_for_status()
sys.stdout.write(captions.content.decode())
