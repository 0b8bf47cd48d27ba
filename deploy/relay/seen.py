"""The signatures of calls that were taken, as long as somebody could send them again."""

from threading import Lock

from deploy.relay.rules import MOST_APART_MS


class SeenSignatures:
    """The memory of one process; what another one took, it can't know.

    It holds signatures of our own secret only, so that nobody else can fill it.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._until_ms: dict[str, int] = {}

    def take(self, signature: str, sent_ms: int, now_ms: int) -> bool:
        """Whether this is the first time; of several at once, it is for one.

        Args:
            signature: the call's, which is right.
            sent_ms: when the call says that it was sent, within the time that is allowed.
            now_ms: the time.
        """
        with self._lock:
            self._forget(now_ms)
            if signature in self._until_ms:
                return False
            self._until_ms[signature] = sent_ms + MOST_APART_MS
            return True

    def __len__(self) -> int:
        return len(self._until_ms)

    def _forget(self, now_ms: int) -> None:
        """Forgets what would be refused for its time by now."""
        for one in [one for one, until in self._until_ms.items() if until < now_ms]:
            del self._until_ms[one]
