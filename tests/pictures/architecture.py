"""The picture of the architecture: who calls whom."""

from tests.pictures.drawing import Arrow, Box, drawing

PEOPLE, OURS, REMOTE = "#fef3c7", "#dbeafe", "#e5e7eb"


def architecture() -> str:
    """The picture as SVG."""
    return drawing(
        960,
        470,
        "An app executes a bot on the Medplum server, which invokes an AWS Lambda function; the"
        " function reads and writes FHIR records on Medplum and the prescriber in DoseSpot.",
        [
            Box(20, 40, 190, 66, "Administrator", ["your app, command line"], PEOPLE),
            Box(20, 140, 190, 66, "Prescriber", ["your app, its iFrame"], PEOPLE),
            Box(
                290,
                40,
                200,
                166,
                "Medplum",
                ["Bot/$execute", "FHIR records", "claims, AuditEvents"],
                REMOTE,
            ),
            Box(570, 20, 370, 290, "AWS Lambda: prescriber-bots", (), "#f8fafc", dashed=True),
            Box(590, 62, 330, 62, "bots", ["who is it about, and may this caller ask?"], OURS),
            Box(590, 142, 330, 62, "shared: the use cases", ["look, decide, do, look again"], OURS),
            Box(590, 222, 330, 62, "shared: the rules", ["pure functions of values"], OURS),
            Box(
                290,
                360,
                200,
                76,
                "DoseSpot",
                ["clinicians, patients,", "identity, second factor"],
                REMOTE,
            ),
            Box(590, 360, 200, 76, "NPI Registry", ["asked once, briefly"], REMOTE),
            Arrow([(210, 73), (290, 73)]),
            Arrow([(210, 160), (290, 160)]),
            Arrow([(490, 93), (590, 93)], "invoke", (530, 85)),
            Arrow([(590, 173), (490, 173)], "FHIR", (530, 165), both=True),
            Arrow([(755, 124), (755, 142)]),
            Arrow([(755, 204), (755, 222)]),
            Arrow(
                [(570, 270), (440, 270), (440, 360)], "REST, as one of\nits clinicians", (508, 292)
            ),
            Arrow([(690, 310), (690, 360)]),
            Arrow(
                [(115, 206), (115, 398), (290, 398)],
                "agreements, identity answers,\none-time codes: never\nthrough our code",
                (210, 338),
            ),
            Arrow([(350, 360), (350, 206)], "push, by\nwebhook/", (396, 235)),
        ],
    )
