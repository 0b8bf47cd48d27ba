"""The Lambda handler: `bots.notification.handler.handler`."""

from bots.notification.bot import notification

handler = notification.handler()
