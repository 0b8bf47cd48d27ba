"""Where Lambda begins, in a function of this bot alone."""

from bots.create_prescriber.bot import create_prescriber

handler = create_prescriber.handler()
