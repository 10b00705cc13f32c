"""Uploads a film from within the AWS account, by boto3's own multipart upload, and waits for its captions: upload_boto3.py FILE TYPE.

It takes the API's address from API, a token from TOKEN and the bucket from BUCKET (the stack's output UploadsBucket), and
credentials as boto3 finds them, which may do s3:PutObject and s3:AbortMultipartUpload below uploads/ of that bucket. Nothing has
to be completed: S3 tells of the object.
"""

import os
import sys
import time
from urllib.parse import unquote, urlparse

import boto3
import requests
from boto3.s3.transfer import TransferConfig

api = requests.Session()
api.headers["Authorization"] = f"Bearer {os.environ['TOKEN']}"
address = os.environ["API"] + "/v1/videos"


def call(method, path="", **arguments):
    answer = api.request(method, address + path, timeout=60, **arguments)
    if not answer.ok:
        problem = answer.json()
        sys.exit(f"{problem['code']}: {problem['detail']}")
    return answer.json()


path, content_type = sys.argv[1:]
video = call("POST", json={"filename": os.path.basename(path), "size": os.path.getsize(path), "contentType": content_type})
print(video["id"], flush=True)

# Where the file belongs is what a signed URL names.
url = video["upload"].get("url") or call("POST", f"/{video['id']}/parts", json={"numbers": [1]})["parts"][0]["url"]
key = unquote(urlparse(url).path)
key = key[key.index("uploads/") :]
boto3.client("s3").upload_file(
    path, os.environ["BUCKET"], key, ExtraArgs={"ContentType": content_type}, Config=TransferConfig(multipart_chunksize=16 << 20, max_concurrency=4)
)

while video["status"] not in ("ready", "uncaptioned", "failed"):
    time.sleep(2)
    video = call("GET", "/" + video["id"])
if video["status"] != "ready":
    sys.exit(video["failure"]["message"])
captions = api.get(os.environ["API"] + video["tracks"][0]["formats"]["vtt"], timeout=60)
captions.raise_for_status()
sys.stdout.write(captions.content.decode())
