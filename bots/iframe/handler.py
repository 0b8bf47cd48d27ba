"""The Lambda handler: `bots.iframe.handler.handler`."""

from bots.iframe.bot import iframe
from bots.iframe.contract import IframeInput
from shared.runtime.lambda_handler import Services, lambda_handler

handler = lambda_handler("iframe", IframeInput, iframe, Services)
