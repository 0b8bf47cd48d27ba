"""What runs in Lambda besides the bots: the functions that Medplum does not start.

Each stands in a module of its name; Lambda begins with any function, the bots' too, in `entry`. All
of it is in the Lambda package; of the rest of `deploy`, only `deploy/bulk/worker` and
`deploy/relay`.
"""
