"""The actions of `playbook policy`, one module each: `WHAT`, `add_arguments(parser)`, `run(arguments, workspace)`."""
