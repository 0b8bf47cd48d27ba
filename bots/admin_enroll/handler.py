"""Where Lambda begins, in a function of this bot alone."""

from bots.admin_enroll.bot import admin_enroll

handler = admin_enroll.handler()
