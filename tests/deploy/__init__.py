"""What runs the service: the chart, the compose file, rules and dashboards."""
