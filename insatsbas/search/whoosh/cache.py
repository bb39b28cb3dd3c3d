"""What was read and reckoned, kept within so many bytes."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any, Generic, TypeVar

from numpy.typing import NDArray

Arrays = TypeVar("Arrays", bound=tuple[NDArray[Any], ...])

# What an entry costs beside its arrays: the key, the tuple, and numpy's own head of each array.
_OVERHEAD = 400


class Cache(Generic[Arrays]):
    """Arrays by key. When there is no more room, what was not asked for longest goes. Safe between threads."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._kept: OrderedDict[Hashable, Arrays] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Arrays | None:
        """What is kept under the key, if anything."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: Hashable, arrays: Arrays) -> Arrays:
        """Keep the arrays, and give them back. They must not be changed from now on."""
        with self._lock:
            before = self._kept.pop(key, None)
            self._kept[key] = arrays
            self.bytes += _size(arrays) - (0 if before is None else _size(before))
            while self.bytes > self.most_bytes and self._kept:
                _, gone = self._kept.popitem(last=False)
                self.bytes -= _size(gone)
        return arrays


def _size(arrays: tuple[NDArray[Any], ...]) -> int:
    return _OVERHEAD + sum(array.nbytes for array in arrays)
