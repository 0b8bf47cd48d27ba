"""Where Lambda begins, in a function of this bot alone."""

from bots.add_favorite_medication.bot import add_favorite_medication

handler = add_favorite_medication.handler()
