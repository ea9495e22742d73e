"""A stand-in for Slack that speaks its real wire protocol, so that demo, drills and tests need no account.

It shares no code with the Slack adapter: a stand-in that did would share its bugs.
"""

from integrations.simulator.slack.inputs import UserCannot
from integrations.simulator.slack.results import ClickResult, CommandResult, EventReceipt, SubmitResult
from integrations.simulator.slack.screen import Shortcut
from integrations.simulator.slack.server import SlackSimulator

__all__ = ["ClickResult", "CommandResult", "EventReceipt", "Shortcut", "SlackSimulator", "SubmitResult", "UserCannot"]
