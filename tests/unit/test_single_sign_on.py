"""The link that opens DoseSpot, against proofs that are made here by hand."""

import base64
import hashlib
import re
from urllib.parse import parse_qsl, quote_plus, urlsplit

import pytest

from shared.dosespot.single_sign_on import new_phrase, single_sign_on_url

PAGE = "https://my.staging.dosespot.com/LoginSingleSignOn.aspx"
KEY = "MADEUPCLINICKEY"
PHRASE = "0123456789abcdefghijklmnopqrstuv"

CODE = (
    "0123456789abcdefghijklmnopqrstuv"
    "K0yISfD4nEOt6BJCUFmHUo2tg0SPV2/Bx2qcD3zRjao18BXWInWioIBujpiIDyekeDtR8BqIndtQnp0dlyYg9g"
)
VERIFY = "0Kf+n8gOmrc+qc9PnjGajYziN/TqDluPtTN3IxmijYFRPjtMDk3Yfnp3U3HD4EFU9gs6oIAdM8GqfPFkjcFA1A"


def url(
    patient_id: int | None = None, key: str = KEY, phrase: str = PHRASE, page: str = PAGE
) -> str:
    return single_sign_on_url(page, 123, key, 4711, patient_id, phrase)


def query(link: str) -> dict[str, str]:
    pairs = parse_qsl(urlsplit(link).query, strict_parsing=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def proof(text: bytes) -> str:
    """SHA-512 in base64; its 64 bytes leave two bytes over, so it always ends in `==`."""
    encoded = base64.b64encode(hashlib.sha512(text).digest()).decode("ascii")
    assert len(encoded) == 88
    assert encoded.endswith("==")
    return encoded[:86]


def test_link_for_a_patient_is_this_one() -> None:
    assert url(patient_id=70001) == (
        f"{PAGE}?SingleSignOnClinicId=123&SingleSignOnUserId=4711&SingleSignOnPhraseLength=32"
        f"&SingleSignOnCode={quote_plus(CODE)}&SingleSignOnUserIdVerify={quote_plus(VERIFY)}"
        "&PatientId=70001"
    )


def test_link_without_a_patient_opens_the_notifications() -> None:
    with_patient, without = query(url(patient_id=70001)), query(url())
    assert with_patient.pop("PatientId") == "70001"
    assert without.pop("RefillsErrors") == "1"
    assert with_patient == without


def test_proofs_are_of_phrase_and_key_and_of_user_and_start_of_phrase_and_key() -> None:
    values = query(url())
    assert values["SingleSignOnCode"] == PHRASE + proof(f"{PHRASE}{KEY}".encode())
    start = "0123456789abcdefghijkl"
    assert len(start) == 22
    assert values["SingleSignOnUserIdVerify"] == proof(f"4711{start}{KEY}".encode())


def test_key_is_hashed_as_utf_8() -> None:
    values = query(url(key="Schlüssel€"))
    assert values["SingleSignOnCode"] == PHRASE + proof(
        PHRASE.encode("ascii") + b"Schl\xc3\xbcssel\xe2\x82\xac"
    )


@pytest.mark.parametrize("number", range(24))
def test_each_value_is_url_encoded_exactly_once(number: int) -> None:
    phrase = f"{number:02}" + PHRASE[2:]
    link = url(phrase=phrase)
    raw = dict(pair.split("=") for pair in urlsplit(link).query.split("&"))
    code, verify = raw["SingleSignOnCode"], raw["SingleSignOnUserIdVerify"]
    for encoded, plain in (
        (code, phrase + proof(f"{phrase}{KEY}".encode())),
        (verify, proof(f"4711{phrase[:22]}{KEY}".encode())),
    ):
        assert encoded == plain.replace("/", "%2F").replace("+", "%2B")
    assert not re.search(r"[+/ ]", urlsplit(link).query)


def test_key_is_not_in_the_link() -> None:
    assert KEY not in url(patient_id=70001)


@pytest.mark.parametrize("page", [PAGE, f"{PAGE}?"])
def test_configured_page_may_end_in_a_question_mark(page: str) -> None:
    assert url(page=page) == url()
    assert url(page=page).count("?") == 1


def test_phrase_is_32_letters_and_digits() -> None:
    assert re.fullmatch(r"[A-Za-z0-9]{32}", new_phrase())


def test_phrases_differ_and_use_the_whole_alphabet() -> None:
    phrases = [new_phrase() for _ in range(200)]
    assert len(set(phrases)) == 200
    # 6400 draws leave one of 62 signs out once in 10 to the 43rd runs.
    assert len(set("".join(phrases))) == 62
    assert len({phrase[:22] for phrase in phrases}) == 200
