"""The time axis of the picture: minutes stay readable beside weeks, because empty stretches are drawn as gaps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

_GAP = 34.0  # width of an empty stretch
_NICE = (15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400, 172800)  # seconds between two ticks
_CLOSEST = 62.0  # between two labels


class Axis:
    """From times to places between `left` and `right`."""

    def __init__(self, times: Sequence[datetime], left: float, right: float) -> None:
        known = sorted(set(times))
        self.start, self.end = known[0], known[-1]
        limit = max((self.end - self.start) * 0.08, timedelta(minutes=2))
        stretches: list[list[datetime]] = [[known[0], known[0]]]
        for each in known[1:]:
            if each - stretches[-1][1] > limit:
                stretches.append([each, each])
            else:
                stretches[-1][1] = each
        room = right - left - _GAP * (len(stretches) - 1)
        # A root keeps a short, busy stretch from vanishing beside a long one.
        weights = [max((end - start).total_seconds(), 20.0) ** 0.5 for start, end in stretches]
        self._pieces: list[tuple[datetime, datetime, float, float]] = []
        self.gaps: list[tuple[float, float, timedelta]] = []
        x = left
        for index, (start, end) in enumerate(stretches):
            width = room * weights[index] / sum(weights)
            self._pieces.append((start, end, x, x + width))
            x += width
            if index + 1 < len(stretches):
                self.gaps.append((x, x + _GAP, stretches[index + 1][0] - end))
                x += _GAP

    def x(self, at: datetime) -> float:
        """The place of a time; one outside the record is drawn at its edge."""
        at = min(max(at, self.start), self.end)
        for index, (start, end, left, right) in enumerate(self._pieces):
            if at <= end:
                if at < start:  # inside a gap
                    before = self._pieces[index - 1]
                    share = (at - before[1]) / (start - before[1])
                    return before[3] + share * (left - before[3])
                return left + (right - left) * ((at - start) / (end - start) if end > start else 0.5)
        return self._pieces[-1][3]

    def ticks(self) -> Iterator[tuple[float, str]]:
        """Places and labels, far enough apart to be read."""
        last = float("-inf")
        for start, end, left, right in self._pieces:
            seconds = (end - start).total_seconds()
            per_label = max(seconds * _CLOSEST / max(right - left, 1), 1)
            step = next((each for each in _NICE if each >= per_label), _NICE[-1])
            at = start
            while at <= end:
                x = self.x(at)
                if x - last >= _CLOSEST:
                    last = x
                    yield x, f"{at:%d %b %H:%M}" if at == start else f"{at:%H:%M:%S}" if step < 60 else f"{at:%H:%M}"
                at = _next(at, step)


def _next(at: datetime, step: int) -> datetime:
    since = int(at.timestamp()) // step * step + step
    return datetime.fromtimestamp(since, at.tzinfo)
