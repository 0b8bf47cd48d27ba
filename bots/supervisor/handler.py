"""The Lambda handler, which `deploy/aws/functions/entry.py` finds here."""

from bots.supervisor.bot import supervisor

handler = supervisor.handler()
