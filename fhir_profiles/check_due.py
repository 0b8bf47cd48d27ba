"""A mark on a Practitioner: the NPI could not be looked up in the NPI Registry yet.

It is a tag in `meta`, because it is about the record and not about the person, and because FHIR
servers find it (`Practitioner?_tag=…`).
"""

from fhir_profiles import Resource
from fhir_profiles.elements import child, entries, items
from fhir_profiles.systems import CHECK_DUE

NPI_REGISTRY_CHECK = "npi-registry"


def is_check_due(practitioner: Resource) -> bool:
    """Whether the NPI has still to be looked up."""
    return bool(_marks(practitioner))


def with_check_due(practitioner: Resource, due: bool) -> Resource:
    """The Practitioner with the mark exactly where `due`; the same object where it is so."""
    marks = _marks(practitioner)
    if due == bool(marks):
        return practitioner
    meta = child(practitioner, "meta")
    tags = [tag for index, tag in enumerate(items(meta, "tag")) if index not in marks]
    if due:
        tags.append({"system": CHECK_DUE, "code": NPI_REGISTRY_CHECK})
    rest = {name: value for name, value in meta.items() if name != "tag"}
    return {**practitioner, "meta": {**rest, "tag": tags} if tags else rest}


def _marks(practitioner: Resource) -> list[int]:
    return [
        index
        for index, tag in entries(child(practitioner, "meta"), "tag")
        if tag.get("system") == CHECK_DUE and tag.get("code") == NPI_REGISTRY_CHECK
    ]
