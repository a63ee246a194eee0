"""Become another program that cannot outlive the process that started it.

Run as a script, before the real program: `launch.py OPTIONS_JSON PROGRAM ARGUMENT...`. It asks the
kernel for a signal at the death of its parent, gives up root where told to, and then executes the
program in its own place, so the process id stays. It is a script of its own because code between
fork and exec is unsafe in a process with threads.

PostgreSQL refuses to run as root. As root we therefore become an ordinary user, but keep the one
capability that walks through closed folders (DAC_OVERRIDE): the state directory and the programs
may lie under a home that only root can enter. A user without a name in the user database is given
one in a user namespace of its own, for initdb looks its name up.
"""

import ctypes
import json
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522
CLONE_NEWUSER = 0x10000000


def main(options_json: str, *program: str) -> None:
    """Replace this process by `program`, under the options of `plimsoll.embedded.child`."""
    options = json.loads(options_json)
    libc = ctypes.CDLL(None, use_errno=True)
    if options.get("user") is not None:
        give_up_root(libc, options["user"], options["group"])
    if options.get("name_as") is not None:
        take_name_of(libc, options["name_as"])
    check(libc.prctl(PR_SET_PDEATHSIG, options["death_signal"], 0, 0, 0))
    if os.getppid() != options["parent"]:  # it died before we could ask
        os.kill(os.getpid(), signal.SIGKILL)
    os.execv(program[0], program)


def give_up_root(libc: ctypes.CDLL, user: int, group: int) -> None:
    """Become `user`, keeping only the capability to pass closed folders, across exec too."""
    check(libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
    os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)
    mask = 1 << CAP_DAC_OVERRIDE
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
    if libc.capset(ctypes.byref(header), ctypes.byref(data)) == 0:
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def take_name_of(libc: ctypes.CDLL, named_user: int) -> None:
    """Appear as `named_user` to ourselves; towards files and others nothing changes."""
    user, group = os.getuid(), os.getgid()
    check(libc.unshare(CLONE_NEWUSER))
    for file, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{named_user} {user} 1"),
        ("gid_map", f"{named_user} {group} 1"),
    ):
        with open(f"/proc/self/{file}", "w") as handle:
            handle.write(text)


def check(result: int) -> None:
    """Raise the error of the C library when a call has failed."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


if __name__ == "__main__":
    main(*sys.argv[1:])
