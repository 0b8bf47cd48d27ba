"""Who can sign in, and which tokens are good: credentials, logins and access tokens in SQLite.

Tokens and passwords are kept as digests only. Knows ids of users and memberships, not what they
are; knows nothing of HTTP.
"""

import base64
import hashlib
import hmac
import json
import secrets
import uuid
from dataclasses import dataclass

from deploy.sandbox.fhir.database import Database
from deploy.sandbox.fhir.repository import Clock

LIFETIME_S = 3600
# Low on purpose: the only people here are made up, and tests sign them in by the dozen.
SCRYPT_COST = 2**8


@dataclass(frozen=True)
class LoginSession:
    """A session: who signed in, and as which membership once that has been chosen.

    Attributes:
        client: id of the ClientApplication that sent the person to sign in; empty without one.
        redirect_uri: where that application has the person come back to.
    """

    id: str
    user: str
    membership: str | None
    scope: str
    challenge: str | None
    challenge_method: str | None
    granted: bool
    client: str
    redirect_uri: str


class Sessions:
    """Sign-ins of all projects.

    Args:
        database: where they are kept.
        now: the clock for the life of tokens.
    """

    def __init__(self, database: Database, now: Clock) -> None:
        self._database = database
        self._now = now

    def set_password(self, email: str, user: str, password: str) -> None:
        """Lets a user sign in with this password from now on."""
        salt = secrets.token_bytes(16)
        self._database.rows(
            "INSERT OR REPLACE INTO credential (email, user, salt, digest) VALUES (?, ?, ?, ?)",
            (email.casefold(), user, salt, _password_digest(password, salt)),
        )

    def user_of(self, email: str) -> str | None:
        """Id of the user with this email address."""
        row = self._database.row("SELECT user FROM credential WHERE email = ?", (email.casefold(),))
        return None if row is None else str(row["user"])

    def check_password(self, email: str, password: str) -> str | None:
        """Id of the user that signs in so, or None if address or password is wrong."""
        row = self._database.row("SELECT * FROM credential WHERE email = ?", (email.casefold(),))
        if row is None:
            return None
        right = hmac.compare_digest(row["digest"], _password_digest(password, row["salt"]))
        return str(row["user"]) if right else None

    def start_login(
        self,
        user: str,
        scope: str,
        membership: str | None = None,
        challenge: tuple[str, str] | None = None,
        sent_by: tuple[str, str] | None = None,
    ) -> str:
        """Id of a new login.

        Args:
            user: id of who signs in.
            scope: what the tokens are for.
            membership: as which membership, where that is fixed already.
            challenge: a PKCE challenge and its method (RFC 7636).
            sent_by: id and redirect URI of the ClientApplication that asks for the login.
        """
        login_id = str(uuid.uuid4())
        challenge_text, method = challenge or (None, None)
        if sent_by is not None:
            self._database.rows(
                "INSERT INTO authorization_request (login, client, redirect_uri) VALUES (?, ?, ?)",
                (login_id, *sent_by),
            )
        self._database.rows(
            "INSERT INTO login (id, user, membership, scope, challenge, challenge_method)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (login_id, user, membership, scope, challenge_text, method),
        )
        return login_id

    def choose(self, login_id: str, membership: str) -> str:
        """Fixes the membership of a login and returns its authorization code."""
        code = secrets.token_hex(16)
        self._database.rows(
            "UPDATE login SET membership = ?, code = ? WHERE id = ?", (membership, code, login_id)
        )
        return code

    def login(self, login_id: str) -> LoginSession | None:
        """The login with this id."""
        return self._login("SELECT * FROM login WHERE id = ?", login_id)

    def login_by_code(self, code: str) -> LoginSession | None:
        """The login with this authorization code, used or not."""
        return self._login("SELECT * FROM login WHERE code = ?", code)

    def login_by_refresh_token(self, token: str) -> LoginSession | None:
        """The login that this refresh token is the current one of."""
        return self._login("SELECT * FROM login WHERE refresh = ?", _digest(token))

    def grant(self, login_id: str) -> str:
        """Marks the login's code as used and returns its new refresh token; the old one is void."""
        token = secrets.token_urlsafe(32)
        self._database.rows(
            "UPDATE login SET granted = 1, refresh = ? WHERE id = ?", (_digest(token), login_id)
        )
        return token

    def revoke(self, login_id: str) -> None:
        """Voids every token of a login."""
        self._database.rows("UPDATE login SET refresh = NULL WHERE id = ?", (login_id,))
        self._database.rows("DELETE FROM access_token WHERE login = ?", (login_id,))

    def login_of(self, token: str) -> str | None:
        """Id of the login that an access token was issued for, or None if it is unknown."""
        row = self._database.row(
            "SELECT login FROM access_token WHERE digest = ?", (_digest(token),)
        )
        return None if row is None else str(row["login"])

    def issue(self, login_id: str, membership: str, lifetime_s: float = LIFETIME_S) -> str:
        """A new access token that acts as a membership for so many seconds."""
        expires = self._now().timestamp() + lifetime_s
        token = _access_token(login_id, self._sent_by(login_id)[0], expires)
        self._database.rows(
            "INSERT INTO access_token (digest, login, membership, expires) VALUES (?, ?, ?, ?)",
            (_digest(token), login_id, membership, expires),
        )
        return token

    def membership_of(self, token: str) -> str | None:
        """Id of the membership that an access token acts as, or None if it is not valid."""
        row = self._database.row(
            "SELECT membership FROM access_token WHERE digest = ? AND expires > ?",
            (_digest(token), self._now().timestamp()),
        )
        return None if row is None else str(row["membership"])

    def _login(self, sql: str, argument: str) -> LoginSession | None:
        row = self._database.row(sql, (argument,))
        if row is None:
            return None
        client, redirect_uri = self._sent_by(row["id"])
        return LoginSession(
            id=row["id"],
            user=row["user"],
            membership=row["membership"],
            scope=row["scope"],
            challenge=row["challenge"],
            challenge_method=row["challenge_method"],
            granted=bool(row["granted"]),
            client=client,
            redirect_uri=redirect_uri,
        )

    def _sent_by(self, login_id: str) -> tuple[str, str]:
        row = self._database.row(
            "SELECT client, redirect_uri FROM authorization_request WHERE login = ?", (login_id,)
        )
        return ("", "") if row is None else (row["client"], row["redirect_uri"])


def _access_token(login_id: str, client_id: str, expires: float) -> str:
    """Random, in the shape of a JWT, because Medplum's clients read these claims from a token.

    This server reads nothing from it; the signature is random and all that makes it valid is that
    its digest is in the database.
    """
    claims = {"login_id": login_id, "client_id": client_id, "exp": int(expires)}
    parts = [json.dumps({"typ": "JWT"}).encode(), json.dumps(claims).encode()]
    parts.append(secrets.token_bytes(32))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _password_digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=SCRYPT_COST, r=8, p=1)
