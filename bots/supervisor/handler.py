"""The Lambda handler: `bots.supervisor.handler.handler`."""

from bots.supervisor.bot import supervisor

handler = supervisor.handler()
