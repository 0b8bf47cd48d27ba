"""Where Lambda begins, in a function of this bot alone."""

from bots.register_clinic.bot import register_clinic

handler = register_clinic.handler()
