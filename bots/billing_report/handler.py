"""Where Lambda begins, in a function of this bot alone."""

from bots.billing_report.bot import billing_report

handler = billing_report.handler()
