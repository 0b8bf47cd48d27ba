"""Where Lambda begins, in a function of this bot alone."""

from bots.search_allergen.bot import search_allergen

handler = search_allergen.handler()
