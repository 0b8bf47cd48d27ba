"""The Lambda handler: `bots.admin_enroll.handler.handler`."""

from bots.admin_enroll.bot import admin_enroll

handler = admin_enroll.handler()
