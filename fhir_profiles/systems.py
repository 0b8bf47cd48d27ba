"""Every system and URL that appears on a FHIR resource; no other file spells one.

Sources: HL7 Terminology (NPI, DEA, v2-0203), Medplum's DoseSpot documentation (all `dosespot.com`
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

CLINICIAN_IDENTIFIER = "https://dosespot.com/clinician-identifier"
REGISTRATION_STATUS = "https://dosespot.com/registration-status"
QUALIFICATION = "https://dosespot.com/qualification"
PRACTITIONER_ROLE_TYPE = "https://dosespot.com/practitionerrole-type"

MEDPLUM_BOTS = "https://www.medplum.com/bots"
MEDPLUM_BOT_EXTERNAL_FUNCTION_ID = "https://medplum.com/bot-external-function-id"

PRESCRIBER_POLICY = "prescriber-bots: prescriber"
"""Name of the AccessPolicy that `register` installs and invited prescribers get."""

DOSESPOT_PATIENT = "https://dosespot.com/patient-id"
DOSESPOT_PATIENT_OLD = "http://dosespot.com/patient-id"
LOINC = "http://loinc.org"

DEA_SCHEDULE = "urn:prescriber-bots:dea-schedule"
CONSENT_SCOPE = "urn:prescriber-bots:consent-scope"
SMS_CONSENT = "urn:prescriber-bots:sms-consent"
ROLE_AT_LOCATION = "urn:prescriber-bots:role-at-location"
DEFAULT_LOCATION = "urn:prescriber-bots:default-location"
CHECK_DUE = "urn:prescriber-bots:check-due"
NPI_REGISTRY = "https://npiregistry.cms.hhs.gov/api/"

ENROLLMENT_CLAIM = "urn:prescriber-bots:enrollment-claim"
AUDIT_ACTION = "urn:prescriber-bots:audit-action"
AUDIT_EVENT_TYPE = "http://terminology.hl7.org/CodeSystem/audit-event-type"

# The base of our own canonical URLs is a name and not a place: `.example` is a domain that nobody
# can own (RFC 2606), so that it is never somebody else's, and nothing is ever fetched from it.
CANONICAL = "https://prescriber-bots.example/fhir"
ENROLLABLE_PRACTITIONER = f"{CANONICAL}/StructureDefinition/enrollable-practitioner"
AUTHORIZING_PRACTITIONER_ROLE = f"{CANONICAL}/StructureDefinition/authorizing-practitioner-role"
