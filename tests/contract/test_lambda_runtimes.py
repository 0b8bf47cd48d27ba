"""The runtimes that are packaged for are Lambda's."""

from botocore.loaders import Loader

from deploy.aws.interpreters import RUNTIMES


def test_lambda_knows_every_runtime() -> None:
    model = Loader().load_service_model("lambda", "service-2")
    assert {*RUNTIMES} <= {*model["shapes"]["Runtime"]["enum"]}
