"""Input and output of the bot, with the names of the form by which a prescriber is created.

The values are checked by `shared/prescriber_form/rules/own_details.py`, so that all problems are
reported at once.
"""

from collections.abc import Callable
from typing import Any, Self

from pydantic import Field

from fhir_profiles import Resource
from shared.prescriber_form.rules.on_record import OnRecord, PlaceOnRecord
from shared.runtime.inputs import BotInput, BotOutput, WarningOutput


class OwnNumbersInput(BotInput):
    """The person's numbers that are good everywhere."""

    npi: str | None = Field(None, description="The NPI; only where none is on record.")


class OwnAddressInput(BotInput):
    """A US address."""

    address1: str | None = Field(None, description="The street address; no PO box.")
    address2: str | None = Field(None, description="Suite, floor or unit.")
    city: str | None = Field(None, description="The city.")
    state: str | None = Field(None, description="Two-letter abbreviation of the state.")
    zipCode: str | None = Field(None, description="5 digits, or 9 as 12345-1234.")


class OwnLocationInput(BotInput):
    """One of the caller's locations; a number that is on record can't be replaced."""

    practitionerRoleId: str | None = Field(
        None, description="Which location: id of the caller's PractitionerRole there."
    )
    useAsDefault: bool | None = Field(
        None,
        description="Whether the caller prescribes from there by default; at one location, which"
        " stays the same where nothing is said.",
    )
    state: str | None = Field(
        None, description="The state that the numbers are for, where the Location has none."
    )
    deaNumber: str | None = Field(None, description="DEA number for this location.")
    naDeaNumber: str | None = Field(None, description="NADEAN for this location.")
    medicalLicenseNumber: str | None = Field(
        None, description="License number in the state of this location."
    )


class MyDetailsInput(BotInput):
    """What the caller says of themselves; an empty object changes nothing."""

    dateOfBirth: str | None = Field(
        None, description="`YYYY-MM-DD` or `MM/DD/YYYY`; only where none is on record."
    )
    phone: str | None = Field(None, description="Work phone; required with any other field.")
    fax: str | None = Field(None, description="Work fax; required with any other field.")
    email: str | None = Field(None, description="E-mail address, to which DoseSpot writes.")
    details: OwnNumbersInput | None = Field(None, description="Numbers of the person.")
    mailingAddress: OwnAddressInput | None = Field(
        None, description="Work address; required with any other field."
    )
    locations: list[OwnLocationInput] | None = Field(
        None, description="The caller's locations that are to be changed."
    )

    @property
    def body(self) -> dict[str, Any]:
        """The fields that were given."""
        return self.model_dump(exclude_none=True)


class OwnNumbersOutput(BotOutput):
    """The person's numbers that are good everywhere."""

    npi: str = Field(description="The NPI; empty if none is on record.")


class OwnAddressOutput(BotOutput):
    """The work address; empty texts where nothing is on record."""

    address1: str = Field(description="The street address.")
    address2: str = Field(description="Suite, floor or unit.")
    city: str = Field(description="The city.")
    state: str = Field(description="Two-letter abbreviation of the state.")
    zipCode: str = Field(description="The ZIP code.")


class OwnLocationOutput(BotOutput):
    """One of the caller's locations; empty texts where nothing is on record."""

    practitionerRoleId: str = Field(description="Id of the caller's PractitionerRole there.")
    name: str = Field(description="Name of the Location; without one, the clinic's.")
    clinic: str = Field(description="Name of the clinic.")
    organizationId: str = Field(
        description="Id of the clinic's Organization, by which calls name the clinic; empty in a"
        " project with one DoseSpot clinic."
    )
    address: str = Field(description="The Location's address in one line.")
    state: str = Field(description="Two-letter abbreviation of the Location's state.")
    useAsDefault: bool = Field(description="Whether the caller prescribes from there by default.")
    deaNumber: str = Field(description="The DEA number there.")
    naDeaNumber: str = Field(description="The NADEAN there.")
    medicalLicenseNumber: str = Field(description="The license number in that state.")

    @classmethod
    def of(cls, place: PlaceOnRecord, organization_id: str) -> Self:
        """The same in the words of the contract."""
        return cls(
            practitionerRoleId=place.role_id,
            name=place.name,
            clinic=place.clinic,
            organizationId=organization_id,
            address=place.address,
            state=place.state,
            useAsDefault=place.default,
            deaNumber=place.dea,
            naDeaNumber=place.nadean,
            medicalLicenseNumber=place.license,
        )


class MyDetailsOutput(WarningOutput):
    """The caller's details as they are on record now."""

    fName: str = Field(description="First name.")
    lName: str = Field(description="Last name.")
    dateOfBirth: str = Field(description="Date of birth.")
    phone: str = Field(description="Work phone.")
    fax: str = Field(description="Work fax.")
    email: str = Field(description="E-mail address.")
    details: OwnNumbersOutput = Field(description="Numbers of the person.")
    mailingAddress: OwnAddressOutput = Field(description="Work address.")
    locations: list[OwnLocationOutput] = Field(
        description="Where an administrator lets the caller prescribe."
    )
    fixed: list[str] = Field(
        description="Paths of the fields here that only an administrator can change."
    )
    changed: bool = Field(description="Whether this run changed a record.")

    @classmethod
    def of(
        cls,
        shown: OnRecord,
        organization_id: Callable[[Resource], str],
        *,
        changed: bool,
        **more: Any,
    ) -> Self:
        """What is on record, in the words of the contract; the clinic by its PractitionerRole."""
        address = shown.address
        return cls(
            fName=shown.first_name,
            lName=shown.last_name,
            dateOfBirth=shown.birth_date,
            phone=shown.phone,
            fax=shown.fax,
            email=shown.email,
            details=OwnNumbersOutput(npi=shown.npi),
            mailingAddress=OwnAddressOutput(
                address1=address.line1,
                address2=address.line2,
                city=address.city,
                state=address.state,
                zipCode=address.zip_code,
            ),
            locations=[
                OwnLocationOutput.of(place, organization_id(place.role)) for place in shown.places
            ],
            fixed=list(shown.fixed),
            changed=changed,
            **more,
        )
