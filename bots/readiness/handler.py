"""Where Lambda begins, in a function of this bot alone."""

from bots.readiness.bot import readiness

handler = readiness.handler()
