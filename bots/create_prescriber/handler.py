"""The Lambda handler, which `deploy/aws/functions/entry.py` finds here."""

from bots.create_prescriber.bot import create_prescriber

handler = create_prescriber.handler()
