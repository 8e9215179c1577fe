"""Requests to the owner of the policy, from asking to deciding, and setting a check to pass: for pages and jobs."""
