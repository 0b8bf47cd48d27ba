"""The Lambda handler: `bots.sync_status.handler.handler`."""

from bots.sync_status.bot import sync_status

handler = sync_status.handler()
