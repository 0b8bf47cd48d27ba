"""The AccessPolicy for prescribers: they run the bots and treat patients, and read no secrets.

In Medplum whatever any rule allows is allowed, so that a policy can't allow everything but: it
lists types. Not listed are Project and ProjectMembership (no member may touch them anyway),
ClientApplication (it shows its secret), AccessPolicy, AuditEvent (it tells of others' acts), and
Basic (it holds the bots' claims: whoever could write them could make two of one prescriber). A
Binary can be made and not changed: the code of Bots that run within the server is one.
Sources: https://www.medplum.com/docs/access/access-policies, and the types of FHIR R4's patient
compartment (https://hl7.org/fhir/R4/compartmentdefinition-patient.html).
"""

from fhir_profiles import Resource
from fhir_profiles.systems import PRESCRIBER_POLICY

LOOK = ["search", "read", "vread", "history"]

CARE = """
    Account AdverseEvent AllergyIntolerance Appointment AppointmentResponse
    BodyStructure CarePlan CareTeam ChargeItem Claim ClaimResponse ClinicalImpression Communication
    CommunicationRequest Composition Condition Consent Coverage CoverageEligibilityRequest
    CoverageEligibilityResponse DetectedIssue Device DeviceRequest DeviceUseStatement
    DiagnosticReport DocumentManifest DocumentReference Encounter EnrollmentRequest EpisodeOfCare
    ExplanationOfBenefit FamilyMemberHistory Flag Goal Group ImagingStudy Immunization
    ImmunizationEvaluation ImmunizationRecommendation Invoice List MeasureReport Media
    MedicationAdministration MedicationDispense MedicationRequest MedicationStatement
    MolecularSequence NutritionOrder Observation Patient Person Procedure Provenance
    QuestionnaireResponse RelatedPerson RequestGroup ResearchSubject RiskAssessment Schedule
    ServiceRequest Slot Specimen SupplyDelivery SupplyRequest Task VisionPrescription
""".split()
"""Read and written: a patient's record, and what is done with it."""

DIRECTORY = """
    ActivityDefinition CodeSystem ConceptMap HealthcareService InsurancePlan Location Medication
    MedicationKnowledge NamingSystem Organization PlanDefinition PractitionerRole Questionnaire
    SearchParameter StructureDefinition ValueSet
""".split()
"""Read only. Who has which PractitionerRole decides who may enroll themselves."""

WHO_THEY_ARE = ["identifier", "name", "birthDate", "active", "qualification", "extension"]
"""Elements by which the bots tell who a prescriber is, and what the bots write themselves. Medplum
keeps their old values without an error, whatever a prescriber writes."""

BOT_SOURCE = ["sourceCode", "executableCode", "code"]


def access_policy() -> Resource:
    """The AccessPolicy, without an id."""
    rules: list[Resource] = [{"resourceType": kind} for kind in CARE]
    rules += [{"resourceType": kind, "interaction": LOOK} for kind in DIRECTORY]
    rules += [
        {"resourceType": "Practitioner", "interaction": LOOK},
        {
            "resourceType": "Practitioner",
            "interaction": ["update"],
            "criteria": "Practitioner?_id=%profile.id",
            "readonlyFields": WHO_THEY_ARE,
        },
        {"resourceType": "Binary", "interaction": [*LOOK, "create"]},
        {"resourceType": "Bot", "interaction": LOOK, "hiddenFields": BOT_SOURCE},
    ]
    return {"resourceType": "AccessPolicy", "name": PRESCRIBER_POLICY, "resource": rules}
