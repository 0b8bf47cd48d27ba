"""The rules of prescriptions in the chart: values in, values out; no network, no clock."""
