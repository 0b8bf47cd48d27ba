"""The single sign-on link: what it has to hold, and whether the clinic's key made it.

Pure functions of the link's parameters. Whether its phrase was used before, and who the clinician
is, `visits` finds out.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass

PATH = "/LoginSingleSignOn.aspx"
PHRASE_LENGTH = 32
VERIFIED_LENGTH = 22

_ID = re.compile(r"[1-9][0-9]{0,9}")
_CODE = re.compile(rf"[A-Za-z0-9]{{{PHRASE_LENGTH}}}.+")


@dataclass(frozen=True)
class SignOnLink:
    """The values of a link that has all it needs; ids are decimal numbers.

    `patient_id` is None for the notifications, `on_behalf_of` where the link names nobody.
    """

    clinic_id: str
    user_id: str
    code: str
    verify: str
    patient_id: str | None
    on_behalf_of: str | None

    @property
    def phrase(self) -> str:
        """The random text that both hashes are salted with."""
        return self.code[:PHRASE_LENGTH]


def parse(parameters: Iterable[tuple[str, str]]) -> SignOnLink | None:
    """The link in these query parameters, None unless each one it needs is there once and fits."""
    pairs = list(parameters)
    given = dict(pairs)
    link = SignOnLink(
        clinic_id=given.get("SingleSignOnClinicId", ""),
        user_id=given.get("SingleSignOnUserId", ""),
        code=given.get("SingleSignOnCode", ""),
        verify=given.get("SingleSignOnUserIdVerify", ""),
        patient_id=given.get("PatientId"),
        on_behalf_of=given.get("OnBehalfOfUserId"),
    )
    length_fits = given.get("SingleSignOnPhraseLength") == str(PHRASE_LENGTH)
    complete = length_fits and _is_complete(link, given.get("RefillsErrors"))
    return link if complete and len(given) == len(pairs) else None


def is_signed(link: SignOnLink, clinic_key: str) -> bool:
    """Whether both hashes of the link were made with this key; takes the same time if not."""
    phrase = link.phrase
    code = phrase + _hash(phrase + clinic_key)
    verify = _hash(link.user_id + phrase[:VERIFIED_LENGTH] + clinic_key)
    return all([_same(code, link.code), _same(verify, link.verify)])


def _is_complete(link: SignOnLink, refills_errors: str | None) -> bool:
    optional = [each for each in (link.patient_id, link.on_behalf_of) if each is not None]
    ids_fit = all(_ID.fullmatch(each) for each in (link.clinic_id, link.user_id, *optional))
    one_target = (link.patient_id is None) is (refills_errors == "1")
    no_other = refills_errors in (None, "1")
    return ids_fit and one_target and no_other and _CODE.fullmatch(link.code) is not None


def _hash(text: str) -> str:
    digest = hashlib.sha512(text.encode()).digest()
    return base64.b64encode(digest).decode().removesuffix("==")


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode())
