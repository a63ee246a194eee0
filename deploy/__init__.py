"""How a stack is laid out: configuration, migrations, dashboards."""
