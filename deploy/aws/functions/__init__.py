"""All Lambda functions beside the bots: what Medplum does not start, each in a module of its name.

They are part of the Lambda package, and nothing else of `deploy` is but `deploy/bulk/worker`.
"""
