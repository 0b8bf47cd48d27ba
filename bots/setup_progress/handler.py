"""Where Lambda begins, in a function of this bot alone."""

from bots.setup_progress.bot import setup_progress

handler = setup_progress.handler()
