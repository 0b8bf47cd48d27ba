"""AWS's own linter has nothing to say about the composed template.

It is the policy checker too: its rules know every action, what an action can be done to, and what
IAM takes as a policy (E3510 to E3513, I3510, W3037 and others), and it needs no network.
"""

import json
from importlib import import_module

import pytest

from deploy.aws.template.compose import compose
from deploy.aws.template.functions import OF_ONE_BOT, RELAY_ENDPOINT
from deploy.cli.stack import DEFAULT_STACK
from tests.quick import first

pytestmark = pytest.mark.outside

PACKAGE = {"Runtime": "python3.13", "CodeBucket": "bucket", "CodeKey": "0123.zip"}
ALL = (*OF_ONE_BOT, RELAY_ENDPOINT)
EVERY_NAME = {one.name_parameter: one.name_in(DEFAULT_STACK) for one in ALL}


def findings(template: object) -> list[tuple[str, str]]:
    cfn_lint = import_module("cfnlint.api")  # takes seconds, which only these tests should cost
    everything = cfn_lint.ManualArgs(regions=["us-east-1"], include_checks=["I"])
    found = cfn_lint.lint(json.dumps(template), config=everything)
    return [(match.rule.id, match.message) for match in found]


@pytest.mark.parametrize("settings", first(EVERY_NAME, {}), ids=["everything", "one function"])
def test_the_template_has_no_findings(settings: dict[str, str]) -> None:
    assert findings(compose(DEFAULT_STACK, PACKAGE | settings)) == []


def test_a_wrong_policy_is_noticed() -> None:
    template = compose(DEFAULT_STACK, PACKAGE)
    statements = template["Resources"]["MedplumSecretPolicy"]["Properties"]["PolicyDocument"][
        "Statement"
    ]
    allowed = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    statements += [
        allowed | {"Action": "secretsmanager:GetSecretValues"},
        allowed | {"Resource": "arn:aws:s3:::bucket"},
        allowed | {"Effect": "Permit"},
    ]
    assert {rule for rule, _ in findings(template)} == {"W3037", "I3510", "E3510"}
