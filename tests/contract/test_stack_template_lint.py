"""AWS's own linter has nothing to say about the composed template."""

import json

from cfnlint.api import ManualArgs, lint

from deploy.aws.template.compose import compose

PACKAGE = {"Runtime": "python3.13", "CodeBucket": "bucket", "CodeKey": "0123.zip"}


def test_the_template_has_no_findings() -> None:
    text = json.dumps(compose("prescriber-bots", PACKAGE))
    # I3: what happens to things with a state must be said.
    found = lint(text, config=ManualArgs(regions=["us-east-1"], include_checks=["I3"]))
    assert [(match.rule.id, match.message) for match in found] == []
