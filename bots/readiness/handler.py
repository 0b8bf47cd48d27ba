"""The Lambda handler: `bots.readiness.handler.handler`."""

from bots.readiness.bot import readiness

handler = readiness.handler()
