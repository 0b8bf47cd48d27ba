"""Many enrollments in one process: the enroll bot, run for one prescriber after another.

Who brings the prescribers, how many at once, and where results go is decided by those who use this:
the command `enroll-many`, or the Lambda function that empties a queue.
"""
