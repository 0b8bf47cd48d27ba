"""Where Lambda begins, in a function of this bot alone."""

from bots.add_patient_pharmacy.bot import add_patient_pharmacy

handler = add_patient_pharmacy.handler()
