"""The picture of an enrollment run: one loop of look, decide, do."""

from tests.pictures.drawing import Arrow, Box, drawing

VALUE, EFFECT, END = "#dcfce7", "#dbeafe", "#e5e7eb"


def loop() -> str:
    """The picture as SVG."""
    return drawing(
        960,
        430,
        "A run looks at both systems, a pure function names the next step, the step is done, and"
        " the run looks at the situation again until no step is left.",
        [
            Box(
                20,
                150,
                190,
                100,
                "Situation",
                ["what both systems say,", "what this run has done"],
                VALUE,
            ),
            Box(
                290,
                150,
                200,
                100,
                "next_step",
                ["pure: situation, order", "and timing decide"],
                VALUE,
            ),
            Box(
                570,
                20,
                370,
                62,
                "Look, LookAgain, Wait",
                ["CheckGrant, CheckClaim: read, or pause"],
                EFFECT,
            ),
            Box(570, 100, 370, 62, "Announce", ["take the claim, say on it what comes"], EFFECT),
            Box(
                570,
                180,
                370,
                62,
                "Create, Link, Change, Begin, Remember",
                ["change one thing, while holding the claim"],
                EFFECT,
            ),
            Box(
                570,
                260,
                370,
                62,
                "WriteStatus, Settle",
                ["record it, write AuditEvents, free the claim"],
                EFFECT,
            ),
            Box(570, 350, 170, 52, "None: done", (), END),
            Box(770, 350, 170, 52, "Refuse: an error", (), END),
            Arrow([(210, 200), (290, 200)]),
            *(
                Arrow([(490, 200), (530, 200), (530, y), (570, y)])
                for y in (51, 131, 211, 291, 376)
            ),
            Arrow([(530, 336), (855, 336), (855, 350)]),
            Arrow(
                [(755, 20), (755, 8), (115, 8), (115, 150)],
                "take(step): how things stand then",
                (330, 26),
            ),
        ],
    )
