"""A room: the toy gateway."""

from tests.integration.toy_stack import gateway

if __name__ == "__main__":
    gateway()
