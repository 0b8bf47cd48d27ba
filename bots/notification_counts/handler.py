"""Where Lambda begins, in a function of this bot alone."""

from bots.notification_counts.bot import notification_counts

handler = notification_counts.handler()
