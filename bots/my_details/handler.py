"""Where Lambda begins, in a function of this bot alone."""

from bots.my_details.bot import my_details

handler = my_details.handler()
