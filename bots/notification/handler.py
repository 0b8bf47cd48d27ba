"""The Lambda handler, which `deploy/aws/functions/entry.py` finds here."""

from bots.notification.bot import notification

handler = notification.handler()
