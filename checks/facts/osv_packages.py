"""OSV, asked for all advisories of a package instead of those of a version: for who must judge any version later."""

from checks.facts import osv

SOURCE = osv.SOURCE
answers = osv.answers
requests = osv.package_requests
read = osv.read
