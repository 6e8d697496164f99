"""The council's return of looked-after children, in the columns of 2026: a folder with one CSV file per table."""

from contextlib import AbstractContextManager, ExitStack
from datetime import date, timedelta
from pathlib import Path
from random import Random
from types import TracebackType

from heard.demo.cin_census import local_id
from heard.demo.csv_extract import CsvFile
from heard.demo.people import AS_OF, Person
from heard.demo.spelling import Written
from heard.demo.stories import Story, upn_is_needed

FOLDER = "ssda903"
_COLUMNS = {
    "header": "CHILD SEX DOB ETHNIC UPN MOTHER MC_DOB",
    "episodes": "CHILD DECOM RNE LS CIN PLACE PLACE_PROVIDER DEC REC REASON_PLACE_CHANGE HOME_POST PL_POST URN",
    "missing": "CHILD DOB MISSING MIS_START MIS_END",
    "oc2": "CHILD DOB SDQ_SCORE SDQ_REASON CONVICTED HEALTH_CHECK IMMUNISATIONS TEETH_CHECK HEALTH_ASSESSMENT "
    "SUBSTANCE_MISUSE INTERVENTION_RECEIVED INTERVENTION_OFFERED",
    "oc3": "CHILD DOB IN_TOUCH ACTIV ACCOM",
    "reviews": "CHILD DOB REVIEW REVIEW_CODE",
}


def _uk(day: date | None) -> str:
    return day.strftime("%d/%m/%Y") if day else ""


class Ssda903(AbstractContextManager["Ssda903"]):
    source = "ssda903"

    def __init__(self, folder: Path) -> None:
        folder.joinpath(FOLDER).mkdir(exist_ok=True)
        self._stack = ExitStack()
        self._files = {
            name: self._stack.enter_context(CsvFile(folder / FOLDER / f"{name}.csv", columns))
            for name, columns in _COLUMNS.items()
        }

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def add(self, rng: Random, child: Person, written: Written, story: Story) -> list[str]:
        """Writes the child into each file that speaks of it, and returns its record id."""
        key, birth = local_id(child), _uk(written.birth or child.birth)
        upn = child.upn if upn_is_needed(story) or rng.random() < 0.9 else "UN4"
        self._files["header"].write(key, written.sex, birth, child.ethnicity, upn, "", "")
        self._write_episode(rng, key, written)
        self._files["reviews"].write(key, birth, _uk(AS_OF - timedelta(days=rng.randint(10, 180))), "PN1")
        self._write_missing(rng, key, birth, story)
        self._write_outcomes(rng, key, birth, story)
        if child.age >= 17:
            self._files["oc3"].write(
                key, birth, "YES", rng.choice(("F2", "P2", "G5")), rng.choice(("B1", "K1", "T1"))
            )
        return [key]

    def _write_episode(self, rng: Random, key: str, written: Written) -> None:
        began = AS_OF - timedelta(days=rng.randint(370, 1500))
        place, provider = rng.choice(
            (("U4", "PR1"), ("U6", "PR4"), ("U1", "PR1"), ("K2", "PR4"), ("P1", "PR0"))
        )
        need = rng.choice(("N1", "N1", "N4", "N5", "N8"))
        self._files["episodes"].write(
            key, _uk(began), "S", rng.choice(("C2", "V2")), need, place, provider, "", "", "", written.postcode, "", ""
        )  # fmt: skip

    def _write_missing(self, rng: Random, key: str, birth: str, story: Story) -> None:
        for seen in story.of("ssda903"):
            if code := {"care missing": "M", "care away": "A"}.get(seen.carrier.name):
                back = min(seen.on + timedelta(days=rng.randint(0, 3)), AS_OF)
                self._files["missing"].write(key, birth, code, _uk(seen.on), _uk(back))

    def _write_outcomes(self, rng: Random, key: str, birth: str, story: Story) -> None:
        shown = {seen.carrier.name for seen in story.of("ssda903")}
        misuse = int("care substance misuse" in shown)
        score = rng.randint(17, 30) if "care difficulties" in shown else rng.choice(("", *range(3, 17)))
        helped = rng.choice((0, 1)) if misuse else 0
        reason = "SDQ2" if score == "" else ""
        self._files["oc2"].write(
            key, birth, score, reason, int("care convicted" in shown), 1, 1, 1, 1, misuse, helped, misuse - helped
        )  # fmt: skip
