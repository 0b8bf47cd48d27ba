"""Where Lambda begins, in a function of this bot alone."""

from bots.search_pharmacy.bot import search_pharmacy

handler = search_pharmacy.handler()
