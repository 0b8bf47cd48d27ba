"""The bots on AWS: their package, their CloudFormation stack, and what else runs there."""
