"""What is known of a prescriber, and what follows from it: values in, values out."""
