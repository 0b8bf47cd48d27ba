"""What the registry shows of somebody, in the shapes of its API 2.1.

Names and addresses are in capitals, a ZIP code has no hyphen, epochs are texts. Source: answers of
https://npiregistry.cms.hhs.gov/api/?version=2.1, of which these have the elements.
"""

from typing import Any

NppesRecord = dict[str, Any]

EPOCH = "1190592000000"
UPDATED_EPOCH = "1594252800000"


def individual(
    npi: str,
    first_name: str,
    last_name: str,
    *,
    state: str = "IL",
    license_number: str = "036123456",
    status: str = "A",
) -> NppesRecord:
    """A person (type 1) who practices and is licensed in one state."""
    taxonomy = {
        "code": "207Q00000X",
        "taxonomy_group": "",
        "desc": "Family Medicine",
        "state": state,
        "license": license_number,
        "primary": True,
    }
    return {
        **_frame(npi, "NPI-1", state),
        "basic": {
            "first_name": first_name.upper(),
            "last_name": last_name.upper(),
            "credential": "MD",
            "sole_proprietor": "NO",
            "sex": "F",
            "enumeration_date": "2007-09-24",
            "last_updated": "2020-07-09",
            "status": status,
            "name_prefix": "Dr.",
        },
        "taxonomies": [taxonomy],
    }


def organization(npi: str, name: str, *, state: str = "IL") -> NppesRecord:
    """An organization (type 2)."""
    return {
        **_frame(npi, "NPI-2", state),
        "basic": {
            "organization_name": name.upper(),
            "organizational_subpart": "NO",
            "enumeration_date": "2007-09-24",
            "last_updated": "2020-07-09",
            "status": "A",
            "authorized_official_first_name": "PAT",
            "authorized_official_last_name": "EXAMPLE",
        },
        "taxonomies": [],
    }


def _frame(npi: str, kind: str, state: str) -> NppesRecord:
    return {
        "created_epoch": EPOCH,
        "enumeration_type": kind,
        "last_updated_epoch": UPDATED_EPOCH,
        "number": npi,
        "addresses": [_address("MAILING", "NY"), _address("LOCATION", state)],
        "practiceLocations": [],
        "identifiers": [],
        "endpoints": [],
        "other_names": [],
    }


def _address(purpose: str, state: str) -> NppesRecord:
    return {
        "country_code": "US",
        "country_name": "United States",
        "address_purpose": purpose,
        "address_type": "DOM",
        "address_1": "123 MAIN ST",
        "city": "SPRINGFIELD",
        "state": state,
        "postal_code": "627010000",
        "telephone_number": "345-123-4567",
    }
