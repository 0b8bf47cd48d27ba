"""The rules of enrollment: values in, values out; no network, no clock, no log."""
