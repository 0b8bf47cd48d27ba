"""Where Lambda begins what takes DoseSpot's push notifications."""

from deploy.aws.functions.process import set_up_process

set_up_process()

from deploy.aws.functions.push_endpoint import handler  # noqa: E402

__all__ = ["handler"]
