"""A broker that misbehaves, for whoever must trust a link: see `plan`, `acts`, `telling`."""
