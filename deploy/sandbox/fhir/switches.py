"""In what Medplum servers differ by version, as switches of this one.

* `GET`, `PUT`, `PATCH /_sandbox/switches`: the fields of `FhirSwitches`; a PATCH changes some.
"""

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PATH = "/_sandbox/switches"


class FhirSwitches(BaseModel):
    """How this server behaves where versions differ."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    answers_returned_errors: bool = Field(
        default=True,
        description="whether an OperationOutcome with an error that a bot returns is answered with"
        " the status of its `id`, as by servers since 2026-01-22, or with 200",
    )
    has_mail_server: bool = Field(
        default=False,
        description="whether mail is set up: `email/v1/send` then takes mail, which is kept in the"
        " outbox, and otherwise answers 400",
    )


def routes(switches: FhirSwitches) -> list[Route]:
    """The routes that tell and turn the switches."""
    fields = set(FhirSwitches.model_fields)

    async def turn(request: Request) -> Response:
        if request.method in ("PUT", "PATCH"):
            try:
                given = FhirSwitches.model_validate_json(await request.body())
            except ValidationError as error:
                return JSONResponse({"error": str(error)}, 400)
            changed = given.model_fields_set if request.method == "PATCH" else fields
            for name in changed:
                setattr(switches, name, getattr(given, name))
        return JSONResponse(switches.model_dump())

    return [Route(PATH, turn, methods=["GET", "PUT", "PATCH"])]
