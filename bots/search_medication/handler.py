"""Where Lambda begins, in a function of this bot alone."""

from bots.search_medication.bot import search_medication

handler = search_medication.handler()
