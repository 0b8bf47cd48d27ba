"""The Lambda handler: `bots.patient_sync.handler.handler`."""

from bots.patient_sync.bot import patient_sync
from bots.patient_sync.contract import PatientSyncInput
from shared.runtime.lambda_handler import Services, lambda_handler

handler = lambda_handler("patient_sync", PatientSyncInput, patient_sync, Services)
