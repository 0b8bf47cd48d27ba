"""Where Lambda begins, in a function of this bot alone."""

from bots.self_enroll.bot import self_enroll

handler = self_enroll.handler()
