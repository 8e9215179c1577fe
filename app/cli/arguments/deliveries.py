"""The arguments of `ospo-gate deliveries`."""

from app.cli.arguments import Commands, command

_DELIVERIES = """\
Look at the webhooks that the service accepted, from its database, OSPO_GATE_DATABASE, while it runs or not. Webhooks
that concern nothing of ours are not kept; what the service found by itself is listed as the event `reconcile`.

  ospo-gate deliveries list --failed              what could not be judged, or is being tried again, and why
  ospo-gate deliveries list --since 2h --repository example/web --format json
  ospo-gate deliveries show 6b1ed1a0-…
  ospo-gate deliveries replay 6b1ed1a0-…          do once more what it asked for
  ospo-gate deliveries replay --from-github 6b1ed1a0-…    have GitHub deliver it again, within three days

exit code: 0 done · 1 with `list --failed`: there are some · 2 usage
"""


def add(commands: Commands, summary: str) -> None:
    verbs = command(commands, "deliveries", summary, _DELIVERIES, "").add_subparsers(
        dest="verb", metavar="VERB", required=True
    )
    many = command(verbs, "list", "the newest ones", _DELIVERIES, "app.cli.deliveries:listed").add_argument
    many("--failed", action="store_true", help="only those whose work failed, or is tried again after an error")
    many("--since", metavar="TIME", help="received since then: 2026-11-20T14:00 (UTC), or 30m, 2h, 3d ago")
    many("--event", metavar="NAME", help="only of this event: pull_request, push, reconcile, …")
    many("--repository", metavar="OWNER/NAME", help="only about this repository")
    many("--limit", metavar="N", type=int, default=50, help="how many (default: 50)")
    many("--format", default="text", choices=("text", "json"), help="default: text")
    one = command(verbs, "show", "all that is known of one", _DELIVERIES, "app.cli.deliveries:show").add_argument
    one("id", metavar="ID", help="GitHub's id of the delivery (X-GitHub-Delivery)")
    one("--format", default="text", choices=("text", "json"), help="default: text")
    again = command(verbs, "replay", "do once more what one asked for", _DELIVERIES, "app.cli.deliveries:replay")
    again.add_argument("id", metavar="ID", help="GitHub's id of the delivery (X-GitHub-Delivery)")
    again.add_argument("--from-github", action="store_true", help="have GitHub deliver it again instead")
