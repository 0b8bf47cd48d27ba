"""Where Lambda begins the endpoint of the relay, which runs the bots itself."""

from deploy.aws.functions.process import set_up_process

set_up_process()

from bots.dispatch import Dispatcher  # noqa: E402
from deploy.aws.functions.relay_endpoint import relay_endpoint  # noqa: E402
from deploy.aws.functions.service_account import kept_relay_settings  # noqa: E402
from shared.runtime.log import set_up_logging  # noqa: E402

set_up_logging()
handler = relay_endpoint(Dispatcher(), kept_relay_settings())
