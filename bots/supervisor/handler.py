"""Where Lambda begins, in a function of this bot alone."""

from bots.supervisor.bot import supervisor

handler = supervisor.handler()
