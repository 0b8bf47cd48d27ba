"""What a run did and was refused: AuditEvents, and the names of what a line of the log says."""
