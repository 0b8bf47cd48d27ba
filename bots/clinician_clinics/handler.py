"""Where Lambda begins, in a function of this bot alone."""

from bots.clinician_clinics.bot import clinician_clinics

handler = clinician_clinics.handler()
