"""The Lambda handler: `bots.create_prescriber.handler.handler`."""

from bots.create_prescriber.bot import create_prescriber

handler = create_prescriber.handler()
