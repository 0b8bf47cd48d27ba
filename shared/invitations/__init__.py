"""Inviting prescribers to enroll themselves, by e-mail, and whom an invitation lets in."""
