"""Makes the pictures of the README and the docs; `make pictures` runs it."""
