"""The AccessPolicy for prescribers: they run the bots and treat patients, and read no secrets.

In Medplum whatever any rule allows is allowed, so that a policy can't allow everything but: it
lists types. Not listed are Project and ProjectMembership (no member may touch them anyway),
ClientApplication (it shows its secret), AccessPolicy, and AuditEvent (it tells of others' acts).
Sources: https://www.medplum.com/docs/access/access-policies, and the types of FHIR R4's patient
compartment (https://hl7.org/fhir/R4/compartmentdefinition-patient.html).
"""

from fhir_profiles import Resource

NAME = "prescriber-bots: prescriber"

LOOK = ["search", "read", "vread", "history"]

CARE = """
    Account AdverseEvent AllergyIntolerance Appointment AppointmentResponse Basic Binary
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

BOT_SOURCE = ["sourceCode", "executableCode", "code"]


def access_policy() -> Resource:
    """The AccessPolicy, without an id."""
    rules: list[Resource] = [{"resourceType": kind} for kind in CARE]
    rules += [{"resourceType": kind, "interaction": LOOK} for kind in DIRECTORY]
    rules += [
        # Self-enrollment writes the status on the prescriber's own Practitioner.
        {"resourceType": "Practitioner", "interaction": [*LOOK, "update"]},
        {"resourceType": "Bot", "interaction": LOOK, "hiddenFields": BOT_SOURCE},
    ]
    return {"resourceType": "AccessPolicy", "name": NAME, "resource": rules}
