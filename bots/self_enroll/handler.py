"""The Lambda handler, which `deploy/aws/functions/entry.py` finds here."""

from bots.self_enroll.bot import self_enroll

handler = self_enroll.handler()
