"""What is known of an invitation, and what follows from it: values in, values out."""
