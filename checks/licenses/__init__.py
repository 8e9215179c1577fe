"""SPDX expressions, what packages really declare, and the judgment of both against a policy's lists."""
