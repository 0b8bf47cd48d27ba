"""The CloudFormation template of the stack: what it consists of, and how it is put together."""
