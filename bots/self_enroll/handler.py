"""The Lambda handler: `bots.self_enroll.handler.handler`."""

from bots.self_enroll.bot import self_enroll
from bots.self_enroll.contract import SelfEnrollInput
from shared.runtime.lambda_handler import Services, lambda_handler

handler = lambda_handler("self_enroll", SelfEnrollInput, self_enroll, Services)
