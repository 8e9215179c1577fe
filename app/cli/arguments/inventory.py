"""The arguments of `ospo-gate inventory`."""

from app.cli.arguments import Commands, add_no_cache, command

_INVENTORY = """\
List what the manifests at PATH say, without judging it. purl: sorted, unique, one a line.

  ospo-gate inventory .                     every manifest below here
  ospo-gate inventory uv.lock --format json
  ospo-gate inventory package-lock.json --format tree     why each package is there
"""


def add(commands: Commands, summary: str) -> None:
    inventory = command(commands, "inventory", summary, _INVENTORY, "app.cli.inventory:run")
    inventory.add_argument("path", metavar="PATH", help="a manifest or a folder")
    inventory.add_argument(
        "--format", default="table", choices=("purl", "table", "json", "tree"), help="default: table"
    )
    inventory.add_argument("--details", action="store_true", help="purl: add tab-separated line=, scope=, direct=")
    add_no_cache(inventory)
