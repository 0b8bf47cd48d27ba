"""`dosespot-enroll-prescriber-bot`: an administrator enrolls a prescriber, stage by stage."""

IDENTIFIER = "dosespot-enroll-prescriber-bot"
