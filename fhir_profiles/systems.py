"""Every system and URL that appears on a FHIR resource; no other file spells one.

Sources: HL7 Terminology (NPI, DEA, v2-0203, v2-0360), FHIR R4, US Core and Da Vinci PDex Plan Net
(standard extensions), Medplum's DoseSpot documentation (all `dosespot.com`
systems), Medplum's bot documentation (`medplum.com` systems), AU Core (HPI-I, PBS prescriber
number), CMS's NPI Registry API. What starts with `urn:prescriber-bots:` is ours.
"""

NPI = "http://hl7.org/fhir/sid/us-npi"
DEA = "http://terminology.hl7.org/NamingSystem/USDEANumber"
HPII = "http://ns.electronichealth.net.au/id/hi/hpii/1.0"
PBS_PRESCRIBER_NUMBER = "http://ns.electronichealth.net.au/id/medicare-prescriber-number"
PBS_PRESCRIBER_TYPE = "urn:prescriber-bots:pbs-prescriber-type"
NADEAN = "urn:prescriber-bots:nadean"
USERNAME = "urn:prescriber-bots:username"
IDENTIFIER_TYPE = "http://terminology.hl7.org/CodeSystem/v2-0203"
DEGREE_OR_LICENSE = "http://terminology.hl7.org/CodeSystem/v2-0360"

# Other names of the same; read, never written.
NPI_ALIASES = frozenset({NPI, "urn:oid:2.16.840.1.113883.4.6"})
DEA_ALIASES = frozenset({DEA, "urn:oid:2.16.840.1.113883.4.814", "http://hl7.org/fhir/sid/us-dea"})
IDENTIFIER_TYPE_ALIASES = frozenset({IDENTIFIER_TYPE, "http://hl7.org/fhir/v2/0203"})
DEGREE_OR_LICENSE_ALIASES = frozenset({DEGREE_OR_LICENSE, "http://hl7.org/fhir/v2/0360"})

DATA_ABSENT_REASON = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
CONTACTPOINT_EXTENSION = "http://hl7.org/fhir/StructureDefinition/contactpoint-extension"
CONTACTPOINT_COUNTRY = "http://hl7.org/fhir/StructureDefinition/contactpoint-country"
US_CORE_DIRECT = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-direct"
PLAN_NET_QUALIFICATION = (
    "http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/practitioner-qualification"
)

CLINICIAN_IDENTIFIER = "https://dosespot.com/clinician-identifier"
DOSESPOT_CLINIC = "https://dosespot.com/clinic-id"
REGISTRATION_STATUS = "https://dosespot.com/registration-status"
QUALIFICATION = "https://dosespot.com/qualification"
PRACTITIONER_ROLE_TYPE = "https://dosespot.com/practitionerrole-type"

MEDPLUM_BOTS = "https://www.medplum.com/bots"
MEDPLUM_BOT_EXTERNAL_FUNCTION_ID = "https://medplum.com/bot-external-function-id"

OPERATION_IMPLEMENTATION = (
    "https://medplum.com/fhir/StructureDefinition/operationDefinition-implementation"
)

RELAY_DEPLOYED = "urn:prescriber-bots:relay-deployed"

PRESCRIBER_POLICY = "prescriber-bots: prescriber"
"""Name of the AccessPolicy that `register` installs and invited prescribers get."""

DOSESPOT_PATIENT = "https://dosespot.com/patient-id"
DOSESPOT_PATIENT_OLD = "http://dosespot.com/patient-id"
LOINC = "http://loinc.org"
NDC = "http://hl7.org/fhir/sid/ndc"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
DEA_SCHEDULE_CODE = "http://terminology.hl7.org/CodeSystem/v2-0477"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
NCPDP = "http://terminology.hl7.org/CodeSystem/NCPDPProviderIdentificationNumber"
ORGANIZATION_TYPE = "http://terminology.hl7.org/CodeSystem/organization-type"
PREFERRED_PHARMACY = "http://hl7.org/fhir/StructureDefinition/patient-preferredPharmacy"
TIMEZONE = "http://hl7.org/fhir/StructureDefinition/timezone"
TZ_CODE = "http://hl7.org/fhir/StructureDefinition/tz-code"

