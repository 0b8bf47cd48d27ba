"""The Lambda handler, which `deploy/aws/functions/entry.py` finds here."""

from bots.sync_status.bot import sync_status

handler = sync_status.handler()
