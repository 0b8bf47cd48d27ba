"""Where Lambda begins, in a function of this bot alone."""

from bots.medication_history.bot import medication_history

handler = medication_history.handler()
