"""The reference of the bots' inputs and outputs, made from their code; never part of Lambda."""
