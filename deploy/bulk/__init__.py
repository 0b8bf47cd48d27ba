"""Bulk enrollment: the prescribers of a table or a search, several at once here, or by a queue.

`worker` enrolls one prescriber at a call. It is what Lambda runs too, so it is the only part that
is in the Lambda package; everything beside it is for the command `enroll-many`.
"""
