"""The rules of clinics: values in, values out; no network, no clock."""
