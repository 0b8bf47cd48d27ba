"""Calls over loopback."""

import requests


def loopback_session() -> requests.Session:
    """A session that looks for no proxy and no password, which takes longer than the call."""
    session = requests.Session()
    session.trust_env = False
    return session
