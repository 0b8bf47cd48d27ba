"""The Lambda handler, which `deploy/aws/functions/entry.py` finds here."""

from bots.readiness.bot import readiness

handler = readiness.handler()
