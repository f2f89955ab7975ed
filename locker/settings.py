"""The settings of one cabinet: `config/settings.toml` shows every key.

Read strictly: a wrong key or value is refused with the file, the key, the value and what is
allowed. Relative paths are relative to the settings file. Knows no process and no thread.
"""

from __future__ import annotations

import ssl
import tomllib
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from drivers.profile import BoardProfile, ProfileError, load_profile
from locker.contract.demo_clock import FILE, DemoClock, DemoClockError
from locker.contract.kiosk import DutyHours
from locker.contract.layout import Layout
from locker.core.input import Settings as CoreSettings
from locker.core.place import Place

M = TypeVar("M", bound=BaseModel)

Seconds = Annotated[float, Field(gt=0, le=86_400)]
Count = Annotated[int, Field(ge=0, le=1000)]


class SettingsError(ValueError):
    """A setting is wrong: which file, key and value, and what is allowed."""

    def __init__(self, *, file: str, key: str, value: object, allowed: str) -> None:
        self.file = file
        self.key = key
        self.value = value
        self.allowed = allowed
        super().__init__(f"{file}: {key} = {value!r} is not allowed; allowed: {allowed}")


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class BusSection(_Section):
    """One serial line with lock boards on it."""

    number: int = Field(default=1, ge=1, le=8)
    port: str = Field(min_length=1)
    profile: str = Field(default="shuoming", min_length=1)


class ReaderSection(_Section):
    """A serial line on which codes come in: its port, empty where there is none, and their end."""

    port: str = ""
    baud: Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200] = 9600
    end: Literal["any", "cr", "lf", "crlf", "tab", "silence"] = "any"


class ScannerSection(ReaderSection):
    """The QR scanner's port, and its model."""

    model: Literal["plain", "gm65", "gm812", "gm72", "newland"] = "plain"


class CardReaderSection(ReaderSection):
    """A reader of people's own cards, on a port of its own.

    Without a port it types as a keyboard does, or shares the scanner's; then `fitted` says so.
    """

    fitted: bool = False


class PrinterSection(_Section):
    """The slip printer; none is fitted where `kind` is none."""

    kind: Literal["none", "usb", "serial", "file"] = "none"
    port: str = ""
    baud: Literal[9600, 19200, 38400, 57600, 115200] = 9600
    dots: Literal[384, 512, 576] = 576
    language: Literal["zh_CN", "en"] = "zh_CN"

    @model_validator(mode="after")
    def _has_a_port(self) -> Self:
        if self.kind != "none" and not self.port:
            raise ValueError("a printer needs its port: vvvv:pppp for usb, else a device path")
        return self


class DutySection(_Section):
    """When somebody is there to help. `days`: 1 is Monday, such as "1-5" or "6,7"."""

    who: str = Field(min_length=1, max_length=20)
    days: str = Field(default="1-7", pattern=r"^[1-7](-[1-7])?(,[1-7](-[1-7])?)*$")
    begins: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    ends: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")

    @property
    def hours(self) -> DutyHours:
        """Give the hours as the glass is told them."""
        days: set[int] = set()
        for part in self.days.split(","):
            first, _, last = part.partition("-")
            days |= set(range(int(first), int(last or first) + 1))
        found = tuple(day - 1 for day in sorted(days))
        return DutyHours(
            who=self.who, days=found, begins=_minute(self.begins), ends=_minute(self.ends)
        )


