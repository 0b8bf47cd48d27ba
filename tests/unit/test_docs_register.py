"""What the docs say of `register`: which secrets it takes, and how many of a thing it makes."""

import re
from pathlib import Path

from bots.catalog import BOTS
from deploy.medplum.project_secrets import NAMES, OPTIONAL
from shared.runtime import known_secrets

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
(DEPLOYMENT,) = [page.read_text("utf-8") for page in PAGES if page.name == "deployment.md"]
GROUPS = """
    DOSESPOT NPI_REGISTRY MEDPLUM_CLIENT MEDPLUM_BOT RELAY MAIL SES SMTP INVITATION BILLING
""".split()
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def test_register_takes_every_secret_that_the_bots_read():
    read = {
        value
        for name, value in vars(known_secrets).items()
        if name.isupper() and isinstance(value, str)
    }
    assert {*NAMES, known_secrets.FURTHER_CLINIC_KEY} == read
    assert len(NAMES) == len(read) - 1


def test_register_takes_every_secret_that_the_docs_name():
    texts = "\n".join(page.read_text("utf-8") for page in PAGES)
    named = set(re.findall(rf"\b(?:{'|'.join(GROUPS)})_[A-Z_]+\b", texts))
    others = {"DOSESPOT_SWAGGER", "DOSESPOT_CLINC_KEY", "RELAY_BASE_URLS"}
    others |= {known_secrets.FURTHER_CLINIC_KEY}  # a clinic's number follows
    assert named - others == set(NAMES)


def test_the_secrets_file_of_the_docs_has_all_that_somebody_must_give():
    listed = re.findall(r'^  "([A-Z_]+)":', DEPLOYMENT, re.MULTILINE)
    # `register` makes these itself, or finds them out
    service = {known_secrets.SERVICE_ID, known_secrets.SERVICE_SECRET, known_secrets.BOT_ERRORS}
    made_up = {known_secrets.WEBHOOK_SECRET}  # and this, with --generate-webhook-secret
    assert set(listed) == set(NAMES) - set(OPTIONAL) - service - made_up


def test_as_many_bots_get_an_administrators_membership_as_the_docs_say():
    (said,) = re.findall(r"for (\w+) of them an administrator's membership", DEPLOYMENT)
    assert NUMBERS.index(said) == sum(bot.admin for bot in BOTS)
