"""Where Lambda begins, in a function of this bot alone."""

from bots.patient_sync.bot import patient_sync

handler = patient_sync.handler()
