"""The gateway's rules without any server: keys, problems, what a body means, when it is ready."""
