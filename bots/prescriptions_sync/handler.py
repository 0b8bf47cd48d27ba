"""Where Lambda begins, in a function of this bot alone."""

from bots.prescriptions_sync.bot import prescriptions_sync

handler = prescriptions_sync.handler()
