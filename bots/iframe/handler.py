"""Where Lambda begins, in a function of this bot alone."""

from bots.iframe.bot import iframe

handler = iframe.handler()
