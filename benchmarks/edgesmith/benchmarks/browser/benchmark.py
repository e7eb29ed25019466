"""`bench --device browser`: check, serve the page, wait for phones, write a result for each."""

import dataclasses
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from edgesmith.benchmarks.browser.app import bench_app
from edgesmith.benchmarks.browser.config import Served, prepare
from edgesmith.benchmarks.browser.events import AnyEvent
from edgesmith.benchmarks.browser.live import Listener, PhoneBars, PhoneLines
from edgesmith.benchmarks.browser.options import DEFAULT_PORT, BrowserOptions
from edgesmith.benchmarks.browser.outcome import Work, outcome
from edgesmith.benchmarks.browser.phone import Phone
from edgesmith.benchmarks.browser.session import Session, open_session
from edgesmith.benchmarks.browser.welcome import welcome
from edgesmith.benchmarks.devices.several import Outcome
from edgesmith.benchmarks.inputs import check_data, list_data, read_models
from edgesmith.benchmarks.journal import alone
from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.benchmarks.progress import Progress, Silence
from edgesmith.benchmarks.report.render import write_report
from edgesmith.benchmarks.results import BENCH_FILE
from edgesmith.benchmarks.unfinished import measured
from edgesmith.runtime.errors import DeviceError, EdgesmithError, OptionError
from edgesmith.runtime.nativelog import without_chatter
from edgesmith.runtime.web.assets import PageAssets
from edgesmith.runtime.web.server import WebServer
from edgesmith.runtime.web.site import Site, open_site

# Fields of the plan that ask for something which a page cannot do, unless they have their default; and their options.
_FOR_PROCESSES = {
    "engines": "--engine",
    "scenario": "--scenario",
    "processes": "--processes",
    "profile": "--profile",
    "strict": "--strict",
    "install": "--install",
    "remote_python": "--remote-python",
}

Ready = Callable[[WebServer, Site, str], None]


def _say_welcome(_: WebServer, site: Site, path: str) -> None:
    sys.stderr.write(welcome(site, path, picture=sys.stderr.isatty()))


def bench_in_browsers(
    plan: BenchmarkPlan,
    options: BrowserOptions,
    *,
    progress: Progress | None = None,
    ready: Ready = _say_welcome,
) -> list[Outcome]:
    """Serve the plan to every phone that opens the page, then write `bench.json` and reports to a folder for each.

    A phone that measured nothing has an error for a result. `ready` is told once phones can come: the server, its
    place, and the page's path. What phones post is on the disk before it is acknowledged; `plan.resume` goes on with a
    session that was stopped, in any way. Raises `EdgesmithError`: before anything is served for options, models, data,
    the output folder, and a page that is not installed; and `DeviceError` when no phone came.
    """
    progress = Silence() if progress is None else progress
    _require_browsable(plan)
    assets = PageAssets()
    models = tuple(read_models(plan.models))
    data = list_data(plan.data)
    facts = check_data(data, progress)
    with alone(plan.output):
        session = open_session(plan.output, measured(plan, models, facts.sha256), resume=plan.resume)
        with without_chatter():
            served = prepare(models, data.files, plan, session=session.kept.session)
        serving = _Serving(
            session=session, served=served, assets=assets, plan=plan, options=options, ready=ready
        )
        with open_site(options.host, _port(options, session)) as site:
            session.begin(site.port)
            serving.run(site)
        return _write(session, Work(models=models, plan=plan, data=facts, pictures=served.each))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Serving:
    """All that the server needs beside its place."""

    session: Session
    served: Served
    assets: PageAssets
    plan: BenchmarkPlan
    options: BrowserOptions
    ready: Ready

    def run(self, site: Site) -> None:
        """Serve until enough phones have finished, time is over, or somebody says so."""
        listener = self._listener()
        path = f"/{self.session.kept.token}/"

        def hear(phone: Phone, events: Sequence[AnyEvent]) -> None:
            listener.hear(phone, events)
            if self._enough():
                server.stop()

        def begin() -> None:
            self.ready(server, site, path)
            if self._enough():  # of an earlier run of this session
                server.stop()

        app = bench_app(self.session, self.served, self.assets, names=site.addresses.names, heard=hear)
        server = WebServer(app, site, ready=begin)
        with listener, _stopped_after(server, self.options.minutes):
            for phone in self.session.phones.values():
                listener.hear(phone, phone.in_order())
            server.run_at_site()

    def _enough(self) -> bool:
        return self.options.phones is not None and self.session.done >= self.options.phones

    def _listener(self) -> Listener:
        names = [str(entry["file"]) for entry in self.served.config["models"]]
        return PhoneBars(names, self.plan) if sys.stderr.isatty() else PhoneLines(names)


@contextmanager
def _stopped_after(server: WebServer, minutes: float | None) -> Iterator[None]:
    if minutes is None:
        yield
        return
    timer = threading.Timer(60 * minutes, server.stop)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _port(options: BrowserOptions, session: Session) -> int:
    return next(port for port in (options.port, session.kept.port, DEFAULT_PORT) if port is not None)


def _require_browsable(plan: BenchmarkPlan) -> None:
    for field in dataclasses.fields(plan):
        option, value = _FOR_PROCESSES.get(field.name), getattr(plan, field.name)
        if option is not None and value != field.default:
            raise OptionError(
                f"{field.name} {value!r} in a browser: a page has its own engines, and one visit is all there is",
                tip=f"leave out {option}",
            )


def _write(session: Session, work: Work) -> list[Outcome]:
    """A folder for each phone that posted anything."""
    came = [phone for phone in session.phones.values() if phone.events]
    if not came:
        if not session.phones:
            session.forget()
        raise DeviceError(
            "no phone has measured anything", tip="open the printed address on a phone, in the same network"
        )
    return [_write_phone(phone, work) for phone in came]


def _write_phone(phone: Phone, work: Work) -> Outcome:
    plan = dataclasses.replace(work.plan, output=work.plan.output / phone.head.label)
    try:
        result = outcome(phone, work)
    except EdgesmithError as error:
        return Outcome(plan=plan, error=error)
    # Not staged: it may replace what an earlier run of this session wrote, and can be made anew from the journal.
    write_report(result, plan.output)
    result.save(plan.output / BENCH_FILE)
    return Outcome(plan=plan, result=result)
