"""Where Lambda begins, in a function of this bot alone."""

from bots.sync_status.bot import sync_status

handler = sync_status.handler()
