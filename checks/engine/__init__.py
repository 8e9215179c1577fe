"""From snapshot to report: what changed, what is wanted, what the policy makes of it, and the smallest fix."""
