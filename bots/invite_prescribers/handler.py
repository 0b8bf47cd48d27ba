"""Where Lambda begins, in a function of this bot alone."""

from bots.invite_prescribers.bot import invite_prescribers

handler = invite_prescribers.handler()
