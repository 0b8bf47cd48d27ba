"""One look at the stack on AWS."""

from collections.abc import Callable, Iterator
from functools import cached_property

from deploy.aws.condition import StackCondition
from deploy.aws.session import AwsRefused, in_words
from deploy.aws.stack import Existing
from deploy.medplum.doctor import stack_checks
from deploy.medplum.doctor.finding import Check, CheckResult, missing


class StackExamination:
    """One look at a stack.

    Args:
        condition: the stack.
        sender: says from which address the project sends e-mail by Amazon SES; "" if it does not.
    """

    def __init__(self, condition: StackCondition, sender: Callable[[], str]) -> None:
        self._condition = condition
        self._sender = sender

    def checks(self) -> Iterator[Check]:
        """Every check of it."""
        stack = f"AWS stack {self._condition.name}"
        yield Check(stack, (), _unless_refused(self._check_stack))
        yield Check("AWS functions", (stack,), _unless_refused(self._check_functions))
        yield Check("AWS invoker", (stack,), _unless_refused(self._check_invoker))
        yield Check("AWS alarms", (stack,), _unless_refused(self._check_alarms))
        yield Check("AWS queues", (stack,), _unless_refused(self._check_queues))
        yield Check("AWS mail", (stack,), _unless_refused(self._check_mail))

    @cached_property
    def _existing(self) -> Existing | None:
        return self._condition.existing()

    def _check_stack(self) -> CheckResult:
        return stack_checks.check_stack(self._condition.name, self._existing)

    def _check_functions(self) -> CheckResult:
        return stack_checks.check_functions(self._condition.functions())

    def _check_invoker(self) -> CheckResult:
        assert self._existing is not None  # noqa: S101 - as the check before found
        policy = self._existing.outputs["InvokePolicyArn"]
        attached = self._condition.roles_that_may_invoke(policy)
        return stack_checks.check_invoker(attached, self._existing.parameters.get("InvokerArn", ""))

    def _check_alarms(self) -> CheckResult:
        names = self._condition.alarm_names()
        return stack_checks.check_alarms(names, self._condition.alarms())

    def _check_mail(self) -> CheckResult:
        assert self._existing is not None  # noqa: S101 - as the check before found
        identity = self._existing.parameters.get("MailIdentityArn", "")
        return stack_checks.check_mail_identity(identity, self._sender())

    def _check_queues(self) -> CheckResult:
        return stack_checks.check_queues(self._condition.queues())


def _unless_refused(look: Callable[[], CheckResult]) -> Callable[[], CheckResult]:
    """The same look, to which AWS's refusal is a finding."""

    def check() -> CheckResult:
        try:
            with in_words():
                return look()
        except AwsRefused as refused:
            return missing(str(refused))

    return check
