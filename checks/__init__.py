"""Pure judgment: functions of their arguments, with no network, file, clock or environment in them."""
