"""The person at the browser, for the Python clients: agrees to everything."""
import re

import requests


def consent(authorize_url, creator="mika"):
    page = requests.get(authorize_url, timeout=30)
    page.raise_for_status()
    form = [("decision", "allow"), ("creator", creator)]
    form += [("scope", scope) for scope in re.findall(r'name="scope" value="([^"]+)"', page.text)]
    back = requests.post(authorize_url, data=form, allow_redirects=False, timeout=30)
    return back.headers["Location"]
