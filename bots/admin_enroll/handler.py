"""The Lambda handler: `bots.admin_enroll.handler.handler`."""

from bots.admin_enroll.bot import admin_enroll
from bots.admin_enroll.contract import AdminEnrollInput
from shared.runtime.lambda_handler import Services, lambda_handler

handler = lambda_handler("admin_enroll", AdminEnrollInput, admin_enroll, Services)
