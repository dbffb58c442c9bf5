"""Carry out a plan: settings, one commit, a look at what runs, and the way back if it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deploying import asking, restoring, tree, waiting
from deploying.hub import Hub
from deploying.plan import TITLE, Past, Plan, Space
from deploying.problems import Code, Refusal, told
from deploying.record import Records
from deploying.waiting import DoesNotRun, Pace, Paused

_DONE = {"create": "created", "update": "updated", "settings": "set up", "unchanged": "checked"}
_LOG_LINES = 40


@dataclass(frozen=True)
class Outcome:
    """What became of one Space.

    Attributes:
        slug: Its name.
        done: What was done, in a few words.
        code: Exit code.
        sentence: What is to be known beside that.
    """

    slug: str
    done: str
    code: Code = Code.DONE
    sentence: str = ""


@dataclass(frozen=True)
class Deployment:
    """How plans are carried out.

    Attributes:
        hub: Where.
        records: What was seen to work before.
        pace: Of waiting.
        private: Whether a new Space is private.
    """

    hub: Hub
    records: Records
    pace: Pace
    private: bool = False

    def carry_out(self, plan: Plan) -> Outcome:
        """Do what a plan says, and see that the Space works.

        Raises:
            Refusal: the Hub refused, or the connection broke. The Space then holds its old tree
                or its new one, and carrying out a new plan does what is left.
        """
        space = plan.space
        head = plan.history[0].oid if plan.history else ""
        if plan.action == "unchanged" and self._known_to_work(plan, head):
            return Outcome(space.slug, "unchanged")
        # Until it was seen to work: a run that is cut short from here on leaves work to the next.
        self.records.note(space.repository, "", well=False)
        if plan.action == "create":
            self._create(plan)
            head = self._first_commit(space)
        else:
            self._set(plan)
        commit = self._commit(plan, head) if plan.changes else head
        before = self._before(plan, commit, head)
        return self._watched(plan, commit, before)

    def _known_to_work(self, plan: Plan, head: str) -> bool:
        """Return whether nothing speaks against a version that is there already."""
        last = self.records.last(plan.space.repository)
        settled = not last or self.records.well(plan.space.repository, head)
        return settled and plan.stage not in waiting.FAILED

    def _create(self, plan: Plan) -> None:
        space = plan.space
        self._hide_secrets(space)
        with told(f"creating {space.repository}"):
            self.hub.api.create_repo(
                space.repository,
                repo_type="space",
                space_sdk="gradio",
                private=self.private,
                space_hardware=space.described.hardware,
                space_sleep_time=plan.sleep_seconds,
                space_variables=_pairs(plan.variables),
                space_secrets=_pairs({name: space.secrets[name] for name in plan.secrets}),
            )

    def _first_commit(self, space: Space) -> str:
        with told(f"looking at {space.repository}"):
            return str(self.hub.api.space_info(space.repository).sha)

    def _set(self, plan: Plan) -> None:
        """Bring the settings up to date; before the upload, or the Space would start twice."""
        api, space = self.hub.api, plan.space
        self._hide_secrets(space)
        with told(f"setting up {space.repository}"):
            for name in plan.secrets:
                api.add_space_secret(space.repository, name, space.secrets[name])
            for name, value in plan.variables.items():
                api.add_space_variable(space.repository, name, value)
            if plan.hardware:
                api.request_space_hardware(space.repository, plan.hardware[1])  # type: ignore[arg-type]
            if plan.sleep_seconds:
                api.set_space_sleep_time(space.repository, plan.sleep_seconds)

    def _hide_secrets(self, space: Space) -> None:
        for value in space.secrets.values():
            self.hub.redactor.hide(value)

    def _commit(self, plan: Plan, head: str) -> str:
        space = plan.space
        bundle = space.bundle
        operations = tree.operations(tree.local(bundle.folder), plan.changes)
        with told(f"writing to {space.repository}"):
            return self.hub.api.create_commit(
                space.repository,
                operations,
                commit_message=f"{TITLE} {bundle.content_hash[:12]} of {bundle.commit[:12]}",
                parent_commit=head,
                repo_type="space",
            ).oid

    def _before(self, plan: Plan, commit: str, head: str) -> Past | None:
        """Return the version to go back to: the one that our last commit replaced."""
        if commit != head:
            return plan.history[0] if plan.history else None
        replaced = len(plan.history) > 1 and plan.history[0].title.startswith(TITLE)
        return plan.history[1] if replaced else None

    def _watched(self, plan: Plan, commit: str, before: Past | None) -> Outcome:
        space = plan.space
        done = _DONE[plan.action]
        print(f"{space.slug}: waiting for {commit[:8]} to run", flush=True)
        try:
            waiting.until_runs(
                self.hub, space.repository, commit, self.pace, fresh=bool(plan.changes)
            )
            wrong = asking.wrong(
                self.hub.api,
                space.repository,
                space.described.smokes,
                space.folder,
                token=self.hub.token,
                pause=self.pace.look,
            )
            if wrong:
                self._show_logs(space, build=False)
        except Paused:
            sentence = f"It is paused: deploy.py restart {space.slug} starts it."
            return Outcome(space.slug, f"{done}, paused", sentence=sentence)
        except DoesNotRun as stage:
            self._show_logs(space, build="RUNTIME" not in str(stage))
            wrong = [f"It does not run: {stage}."]
        self.records.note(space.repository, commit, well=not wrong)
        if not wrong:
            return Outcome(space.slug, f"{done}, answers as expected")
        return self._put_back(space, commit, before, " ".join(wrong))

    def _show_logs(self, space: Space, *, build: bool) -> None:
        lines: list[str] = []
        try:
            with told(f"reading the log of {space.repository}"):
                lines += self.hub.api.fetch_space_logs(space.repository, build=build)
        except Refusal as refusal:
            print(f"  {refusal}")
        for line in lines[-_LOG_LINES:]:
            print(f"  | {line.rstrip()}", flush=True)

    def _put_back(self, space: Space, commit: str, before: Past | None, wrong: str) -> Outcome:
        repository = space.repository
        if before is None or not restoring.runnable(self.hub, repository, before.oid):
            sentence = f"{wrong} There is no version before it to go back to."
            return Outcome(space.slug, "does not work", Code.VERSION, sentence)
        try:
            back = restoring.put_back(self.hub, repository, before, commit)
        except Refusal as refusal:
            sentence = f"{wrong} {refusal} To go back: deploy.py rollback {space.slug} --apply."
            return Outcome(space.slug, "does not work", Code.VERSION, sentence)
        sentence = f"{wrong} The version before it, {before.oid[:8]}, is back as {back[:8]}."
        return Outcome(space.slug, "put back", Code.VERSION, sentence)


def _pairs(values: Mapping[str, str]) -> list[dict[str, str]] | None:
    return [{"key": key, "value": value} for key, value in values.items()] or None
