"""What a command ends with. Scripts rely on these codes: they are few, and don't change."""

from __future__ import annotations

from enum import IntEnum

from gst_ims.core.errors import ImsError


class Exit(IntEnum):
    """The codes that commands end with (docs/reference/cli.md)."""

    DONE = 0
    #: Rows were refused or not sent, or the command couldn't do its work for a reason that has no code of its own.
    REFUSED = 1
    #: The command line, the config file or a file that was given is wrong.
    USAGE = 2
    SIGN_IN = 3
    UNAVAILABLE = 4
    #: The portal isn't done, or it isn't known what it did.
    UNFINISHED = 5
    #: By Ctrl-C.
    INTERRUPTED = 130
    #: Nobody reads what it prints any more, as shells say it of SIGPIPE.
    UNREAD = 141


class Usage(ImsError):
    """What the command was given is wrong: correct it."""


def exit_code(error: ImsError) -> Exit:
    """The code of an error that ends a command."""
    from gst_ims.client import errors
    from gst_ims.connect.errors import AlreadyThere, NotOffered, Unreadable, Unwritable
    from gst_ims.desk.policy.problems import PolicyWrong

    if isinstance(error, Usage | AlreadyThere | NotOffered | Unreadable | Unwritable | PolicyWrong):
        return Exit.USAGE
    if isinstance(
        error,
        errors.SignInNeeded
        | errors.CredentialsMissing
        | errors.Unauthorized
        | errors.Forbidden
        | errors.InvalidSession
        | errors.WrongOtp
        | errors.UnknownTaxpayer,
    ):
        return Exit.SIGN_IN
    if isinstance(error, errors.WaitTimeout | errors.RequestInProgress):
        return Exit.UNFINISHED
    if isinstance(error, errors.CallFailed) and (
        error.repeatable or isinstance(error, errors.TooManySessions | errors.OtpUndelivered | errors.UnexpectedAnswer)
    ):
        return Exit.UNAVAILABLE
    return Exit.REFUSED
