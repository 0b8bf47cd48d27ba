"""A stand-in for AWS Lambda's Invoke call that runs Python handlers of this process."""
