"""What is judged about the vulnerabilities of packages: severity, exploitation, time to fix, accepted statements."""
