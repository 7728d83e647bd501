"""The whole configuration of a team as one YAML file: out, and in again.

What the file names is made or changed through the services that API and admin use; what it leaves
out stays as it is. Applying it twice changes nothing. Secrets are never in it: `env:NAME` says where
the command finds one.
"""
