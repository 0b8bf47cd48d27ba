"""The Lambda handler: `bots.patient_sync.handler.handler`."""

from bots.patient_sync.bot import patient_sync

handler = patient_sync.handler()
