"""What a favorite is, and which of a clinic's favorites it is; pure."""
