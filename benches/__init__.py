"""How fast it is: each file measures one thing on servers of its own, beside a reference.

A bench is a module with `run(state)`, which yields results while it goes: `state` is an empty
directory for its servers; growth takes `orders` too. To add one, write the file and name it here.
`plimsoll bench` runs them.
"""

BENCHES = {
    "gate": "benches.gate",
    "order_path": "benches.order_path",
    "verdict": "benches.verdict",
    "matching": "benches.matching",
    "durable": "benches.durable",
    "memory": "benches.memory",
    "ticks": "benches.ticks",
    "owners": "benches.owners",
    "simulate": "benches.simulate",
    "growth": "benches.growth",
}
