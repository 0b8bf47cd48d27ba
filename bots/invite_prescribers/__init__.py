"""`dosespot-invite-prescribers-bot`: invites prescribers to enroll themselves, by e-mail."""

IDENTIFIER = "dosespot-invite-prescribers-bot"
