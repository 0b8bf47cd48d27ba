"""Where Lambda begins, in a function of this bot alone."""

from bots.self_reported_medications_sync.bot import self_reported_medications_sync

handler = self_reported_medications_sync.handler()
