"""Many enrollments from a file or a search: here with bounded concurrency, or through a queue."""
