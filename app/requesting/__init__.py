"""Requests to the owner of the policy: asking, deciding, and what an approver reads; for pages and jobs alike."""
