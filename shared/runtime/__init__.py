"""From a Lambda payload to a wired bot and back: the only place that builds clients and logs."""
