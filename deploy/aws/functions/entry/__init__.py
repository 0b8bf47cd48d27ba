"""Where Lambda begins: programs, of which each sets up its process and then imports its function.

Nothing else imports them, because that changes the process.
"""
