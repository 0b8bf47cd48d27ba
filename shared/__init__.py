"""The library that every bot stands on; its parts are described in
`docs/explanation/design.md`.

What stands here is done before anything else of it is imported.
"""

import warnings

# The Lambda package has no detector of charsets, and requests warns of that; all we read is JSON.
warnings.filterwarnings("ignore", "Unable to find acceptable character detection")
