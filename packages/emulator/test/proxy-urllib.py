"""Posts a video with nothing but Python's standard library; proxy and certificates come from the environment."""
import json
import sys
import urllib.error
import urllib.parse
import urllib.request

path, authorize_url, consent, redirect_uri, init_body = sys.argv[1:]


class StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args):
        return None


def call(url, body=None, headers=None, method=None):
    data = body.encode() if isinstance(body, str) else body
    request = urllib.request.Request(url, data=data, headers=headers or {}, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.status, answer.read()


try:
    urllib.request.build_opener(StayHere).open(authorize_url, consent.encode(), timeout=30)
    raise SystemExit("no redirect")
except urllib.error.HTTPError as error:
    location = error.headers["Location"]
code = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))["code"]

token = json.loads(call("https://open.tiktokapis.com/v2/oauth/token/", urllib.parse.urlencode({
    "client_key": "tw-demo-app", "client_secret": "tw-demo-secret", "code": code,
    "grant_type": "authorization_code", "redirect_uri": redirect_uri,
}))[1])
auth = {"Authorization": "Bearer " + token["access_token"]}
as_json = {**auth, "Content-Type": "application/json; charset=UTF-8"}
user = json.loads(call("https://open.tiktokapis.com/v2/user/info/?fields=open_id,username", headers=auth)[1])
init = json.loads(call("https://open.tiktokapis.com/v2/post/publish/video/init/", init_body, as_json)[1])

with open(path, "rb") as file:
    clip = file.read()
put, _ = call(init["data"]["upload_url"], clip, {
    "Content-Type": "video/mp4", "Content-Range": f"bytes 0-{len(clip) - 1}/{len(clip)}",
}, "PUT")
for _ in range(100):
    status = json.loads(call("https://open.tiktokapis.com/v2/post/publish/status/fetch/",
                             json.dumps({"publish_id": init["data"]["publish_id"]}), as_json)[1])
    if not status["data"]["status"].startswith("PROCESSING"):
        break
print(json.dumps({"put": put, "status": status["data"]["status"], "username": user["data"]["user"]["username"]}))
