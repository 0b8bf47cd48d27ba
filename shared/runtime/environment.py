"""Where the code runs."""

import os

NAMESPACE = "PrescriberBots"
"""Of the metrics, where the environment names no other."""


def in_lambda() -> bool:
    """Whether this process is a Lambda function's."""
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ


def is_for_snapshot() -> bool:
    """Whether this process only starts so that AWS Lambda can take a snapshot of it (SnapStart).

    Source: AWS Lambda Developer Guide, "Defined runtime environment variables".
    """
    return os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start"


def metrics_namespace() -> str:
    """Under which name CloudWatch keeps the metrics: each stack has its own."""
    return os.environ.get("METRICS_NAMESPACE", NAMESPACE)
