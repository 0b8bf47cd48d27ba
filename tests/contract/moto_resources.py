"""Resource types of the stack that moto's CloudFormation does not know, or knows too little of.

Lambda's versions and aliases become moto's own; of the others only the names are kept. Importing
this module is what makes moto know them.
"""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from moto.awslambda.models import lambda_backends
from moto.cloudformation import parsing
from moto.cloudformation.models import ChangeSet, Stack
from moto.core.common_models import CloudFormationModel

NAMES_ONLY = (
    "AWS::CloudWatch::Alarm",
    "AWS::Lambda::Url",
    "AWS::Logs::MetricFilter",
    "AWS::SecretsManager::Secret",
)


def read_templates_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """Moto's own reader tries YAML first, which takes most of the time of a deployment."""

    def parse(change_set: ChangeSet) -> None:
        change_set.template_dict = json.loads(change_set.template)

    monkeypatch.setattr(Stack, "parse_template", staticmethod(json.loads))
    monkeypatch.setattr(ChangeSet, "_parse_template", parse)


class Named(CloudFormationModel):
    """A resource of which only the name is kept."""

    def __init__(self, name: str) -> None:
        self.physical_resource_id = name

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::Nothing::Known"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return True

    def get_cfn_attribute(self, name: str) -> str:
        return f"{self.physical_resource_id}.{name}"

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
        **_: Any,
    ) -> Any:
        return cls(f"arn:aws:named:{region_name}:{account_id}:{resource_name}")

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> Any:
        return original_resource

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> None:
        return None

    def is_created(self) -> bool:
        return True


class Version(Named):
    """A published version; the attribute is its number."""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::Lambda::Version"

    def get_cfn_attribute(self, name: str) -> str:
        return self.physical_resource_id.rsplit(":", 1)[1]

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
        **_: Any,
    ) -> Any:
        name = cloudformation_json["Properties"]["FunctionName"]
        published = lambda_backends[account_id][region_name].publish_version(name)
        return cls(f"{name}:{published.version}")


class Alias(Named):
    """An alias."""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::Lambda::Alias"

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
        **_: Any,
    ) -> Any:
        given = SimpleNamespace(**cloudformation_json["Properties"])
        made = lambda_backends[account_id][region_name].create_alias(
            given.Name, given.FunctionName, given.FunctionVersion, "", ""
        )
        return cls(made.arn)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> Any:
        given = SimpleNamespace(**cloudformation_json["Properties"])
        lambda_backends[account_id][region_name].update_alias(
            given.Name, given.FunctionName, given.FunctionVersion, "", ""
        )
        return original_resource


parsing.get_model_map().update(
    dict.fromkeys(NAMES_ONLY, Named)
    | {each.cloudformation_type(): each for each in (Version, Alias)}
)
