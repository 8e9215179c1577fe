"""A limit on what is spent within some seconds, as a sliding window that also says when there is room again."""

from collections import deque


class Window:
    """At most `most` within `seconds`. Times are seconds of one clock."""

    def __init__(self, seconds: float, most: int) -> None:
        self.seconds = seconds
        self.most = max(1, most)
        self.spent = 0
        self._entries: deque[tuple[float, int]] = deque()
        self._promised = self._to_patient = 0.0

    def room(self, now: float, amount: int, kept_free: int = 0) -> bool:
        """Whether `amount` fits now and leaves `kept_free`. What is larger than the whole limit fits when it is
        empty."""
        self._forget(now)
        return self.spent + min(amount, self.most - kept_free) + kept_free <= self.most

    def promise(self, now: float, amount: int, patient: bool = False) -> float:
        """When `amount` may be tried again. Each one who asks is told another time, at the pace of the limit: were
        it the same for a thousand, all of them would come back for the first place that is free. The `patient` are
        told to come after everybody else, and nobody else waits for them."""
        self._forget(now)
        free, left = now, self.spent
        for at, spent in self._entries:
            if left + amount <= self.most:
                break
            free, left = at + self.seconds, left - spent
        pace = self.seconds / self.most * amount
        last = max(self._promised, self._to_patient) if patient else self._promised
        at = max(free, min(last, now + 24 * self.seconds) + pace)
        if patient:
            self._to_patient = at
        else:
            self._promised = at
        return at

    def spend(self, now: float, amount: int) -> None:
        if amount:
            self._entries.append((now, amount))
            self.spent += amount

    def _forget(self, now: float) -> None:
        while self._entries and self._entries[0][0] + self.seconds <= now:
            self.spent -= self._entries.popleft()[1]
