"""GitHub as the settings name it."""

from app.fact_settings import FactEnvironment
from app.github.client import AppKey, GitHubApp, Limits, Reach
from app.github.pull import CentralPolicy, central_policy
from app.service_settings import ServiceSettings
from app.tally import Tally
from checks.model.errors import UsageError


def github_app(settings: ServiceSettings, environment: FactEnvironment, tally: Tally | None = None) -> GitHubApp:
    """The App itself. Raises `UsageError` for settings that cannot work."""
    return GitHubApp(
        settings.app_id,
        AppKey(settings.private_key, settings.private_key_file),
        settings.github_api_url,
        reach=github_reach(settings, environment),
        limits=Limits(settings.github_processes, settings.github_requests, settings.paced, tally=tally),
        version=settings.github_api_version,
    )


def second_app(settings: ServiceSettings, reach: Reach) -> GitHubApp | None:
    """The App that is installed on the policy repository alone, if there is one."""
    if not settings.policy_app_id or not settings.policy_private_key:
        return None
    return GitHubApp(
        settings.policy_app_id,
        AppKey(settings.policy_private_key),
        settings.github_api_url,
        reach=reach,
        limits=Limits(settings.github_processes, settings.github_requests, settings.paced),
        version=settings.github_api_version,
    )


def github_reach(settings: ServiceSettings, environment: FactEnvironment) -> Reach:
    """How GitHub is reached."""
    return Reach(environment.variables, settings.github_ca_file, settings.github_proxy)


def central_place(text: str | None) -> CentralPolicy | None:
    """Where the organization's policy is. Raises `UsageError`."""
    try:
        return central_policy(text) if text else None
    except ValueError as error:
        raise UsageError(f"OSPO_GATE_POLICY: {error}") from None


def is_enterprise_server(settings: ServiceSettings) -> bool:
    """By the path of its API."""
    return settings.github_api_url.rstrip("/").endswith("/api/v3")
