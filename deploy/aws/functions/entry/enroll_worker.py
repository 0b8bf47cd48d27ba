"""Where Lambda begins what enrolls those whom a queue brings."""

from deploy.aws.functions.process import set_up_process

set_up_process()

from deploy.aws.functions.enroll_worker import handler  # noqa: E402

__all__ = ["handler"]
