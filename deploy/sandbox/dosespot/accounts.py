"""Clinics and their keys, the tokens issued for them, and the phrases they have signed on with.

A token is opaque and stands for a `Session`; what the session may do is for the operations to say.
"""

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from deploy.sandbox.dosespot.store import DocumentStore

FIRST_CLINIC_ID = 1001


@dataclass(frozen=True)
class Session:
    """Who calls: `user_id`'s token for `clinic_id`, with the rights of `authority_id`.

    The two clinicians differ where a proxy acts on behalf of somebody.
    """

    clinic_id: int
    user_id: int
    authority_id: int


class Accounts:
    """The clinics, the one subscription key, the tokens and used phrases, kept in a store."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store
        account = store.get("account", "default") or self._open_account()
        self.default_clinic_id: int = account["clinic_id"]
        self.subscription_key: str = account["subscription_key"]

    def _open_account(self) -> dict[str, Any]:
        clinic_id, _ = self.add_clinic({"ClinicName": "Sandbox Clinic"})
        account = {"clinic_id": clinic_id, "subscription_key": secrets.token_hex(16)}
        self._store.put("account", "default", account)
        return account

    def add_clinic(self, record: dict[str, Any], *, live: bool = True) -> tuple[int, str]:
        """Makes a clinic; answers its ClinicId and its ClinicKey.

        Args:
            record: as AddEditClinicRequest leaves it.
            live: whether it lets anybody in before DoseSpot's staff have acted.
        """
        clinic_id = self._store.next_number("clinic", FIRST_CLINIC_ID)
        key = secrets.token_hex(16)
        clinic = {"id": clinic_id, "key": key, "record": record, "live": live}
        self._store.put("clinic", clinic_id, clinic)
        return clinic_id, key

    def clinic(self, clinic_id: int | str) -> dict[str, Any] | None:
        """A clinic's record, None if there is no such clinic."""
        clinic = self._store.get("clinic", clinic_id)
        return None if clinic is None else clinic["record"]

    def clinics(self) -> dict[int, dict[str, Any]]:
        """Every clinic's record and whether it is live, by ClinicId, oldest first."""
        return {
            one["id"]: {"record": one["record"], "live": one["live"]}
            for one in self._store.all("clinic")
        }

    def is_live(self, clinic_id: int | str) -> bool:
        """Whether a clinic lets anybody in."""
        clinic = self._store.get("clinic", clinic_id)
        return clinic is not None and bool(clinic["live"])

    def change_clinic(self, clinic_id: int, **changes: Any) -> bool:
        """Sets `record` or `live` of a clinic; False if there is no such clinic."""
        clinic = self._store.get("clinic", clinic_id)
        if clinic is not None:
            self._store.put("clinic", clinic_id, {**clinic, **changes})
        return clinic is not None

    def clinic_key(self, clinic_id: int | str) -> str | None:
        """The ClinicKey, None if there is no such clinic."""
        clinic = self._store.get("clinic", clinic_id)
        return None if clinic is None else clinic["key"]

    def use_phrase(self, clinic_id: int, phrase: str) -> bool:
        """Remembers that a clinic has used a phrase; False if it had before."""
        key = f"{clinic_id}:{phrase}"
        if self._store.get("phrase", key) is not None:
            return False
        self._store.put("phrase", key, {})
        return True

    def issue_token(self, session: Session, now: datetime, lifetime_s: int) -> str:
        """A new token for this session, good for that long."""
        token = secrets.token_urlsafe(48)
        expires_at = now + timedelta(seconds=lifetime_s)
        document = {"session": asdict(session), "expires_at": expires_at.isoformat()}
        self._store.put("token", token, document)
        return token

    def session(self, token: str, now: datetime) -> Session | None:
        """What a token stands for, None if it is unknown or has expired."""
        document = self._store.get("token", token)
        if document is None:
            return None
        if now < datetime.fromisoformat(document["expires_at"]):
            return Session(**document["session"])
        self._store.delete("token", token)
        return None
