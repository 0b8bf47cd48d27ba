"""The Lambda handler: `bots.iframe.handler.handler`."""

from bots.iframe.bot import iframe

handler = iframe.handler()
