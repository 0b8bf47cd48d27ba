"""How far a project has come from an empty clinic to prescribers at work; nothing is stored."""
