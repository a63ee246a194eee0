"""Order-state scenarios: files of steps (client, broker, system) and what must follow each, played
through the real OMS by a player that is gateway, risk and broker (`plimsoll scenario`).
"""
