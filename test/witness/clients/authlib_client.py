import json
import sys

from authlib.integrations.requests_client import OAuth2Session

from consent import consent

redirect, key, secret, _clip = sys.argv[1:5]
API = "https://open.tiktokapis.com/v2"
tiktok = OAuth2Session(key, secret, redirect_uri=redirect, scope="user.info.basic,user.info.profile",
                       token_endpoint_auth_method="client_secret_post", code_challenge_method="S256")
verifier = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
url, _state = tiktok.create_authorization_url("https://www.tiktok.com/v2/auth/authorize/", client_key=key,
                                              code_verifier=verifier)
token = tiktok.fetch_token(f"{API}/oauth/token/", authorization_response=consent(url), client_key=key,
                           code_verifier=verifier)
token = tiktok.refresh_token(f"{API}/oauth/token/", refresh_token=token["refresh_token"],
                             body=f"client_key={key}")
user = tiktok.get(f"{API}/user/info/?fields=open_id,username").json()["data"]["user"]
print(json.dumps({"username": user["username"], "type": token["token_type"], "expires": token["expires_in"]}))
