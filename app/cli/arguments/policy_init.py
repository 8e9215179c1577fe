"""The arguments of `ospo-gate policy init`."""

from app.cli.arguments import Commands, command

_INIT = """\
Write a first policy that only evaluates, with comments that say why.

  ospo-gate policy init                                        the smallest one that is of use
  ospo-gate policy init --template product                     for software that is handed out
  ospo-gate policy init --template service --from-inventory ~/src/web ~/src/api
                                                               fitted to what these checkouts use
  ospo-gate policy init --template service --server https://gate.example.com
                                                               fitted to all that a service knows

Templates:
  permissive            nothing but permissive licenses
  product               software that customers get
  service               software that customers use over a network
  internal              software for the organization itself
  open-source-project   a project that takes contributions from anybody
  ai                    software that comes with models and data sets

`extends: template:NAME` in a policy of your own stands on one and follows it from release to release: docs/templates.md
"""

#: What `--template` takes.
NAMES = ("starter", "permissive", "product", "service", "internal", "open-source-project", "ai")


def add(verbs: Commands) -> None:
    add = command(verbs, "init", "write a first policy.yaml that only evaluates", _INIT, "app.cli.policy_init:run"
        ).add_argument  # fmt: skip
    add("file", nargs="?", default="policy.yaml", metavar="FILE", help="default: policy.yaml")
    add("--output", metavar="FILE", help="the same; - is standard output")
    add("--template", default="starter", choices=NAMES, metavar="NAME", help="default: starter; one of "
        + ", ".join(NAMES))  # fmt: skip
    add("--from-inventory", nargs="+", default=(), metavar="PATH", help="checkouts or lock files whose licenses the "
        "lists are fitted to; what it would block is shown")  # fmt: skip
    add("--database", action="store_true", help="fit them to the default branches that the service has read, in its "
        "database (OSPO_GATE_DATABASE)")  # fmt: skip
    add("--server", nargs="?", const="", metavar="URL", help="the same of a service elsewhere (default: "
        "OSPO_GATE_SERVER); the token is OSPO_GATE_API_TOKEN")  # fmt: skip
    add("--facts", metavar="FILE", help="with --from-inventory: a facts file that is asked what is known of packages")
    add("--force", action="store_true", help="write over an existing file")
