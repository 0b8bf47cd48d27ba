"""The Lambda handler, which `deploy/aws/functions/entry.py` finds here."""

from bots.iframe.bot import iframe

handler = iframe.handler()
