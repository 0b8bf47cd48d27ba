"""The bots: each answers who the prescriber is and who may ask, and leaves the rest to `shared`.

What stands here is done before anything else is imported.
"""

import gc

# What is imported stays: looking for garbage in it takes a tenth of a bot's start.
gc.set_threshold(50_000, 10, 10)
