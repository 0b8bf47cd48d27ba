"""The Lambda handler: `bots.self_enroll.handler.handler`."""

from bots.self_enroll.bot import self_enroll

handler = self_enroll.handler()
