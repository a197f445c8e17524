"""Every failure has a type, one per boundary, and a message that says what to do.

LongWriterError
├── InputError         what the user typed or wrote in a file: instruction, plan, settings, batch file
│   ├── SettingError   one setting: its name and what is allowed
│   ├── EditConflict   a text or outline has changed since the edit of it began
│   ├── IntakeError    the pieces that a draft was cut into do not make it up again
│   └── PlanError      no plan could be read from a model's replies; the raw reply is kept in the run
├── RunError           the run folder: locked, damaged, full disk, other settings
├── ModelError         the model behind an endpoint
│   ├── SetupError     it cannot work as configured: unknown model, wrong key, missing package, refused request
│   │   └── PromptTooLong  one prompt does not fit the model's window; others may
│   ├── Unavailable    it did not answer within the retry budget: network, 429, 5xx, cut streams
│   ├── EmptyReply     it answered without text (or spent every token on thinking)
│   │   └── Refused    it said that it will not write this
│   └── TruncatedPrompt  the server read only a part of the prompt
├── Flawed             a text is finished, but not as it should be; its report says how
└── CeilingReached     a ceiling on cost or tokens would be passed; what is written is a valid document

A failure never becomes a value: code that catches one of these either recovers by name or raises.
"""


class LongWriterError(Exception):
    """Root of all failures of this package; the message is one line for a person."""


class InputError(LongWriterError):
    """Something the user gave is unusable."""


class SettingError(InputError):
    """A setting is not as it must be."""

    def __init__(self, source: str, key: str, reason: str) -> None:
        """`source`: the file, or what else holds it; `key`: dotted, "" for the whole; `reason`: what is allowed."""
        super().__init__(f"{source}: {key + ': ' if key else ''}{reason}")
        self.key, self.reason = key, reason


class EditConflict(InputError):  # noqa: N818 - a state of the text
    """What was edited is not any more what the edit began from."""

    def __init__(self, message: str, entry: int) -> None:
        """`entry`: number of the journal's record that holds what it is by now."""
        super().__init__(message)
        self.entry = entry


class IntakeError(InputError):
    """A draft's pieces leave something of it out, hold it twice, or move it."""


class PlanError(InputError):
    """No usable plan in the model's replies."""


class RunError(LongWriterError):
    """The run folder cannot be used as asked."""


class ModelError(LongWriterError):
    """The model failed."""


class SetupError(ModelError):
    """The model cannot work as configured; trying again changes nothing."""


class PromptTooLong(SetupError):  # noqa: N818 - as below
    """One prompt does not fit the model's context window; a shorter one may."""

    def __init__(self, message: str, said: str = "") -> None:
        """`said`: the server's own words."""
        super().__init__(message)
        self.said = said


class Unavailable(ModelError):  # noqa: N818 - a state of the server; the name reads as the field says it
    """The model did not answer within the retry budget; the same command later may go on."""


class EmptyReply(ModelError):  # noqa: N818 - as above
    """The model answered without text."""


class Refused(EmptyReply):
    """The model says that it will not write this; the message holds its words."""


class TruncatedPrompt(ModelError):  # noqa: N818 - as above
    """The server read only a part of the prompt: `read` tokens of it."""

    def __init__(self, message: str, read: int) -> None:
        """`read`: prompt tokens that the server counted."""
        super().__init__(message)
        self.read = read


class Flawed(LongWriterError):  # noqa: N818 - a state of the text
    """A text is finished and delivered, with faults that a person should know of."""


class Stopped(LongWriterError):  # noqa: N818 - a stop the user asked for
    """What was to stop has stopped; what is done is kept, and the same command goes on."""


class CeilingReached(Stopped):
    """The next call would pass the user's ceiling on cost or tokens."""


def first_line(error: BaseException) -> str:
    """The first line of what a library says of an error, its type where it says nothing."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
