"""Policies that come with ospo-gate, for `extends: template:NAME`."""

from collections.abc import Mapping

from checks.policy.starter import STARTER

TEMPLATES: Mapping[str, str] = {"starter": STARTER}