def _minute(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


class CentreSection(_Section):
    """How the centre is reached; an empty `url` means the one of the enrolment."""

    url: str = Field(default="", pattern=r"^(https?://\S*[^/\s])?$")
    ca_file: str = ""


class CoreSection(_Section):
    """Figures of the rules; seconds unless named. See `locker.core.input.Settings`."""

    watch_s: Seconds = 3.0
    late_s: Seconds = 60.0
    ask_s: Seconds = 60.0
    open_untouched_s: Seconds = 120.0
    done_s: Seconds = 8.0
    refusal_s: Seconds = 20.0
    staff_idle_s: Seconds = 120.0
    walk_in_every_s: Seconds = 120.0
    walk_in_keep_free: Count = 4
    keep_for_drop_off: Count = 4
    keep_days: Annotated[int | None, Field(exclude=True)] = None
    """Passed over: files of before have it. What was loaded is kept while a code for it is good."""


class SettingsFile(_Section):
    """The whole file."""

    state_dir: str = Field(min_length=1)
    run_dir: str = Field(min_length=1)
    layout: str = Field(min_length=1)
    short: str = Field(default="", max_length=20)
    kiosk_group: str = Field(default="", max_length=32)
    tech_group: str = Field(default="", max_length=32)
    demo: bool = False
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    bus: tuple[BusSection, ...] = Field(min_length=1, max_length=8, strict=False)
    scanner: ScannerSection = ScannerSection()
    card_reader: CardReaderSection = CardReaderSection()
    printer: PrinterSection = PrinterSection()
    duty: tuple[DutySection, ...] = Field(default=(), max_length=14, strict=False)
    notice: str = Field(default="", max_length=40)
    centre: CentreSection = CentreSection()
    core: CoreSection = CoreSection()

    @model_validator(mode="after")
    def _each_port_once(self) -> Self:
        ports = [bus.port for bus in self.bus]
        ports += [line.port for line in (self.scanner, self.card_reader) if line.port]
        if len(set(ports)) != len(ports):
            raise ValueError("each line needs a port of its own, or none")
        return self

    @model_validator(mode="after")
    def _each_bus_once(self) -> Self:
        numbers = [bus.number for bus in self.bus]
        if len(set(numbers)) != len(numbers):
            raise ValueError("each [[bus]] needs a number of its own")
        return self


@dataclass(frozen=True, slots=True)
class BusSettings:
    """One bus, with its board profile read."""

    number: int
    port: str
    profile: BoardProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that is set, with layout and profiles read and paths made absolute."""

    state_dir: Path
    run_dir: Path
    kiosk_group: str
    tech_group: str
    layout: Layout
    short: str
    demo: bool
    log_level: str
    buses: tuple[BusSettings, ...]
    scanner: ScannerSection
    card_reader: CardReaderSection
    printer: PrinterSection
    duty: tuple[DutyHours, ...]
    notice: str
    centre_url: str
    ca_file: Path | None
    core: CoreSettings

    @property
    def journal(self) -> Path:
        """The journal's file."""
        return self.state_dir / "journal.db"

    def ahead_s(self) -> float:
        """Give by how many seconds its time is ahead of the machine's: only a demo's can be."""
        return DemoClock(self.state_dir).ahead_s() if self.demo else 0.0

    @property
    def reads_cards(self) -> bool:
        """Whether people's own cards are read, whichever way they come in."""
        return self.card_reader.fitted or bool(self.card_reader.port)

    @property
    def places(self) -> tuple[Place, ...]:
        """The compartments as the core knows them, in walking order."""
        top = max(cell.y + cell.height for cell in self.layout.cells)
        walk = sorted(self.layout.cells, key=lambda cell: (cell.x, -cell.y))
        return tuple(
            Place(
                number=cell.number, size=cell.size, handle_mm=cell.handle_mm, order=order,
                top_row=cell.y + cell.height == top,
            )
            for order, cell in enumerate(walk)
        )  # fmt: skip

    def with_port(self, port: str) -> Settings:
        """Give the same settings with another port for the first bus."""
        first, *rest = self.buses
        return replace(self, buses=(replace(first, port=port), *rest))


def load_settings(path: Path) -> Settings:
    """Read the settings file, its layout and its board profiles. Raises SettingsError."""
    table = _toml(path, key="(file)")
    found = _validated(SettingsFile, table, file=str(path))
    base = path.resolve().parent
    layout = _load_layout(found.layout, base=base, file=str(path))
    buses = tuple(_bus(bus, base=base) for bus in found.bus)
    settings = Settings(
        state_dir=base / found.state_dir,
        run_dir=base / found.run_dir,
        kiosk_group=found.kiosk_group,
        tech_group=found.tech_group,
        layout=layout,
        short=found.short,
        demo=found.demo,
        log_level=found.log_level,
        buses=buses,
        scanner=found.scanner,
        card_reader=found.card_reader,
        printer=found.printer,
        duty=tuple(section.hours for section in found.duty),
        notice=found.notice,
        centre_url=found.centre.url,
        ca_file=_certificates(found.centre.ca_file, base=base, file=str(path)),
        core=_core(found, layout, buses),
    )
    check_wiring(settings, file=str(path))
    _check_demo_clock(settings)
    return settings


def _check_demo_clock(settings: Settings) -> None:
    try:
        settings.ahead_s()
    except DemoClockError as error:
        raise SettingsError(
            file=str(settings.state_dir), key=FILE, value="(no number)",
            allowed="seconds, as `demo clock` writes them, or no such file",
        ) from error  # fmt: skip


def _core(found: SettingsFile, layout: Layout, buses: tuple[BusSettings, ...]) -> CoreSettings:
    sizes = tuple(size for size in "SML" if any(cell.size == size for cell in layout.cells))
    profiles = [bus.profile for bus in buses]
    return CoreSettings(
        **found.core.model_dump(),
        sizes=sizes,
        coil_rest_s=max(profile.coil_rest_ms for profile in profiles) / 1000,
        coil_pulses=min(profile.coil_pulses for profile in profiles),
        coil_window_s=max(profile.coil_window_s for profile in profiles),
        prints_slips=found.printer.kind != "none",
        jumps_are_meant=found.demo,
    )


def _bus(section: BusSection, *, base: Path) -> BusSettings:
    name: str | Path = section.profile
    if section.profile.endswith(".toml"):
        name = base / section.profile
    try:
        profile = load_profile(name)
    except ProfileError as error:
        raise SettingsError(
            file=error.file, key=error.key, value=error.value, allowed=error.allowed
        ) from error
    return BusSettings(section.number, section.port, profile)


def _certificates(name: str, *, base: Path, file: str) -> Path | None:
    if not name:
        return None
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(base / name)
    except OSError as error:
        raise SettingsError(
            file=file, key="centre.ca_file", value=name,
            allowed=f"a file of certificates, PEM ({error.strerror or error})",
        ) from error  # fmt: skip
    return base / name


def _load_layout(name: str, *, base: Path, file: str) -> Layout:
    if name.endswith(".toml"):
        path = base / name
        return _validated(Layout, _toml(path, key="layout", named_in=file), file=str(path))
    folder = files("config") / "cabinets"
    found = folder / f"{name}.toml"
    if not found.is_file():
        known = ", ".join(sorted(Path(entry.name).stem for entry in folder.iterdir()))
        allowed = f"the path of a .toml file, or one of the names: {known}"
        raise SettingsError(file=file, key="layout", value=name, allowed=allowed)
    with as_file(found) as path:
        return _validated(Layout, _toml(path, key="layout"), file=str(path))


def check_wiring(settings: Settings, *, file: str) -> None:
    """Each door of the layout must hang on a lock that a configured bus has."""
    profiles = {bus.number: bus.profile for bus in settings.buses}
    for cell in settings.layout.cells:
        key = f"layout: door {cell.number}"
        profile = profiles.get(cell.bus)
        if profile is None:
            allowed = f"a bus of this file: {', '.join(map(str, profiles))}"
            raise SettingsError(file=file, key=f"{key}, bus", value=cell.bus, allowed=allowed)
        if cell.board not in profile.boards:
            allowed = f"a board of the profile: {', '.join(map(str, profile.boards))}"
            raise SettingsError(file=file, key=f"{key}, board", value=cell.board, allowed=allowed)
        if cell.channel > profile.channels:
            allowed = f"1 to {profile.channels}"
            raise SettingsError(
                file=file, key=f"{key}, channel", value=cell.channel, allowed=allowed
            )


def _toml(path: Path, *, key: str, named_in: str | None = None) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(
            file=named_in or str(path), key=key, value=str(path),
            allowed=f"a file that can be read ({error.strerror})",
        ) from error  # fmt: skip
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            file=str(path), key="(file)", value=str(error), allowed="TOML in UTF-8"
        ) from error


def _validated(model: type[M], table: dict[str, Any], *, file: str) -> M:
    try:
        return model.model_validate(table)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"])) or "(file)"
        raise SettingsError(
            file=file, key=key, value=_shown(first), allowed=_allowed(model, first)
        ) from error


def _shown(error: ErrorDetails) -> object:
    return None if error["type"] == "missing" else error["input"]


def _allowed(model: type[BaseModel], error: ErrorDetails) -> str:
    """Say in a few words what would have been right."""
    match error["type"]:
        case "extra_forbidden":
            return "the keys " + ", ".join(_section(model, error["loc"][:-1]).model_fields)
        case "missing":
            return "a value: the key is needed"
        case _:
            text = error["msg"].removeprefix("Value error, ")
            return text.removeprefix("Input should be ")


def _section(model: type[BaseModel], keys: tuple[int | str, ...]) -> type[BaseModel]:
    """Find the model of a nested section; list places are passed over."""
    for key in keys:
        if isinstance(key, str):
            annotation = model.model_fields[key].annotation
            inner = [annotation, *get_args(annotation)]
            model = next(k for k in inner if isinstance(k, type) and issubclass(k, BaseModel))
    return model
