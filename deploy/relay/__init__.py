"""The relay: how a Medplum server that can't name our functions runs the bots all the same.

A JavaScript bot of a few lines (`relay_bot.cjs`) passes each of its runs on to an HTTPS endpoint of
ours, and returns or throws what comes back. `rules` says which calls the endpoint takes; the
endpoint itself is `deploy/aws/functions/relay_endpoint.py`.
"""
