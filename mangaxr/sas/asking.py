"""Asking servers for files as they want to be asked: waits, refusals, and when to give up."""

from __future__ import annotations

import threading

import requests

from mangaxr.sas.answers import TransferError, new_session
from mangaxr.sas.retry import Courtesy, Patience

__all__ = ["Asking"]


class Asking:
    """What all threads that ask keep to.

    Parameters
    ----------
    patience
        Timeouts and attempts.
    stop
        Ends all waits when set.
    """

    def __init__(self, patience: Patience, stop: threading.Event) -> None:
        self.patience = patience
        self.stop = stop
        self.courtesy = Courtesy(stop, patience.longest_wait)
        self._local = threading.local()

    @property
    def session(self) -> requests.Session:
        """The session of this thread."""
        if not hasattr(self._local, "session"):
            self._local.session = new_session()
        session: requests.Session = self._local.session
        return session

    def before(self, host: str) -> None:
        """Wait until a host may be asked.

        Raises
        ------
        TransferError
            If it is not to be asked any more.
        """
        self.courtesy.wait(host)
        if reason := self.courtesy.refusal(host):
            raise TransferError(reason, again=False)

    def after(self, host: str, error: TransferError, failures: int) -> None:
        """Wait before the next attempt, if there is to be one.

        Parameters
        ----------
        host
            That was asked.
        error
            What went wrong.
        failures
            Times in a row that it went wrong.

        Raises
        ------
        TransferError
            If there is to be none.
        """
        if not error.again:
            raise error
        if error.wait is not None:
            self.courtesy.hold(host, error.wait)
        if refusal := self.courtesy.refusal(host):
            reason = f"{error.reason}; {refusal}"
            raise TransferError(reason, again=False) from error
        if failures >= self.patience.attempts:
            reason = f"{error.reason} ({failures} times)"
            raise TransferError(reason, again=False, reached=error.reached) from error
        self.courtesy.wait(host, self.patience.backoff(failures) if error.wait is None else 0.0)

    def is_over(self, host: str, error: TransferError) -> bool:
        """Whether a host that failed so will not serve other files either."""
        return not error.reached or bool(self.courtesy.refusal(host))
