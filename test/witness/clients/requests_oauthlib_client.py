import json
import os
import sys
import time

from requests_oauthlib import OAuth2Session

from consent import consent

redirect, key, secret, clip = sys.argv[1:5]
# TikTok's scopes are separated by commas, which this library does not expect.
os.environ["OAUTHLIB_RELAX_TOKEN_SCOPE"] = "1"
API = "https://open.tiktokapis.com/v2"
tiktok = OAuth2Session(key, redirect_uri=redirect, scope="user.info.basic,video.publish,video.list")
url, state = tiktok.authorization_url("https://www.tiktok.com/v2/auth/authorize/", client_key=key)
callback = consent(url)
token = tiktok.fetch_token(f"{API}/oauth/token/", authorization_response=callback, client_key=key,
                           client_secret=secret, include_client_id=True)
token = tiktok.refresh_token(f"{API}/oauth/token/", client_key=key, client_secret=secret)
user = tiktok.get(f"{API}/user/info/", params={"fields": "open_id,display_name"}).json()["data"]["user"]

size = os.path.getsize(clip)
info = tiktok.post(f"{API}/post/publish/creator_info/query/").json()["data"]
init = tiktok.post(f"{API}/post/publish/video/init/", json={
    "post_info": {"title": "from Python", "privacy_level": info["privacy_level_options"][0]},
    "source_info": {"source": "FILE_UPLOAD", "video_size": size, "chunk_size": size, "total_chunk_count": 1},
}).json()["data"]
with open(clip, "rb") as file:
    put = tiktok.put(init["upload_url"], data=file, withhold_token=True, headers={
        "Content-Type": "video/mp4", "Content-Range": f"bytes 0-{size - 1}/{size}"})
for _ in range(25):
    status = tiktok.post(f"{API}/post/publish/status/fetch/", json={"publish_id": init["publish_id"]}).json()["data"]
    if not status["status"].startswith("PROCESSING"):
        break
    time.sleep(0.1)
videos = tiktok.post(f"{API}/video/list/", params={"fields": "id,title"}, json={"max_count": 1}).json()["data"]
print(json.dumps({
    "user": user["display_name"], "put": put.status_code, "status": status["status"],
    "listed": videos["videos"][0]["title"],
    "same_id": videos["videos"][0]["id"] == str(status["publicaly_available_post_id"][0]),
    "type": token["token_type"],
}))
