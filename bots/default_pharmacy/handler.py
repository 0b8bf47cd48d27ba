"""Where Lambda begins, in a function of this bot alone."""

from bots.default_pharmacy.bot import default_pharmacy

handler = default_pharmacy.handler()
