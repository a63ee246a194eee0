"""Do a slow thing once per cache directory, however many stacks start at the same time."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(lock: Path) -> Iterator[None]:
    """Hold an exclusive lock on a file; the kernel lets go of it when the process ends."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with open(lock, "a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def ensure(product: Path, make: Callable[[Path], None]) -> Path:
    """Answer `product`, made first if it is not there.

    `make` gets the path of a draft beside it, which takes the product's name when it is whole; a
    second process waits meanwhile.
    """
    if not product.exists():
        with locked(product.with_name(product.name + ".lock")):
            if not product.exists():
                draft = product.with_name(product.name + ".new")
                make(draft)
                draft.rename(product)
    return product
