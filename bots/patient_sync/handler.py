"""The Lambda handler, which `deploy/aws/functions/entry.py` finds here."""

from bots.patient_sync.bot import patient_sync

handler = patient_sync.handler()
