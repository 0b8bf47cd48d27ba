"""Models of the resource types that are Medplum's own and not FHIR's.

After https://www.medplum.com/docs/api/fhir/medplum; fields that nothing here acts upon are taken
as they come. An AccessPolicy may only say what this server enforces. No behaviour.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Json = dict[str, Any]
AllowedInteraction = Literal["search", "read", "vread", "history", "create", "update", "delete"]


class _Strict(BaseModel):
    """Takes no field that it does not know and no value of another JSON type."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)


class Extensible(_Strict):
    """Any FHIR element."""

    id: str | None = None
    extension: list[Json] | None = None


class Reference(Extensible):
    """A pointer to a resource."""

    reference: str | None = None
    type: str | None = None
    identifier: "Identifier | None" = None
    display: str | None = None


class ResourceReference(Reference):
    """A pointer that has to name its resource."""

    reference: str


class Identifier(Extensible):
    """A business identifier."""

    use: str | None = None
    type: Json | None = None
    system: str | None = None
    value: str | None = None
    period: Json | None = None
    assigner: Reference | None = None


class Setting(_Strict):
    """A named value of a project."""

    name: str
    valueString: str | None = None
    valueBoolean: bool | None = None
    valueInteger: int | None = None
    valueDecimal: float | None = None


class OwnResource(Extensible):
    """What all of these have; a FHIR resource has no extension of its own, these do not either."""

    resourceType: str
    meta: Json | None = None
    implicitRules: str | None = None
    language: str | None = None
    identifier: list[Identifier] | None = None


class Project(OwnResource):
    """A tenant: every other resource belongs to one."""

    name: str | None = None
    description: str | None = None
    superAdmin: bool | None = None
    strictMode: bool | None = None
    owner: Reference | None = None
    features: list[str] | None = None
    setting: list[Setting] | None = None
    secret: list[Setting] | None = None
    systemSetting: list[Setting] | None = None
    site: list[Json] | None = None
    link: list[Json] | None = None


class MembershipAccess(_Strict):
    """An access policy that a membership has, with its parameters."""

    policy: ResourceReference
    parameter: list[Json] | None = None


class ProjectMembership(OwnResource):
    """Who somebody is in a project and what they may do there."""

    active: bool | None = None
    project: ResourceReference
    user: ResourceReference
    profile: ResourceReference
    userName: str | None = None
    externalId: str | None = None
    invitedBy: Reference | None = None
    accessPolicy: ResourceReference | None = None
    access: list[MembershipAccess] | None = None
    userConfiguration: Reference | None = None
    admin: bool | None = None


class Bot(OwnResource):
    """A function that the server runs on request."""

    name: str | None = None
    description: str | None = None
    category: list[Json] | None = None
    photo: Json | None = None
    runtimeVersion: str | None = None
    timeout: int | None = None
    system: bool | None = None
    runAsUser: bool | None = None
    publicWebhook: bool | None = None
    cronTiming: Json | None = None
    cronString: str | None = None
    cdsService: Json | None = None
    auditEventTrigger: str | None = None
    auditEventDestination: list[str] | None = None
    sourceCode: Json | None = None
    executableCode: Json | None = None
    code: str | None = None


class ClientApplication(OwnResource):
    """A program that signs in with a secret of its own."""

    status: str | None = None
    name: str | None = None
    description: str | None = None
    secret: str | None = None
    retiringSecret: str | None = None
    jwksUri: str | None = None
    redirectUri: str | None = None
    redirectUris: list[str] | None = None
    launchUri: str | None = None
    pkceOptional: bool | None = None
    identityProvider: Json | None = None
    accessTokenLifetime: str | None = None
    refreshTokenLifetime: str | None = None
    allowedOrigin: list[str] | None = None
    defaultScope: list[str] | None = None


class User(OwnResource):
    """Somebody who can sign in."""

    firstName: str | None = None
    lastName: str | None = None
    externalId: str | None = None
    email: str | None = None
    admin: bool | None = None
    mfaEnrolled: bool | None = None
    mfaRequired: bool | None = None
    project: Reference | None = None


class AccessPolicyResource(_Strict):
    """One rule of an access policy: a resource type, or "*" for every type."""

    resourceType: str
    readonly: bool | None = None
    interaction: list[AllowedInteraction] | None = None
    criteria: str | None = None
    hiddenFields: list[str] | None = None
    readonlyFields: list[str] | None = None


class AccessPolicy(OwnResource):
    """What a membership is restricted to."""

    name: str | None = None
    resource: list[AccessPolicyResource] | None = Field(default=None)


class Login(OwnResource):
    """A session; only the server itself ever sees one."""

    user: Reference
    membership: Reference | None = None
    authMethod: str
    authTime: str


OWN_TYPES: dict[str, type[OwnResource]] = {
    model.__name__: model
    for model in (
        Project,
        ProjectMembership,
        Bot,
        ClientApplication,
        User,
        AccessPolicy,
        Login,
    )
}
