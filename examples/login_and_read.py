"""Logs a creator in and reads their profile and videos, with Python's standard library and TikTok's own addresses.

    npx tockwork emulate --proxy-port 4647        # prints variables: export them here, and nothing leaves the machine
    python3 examples/login_and_read.py            # without them it is the real TikTok

Environment: TIKTOK_CLIENT_KEY, TIKTOK_CLIENT_SECRET, REDIRECT_URI.
"""
import json
import os
import secrets
import urllib.parse
import urllib.request

API = "https://open.tiktokapis.com"
KEY = os.environ.get("TIKTOK_CLIENT_KEY", "tw-demo-app")
SECRET = os.environ.get("TIKTOK_CLIENT_SECRET", "tw-demo-secret")
REDIRECT = os.environ.get("REDIRECT_URI", "https://example.com/callback")


def call(path, body=None, token=None, form=False):
    headers = {"Authorization": "Bearer " + token} if token else {}
    headers["Content-Type"] = "application/x-www-form-urlencoded" if form else "application/json"
    data = None if body is None else (urllib.parse.urlencode(body) if form else json.dumps(body)).encode()
    with urllib.request.urlopen(urllib.request.Request(API + path, data, headers), timeout=30) as answer:
        # Ids are larger than a float holds; Python's integers have no such end.
        return json.load(answer)


state = secrets.token_urlsafe(16)
print("Open https://www.tiktok.com/v2/auth/authorize/?" + urllib.parse.urlencode({
    "client_key": KEY, "response_type": "code", "scope": "user.info.basic,video.list",
    "redirect_uri": REDIRECT, "state": state,
}), flush=True)
back = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(input("Where did it lead back to? ")).query))
if not secrets.compare_digest(back.get("state", ""), state):
    raise SystemExit("That is the end of another login.")

grant = call("/v2/oauth/token/", form=True, body={
    "client_key": KEY, "client_secret": SECRET, "code": back["code"],
    "grant_type": "authorization_code", "redirect_uri": REDIRECT,
})
token = grant["access_token"]
user = call("/v2/user/info/?fields=display_name", token=token)["data"]["user"]
videos = call("/v2/video/list/?fields=id,title", {"max_count": 3}, token)["data"]["videos"]
print(user["display_name"])
for video in videos:
    print(video["id"], video["title"])
