"""The whole platform in one thread on virtual time: every room's real core, handlers and loop over
a log and a store in memory, with random clients, a random market, a faulty venue and every fault
that a real machine has. One seed is one history; invariants are checked after every step.

It imports the rooms; nothing imports it. `plimsoll simulate` runs it.
"""
