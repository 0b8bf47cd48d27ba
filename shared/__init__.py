"""The library that every bot stands on; its parts are described in CONTRIBUTING.md."""
