"""Whether somebody can prescribe and sign controlled substances, and why not."""
