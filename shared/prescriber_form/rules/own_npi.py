"""An NPI that a prescriber gives of themselves: the NPI Registry has to know it as theirs.

Of a number that an administrator gives, another name is only a warning, because the registry is
often behind. Here it blocks: nobody else has looked at the number.
"""

from shared.prescriber_form.rules.form import NPI_PATH
from shared.prescriber_form.rules.on_record import OnRecord
from shared.prescriber_form.rules.own_details import OwnDetails
from shared.records.findings import Findings
from shared.records.registry import OTHER_NAME, NpiHolder, Placed

NOT_YOURS = (
    "the NPI Registry has another name for this NPI; correct it, or have an administrator enter it"
)
NOT_CHECKED = (
    "the NPI Registry could not be reached to check this NPI; try again later, or have an"
    " administrator enter it"
)


def own_holder(known: OnRecord, details: OwnDetails) -> NpiHolder:
    """Whose NPI it is said to be; the name is the one on record."""
    return NpiHolder(
        npi=Placed(NPI_PATH, details.npi),
        first_name=Placed(NPI_PATH, known.first_name),
        last_name=Placed(NPI_PATH, known.last_name),
        state=Placed("mailingAddress.state", details.address.state),
    )


def refuse_doubtful_npi(found: Findings, *, due: bool, findings: Findings) -> None:
    """Takes over what the registry says; what is doubtful there is a problem here.

    Args:
        found: by the comparison with the registry.
        due: whether there was no comparison.
        findings: of the input.
    """
    findings.problems += found.problems
    for one in found.warnings:
        if one.sentence == OTHER_NAME:
            findings.problem(one.path, NOT_YOURS)
        elif not due:
            findings.warnings.append(one)
    if due:
        findings.problem(NPI_PATH, NOT_CHECKED)
