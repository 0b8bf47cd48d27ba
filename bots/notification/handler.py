"""Where Lambda begins, in a function of this bot alone."""

from bots.notification.bot import notification

handler = notification.handler()
