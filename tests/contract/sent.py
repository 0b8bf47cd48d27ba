"""What a call was sent with."""

from typing import Any


def timeouts(request: Any) -> tuple[float, float, float]:
    """Seconds to connect, until each piece of the answer, and for both together.

    Args:
        request: as `responses` keeps it.
    """
    timeout = request.req_kwargs["timeout"]
    return timeout.connect_timeout, timeout.read_timeout, timeout.total
