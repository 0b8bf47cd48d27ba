"""The rules of readiness: values in, values out; nothing unknown is ready."""
