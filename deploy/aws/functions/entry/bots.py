"""Where Lambda begins the one function of all bots."""

from deploy.aws.functions.process import set_up_process

set_up_process()

from bots.dispatch import Dispatcher  # noqa: E402
from shared.runtime.log import set_up_logging  # noqa: E402

set_up_logging()
handler = Dispatcher()
