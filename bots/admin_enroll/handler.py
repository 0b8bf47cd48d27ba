"""The Lambda handler, which `deploy/aws/functions/entry.py` finds here."""

from bots.admin_enroll.bot import admin_enroll

handler = admin_enroll.handler()
