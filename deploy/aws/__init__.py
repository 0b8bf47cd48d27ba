"""The bots on AWS: their package, their CloudFormation stack, and what runs there beside them."""
