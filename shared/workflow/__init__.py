"""The use cases: they know both remote systems and own the order of what is done to them."""
