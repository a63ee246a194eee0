"""The one error of this package: a reason that a person can act on."""


class EmbeddedError(Exception):
    """A server, a room or the stack could not be started; the text says why and what to do."""
