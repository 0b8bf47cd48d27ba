"""The documents of DoseSpot's stand-in, found by what is in them."""

from contextlib import suppress
from pathlib import Path

import pytest

from deploy.sandbox.dosespot.store import DocumentStore

PATH = "$.record.Email"


def document(email: str | None) -> dict[str, object]:
    return {"record": {"Email": email}}


@pytest.fixture
def store() -> DocumentStore:
    store = DocumentStore(":memory:")
    store.index("clinician", PATH)
    store.put("clinician", 2, document("Ärztin@clinic.example"))
    store.put("clinician", 1, document("smith@clinic.example"))
    store.put("clinician", 3, document(None))
    store.put("patient", 1, document("smith@clinic.example"))
    return store


@pytest.mark.parametrize("asked", ["smith@clinic.example", "SMITH@clinic.example"])
def test_documents_of_a_kind_are_found_whatever_the_case(store: DocumentStore, asked: str) -> None:
    assert store.find("clinician", PATH, asked) == [document("smith@clinic.example")]


def test_letters_beyond_ascii_have_case_too(store: DocumentStore) -> None:
    assert store.find("clinician", PATH, "äRZTIN@clinic.example") == [
        document("Ärztin@clinic.example")
    ]


def test_what_is_found_follows_the_document(store: DocumentStore) -> None:
    store.put("clinician", 1, document("jones@clinic.example"))
    assert store.find("clinician", PATH, "smith@clinic.example") == []
    assert store.find("clinician", PATH, "jones@clinic.example") != []


def test_what_was_undone_is_not_found(store: DocumentStore) -> None:
    with suppress(LookupError), store.transaction():
        store.put("clinician", 4, document("new@clinic.example"))
        assert store.find("clinician", PATH, "new@clinic.example") != []
        raise LookupError
    assert store.find("clinician", PATH, "new@clinic.example") == []


def test_a_database_from_before_the_index_is_found_in(tmp_path: Path) -> None:
    database = str(tmp_path / "dosespot.sqlite")
    first = DocumentStore(database)
    first.put("clinician", 1, document("smith@clinic.example"))
    first.close()
    again = DocumentStore(database)
    again.index("clinician", PATH)
    assert again.find("clinician", PATH, "smith@clinic.example") != []
    again.close()