DOSESPOT_PRESCRIPTION = "https://dosespot.com/prescription-id"
DOSESPOT_PRESCRIPTION_STATUS = "https://dosespot.com/prescription-status"
DOSESPOT_MEDICATION_STATUS = "https://dosespot.com/medication-status"
DOSESPOT_DRUG = "https://dosespot.com/dispensable-drug-id"
DOSESPOT_PHARMACY = "https://dosespot.com/pharmacy-id"
DOSESPOT_HISTORY = "https://dosespot.com/medication-history-id"
DOSESPOT_SELF_REPORTED = "https://dosespot.com/self-reported-medication-id"
DOSESPOT_ALLERGEN = "https://dosespot.com/allergen-id"
DOSESPOT_FAVORITE = "https://dosespot.com/clinic-favorite-medication-id"
DOSESPOT_INSTRUCTIONS = "https://dosespot.com/patient-instructions"
PHARMACY_PREFERENCE = "https://dosespot.com/pharmacy-preference-type"
UCUM = "http://unitsofmeasure.org"

DEA_SCHEDULE = "urn:prescriber-bots:dea-schedule"
PRESCRIBED_SCHEDULE = "urn:prescriber-bots:prescribed-schedule"
LAST_FILL = "urn:prescriber-bots:last-fill"
RX_REFERENCE_NUMBER = "urn:prescriber-bots:rx-reference-number"
NON_DOSESPOT_PRESCRIPTION = "urn:prescriber-bots:non-dosespot-prescription-id"
FILL = "urn:prescriber-bots:fill"
PRESCRIPTION_TASK = "urn:prescriber-bots:prescription-task"
PHARMACY_SERVICE = "urn:prescriber-bots:pharmacy-service"
CONSENT_SCOPE = "urn:prescriber-bots:consent-scope"
SMS_CONSENT = "urn:prescriber-bots:sms-consent"
EPCS_ENABLED = "urn:prescriber-bots:epcs-enabled"
CLINIC_MADE_FROM = "urn:prescriber-bots:clinic-made-from"
ROLE_AT_LOCATION = "urn:prescriber-bots:role-at-location"
DEFAULT_LOCATION = "urn:prescriber-bots:default-location"
CHECK_DUE = "urn:prescriber-bots:check-due"
GIVEN_BY_FORM = "urn:prescriber-bots:given-by-form"
NPI_REGISTRY = "https://npiregistry.cms.hhs.gov/api/"

CLAIM = "urn:prescriber-bots:claim"
CLAIM_HOLDER = "urn:prescriber-bots:claim-holder"
CLAIM_ANNOUNCED = "urn:prescriber-bots:claim-announced"
CLAIM_MEMORY = "urn:prescriber-bots:claim-memory"
COMPARISON_ROUND = "urn:prescriber-bots:comparison-round"
INVITATION = "urn:prescriber-bots:invitation"
INVITATION_MAIL = "urn:prescriber-bots:invitation-mail"
BILLING = "urn:prescriber-bots:billing"
RUN = "urn:prescriber-bots:run"
AUDIT_KEY = "urn:prescriber-bots:audit-key"
AUDIT_ACTION = "urn:prescriber-bots:audit-action"
ERROR_TYPE = "urn:prescriber-bots:error-type"
AUDIT_EVENT_TYPE = "http://terminology.hl7.org/CodeSystem/audit-event-type"

# The base of our own canonical URLs is a name and not a place: `.example` is a domain that nobody
# can own (RFC 2606), so that it is never somebody else's, and nothing is ever fetched from it.
CANONICAL = "https://prescriber-bots.example/fhir"
ENROLLABLE_PRACTITIONER = f"{CANONICAL}/StructureDefinition/enrollable-practitioner"
CLINIC_PROFILE = f"{CANONICAL}/StructureDefinition/dosespot-clinic"
BILLED_PRESCRIBER = f"{CANONICAL}/StructureDefinition/billed-prescriber"
INVITATION_TASK = f"{CANONICAL}/StructureDefinition/invitation-task"
AUTHORIZING_PRACTITIONER_ROLE = f"{CANONICAL}/StructureDefinition/authorizing-practitioner-role"
SYNCED_PRESCRIPTION = f"{CANONICAL}/StructureDefinition/synced-prescription"
