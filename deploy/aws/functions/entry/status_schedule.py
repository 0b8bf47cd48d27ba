"""Where Lambda begins what compares everybody with DoseSpot."""

from deploy.aws.functions.process import set_up_process

set_up_process()

from deploy.aws.functions.status_schedule import handler  # noqa: E402

__all__ = ["handler"]
