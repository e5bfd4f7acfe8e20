"""Every check of the project, one session each: ``nox`` runs those that a change must pass."""

from __future__ import annotations

import nox

nox.needs_version = ">=2025.2"
nox.options.sessions = ["lint", "typing", "tests", "docs"]
nox.options.default_venv_backend = "virtualenv"

PYPROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = ["3.11", "3.12", "3.13"]


def install(session: nox.Session, *groups: str, package: str | None = ".") -> None:
    """Install the wheel built from this tree, and the dependency groups."""
    session.install(*([package] if package else []), *nox.project.dependency_groups(PYPROJECT, *groups))


def build_site(session: nox.Session) -> None:
    """The documentation as a site: no warning, no dead link, no public module left out, nothing from the network."""
    options = ("-q", "-W", "--keep-going", "-E", "-j", "auto", "-d", "site/doctrees")
    session.run("sphinx-build", *options, "docs", "site/html")
    session.run("pytest", "tests/site", env={"MUSICENGINE_SITE": "site/html"})


@nox.session
def lint(session: nox.Session) -> None:
    """Style, import order, docstrings."""
    install(session, "lint", package=None)
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")


@nox.session
def typing(session: nox.Session) -> None:
    """Both type checkers."""
    install(session, "typing")
    session.run("mypy")
    session.run("pyright", env={"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"})


@nox.session
def tests(session: nox.Session) -> None:
    """The tests, against the built wheel, with this Python."""
    install(session, "tests")
    session.run("pytest", *session.posargs)


@nox.session(python=PYTHONS)
def matrix(session: nox.Session) -> None:
    """The tests, against the built wheel, with every Python supported."""
    install(session, "tests")
    session.run("pytest", *session.posargs)


@nox.session
def coverage(session: nox.Session) -> None:
    """The tests with branch coverage."""
    install(session, "tests")
    session.run("coverage", "run", "-m", "pytest", *session.posargs)
    session.run("coverage", "report")


@nox.session
def oracles(session: nox.Session) -> None:
    """The comparisons with the field's reference libraries."""
    install(session, "oracles")
    session.run("pytest", "tests/oracles", *session.posargs)


@nox.session
def scale(session: nox.Session) -> None:
    """Batches on loky and on a Dask cluster of two worker processes."""
    install(session, "scale")
    session.run("pytest", "tests/integration", *session.posargs)


@nox.session
def stress(session: nox.Session) -> None:
    """Many threads, forks and calls, at full numbers."""
    install(session, "tests")
    env = {"MUSICENGINE_STRESS": "1", "OPENBLAS_NUM_THREADS": "1"}
    session.run("pytest", "tests/stress", "-s", *session.posargs, env=env)


@nox.session
def browser(session: nox.Session) -> None:
    """Every view in a headless Chromium, which the machine must have: screenshots, errors, players."""
    install(session, "browser")
    session.run("pytest", "tests/browser", *session.posargs, env={"MUSICENGINE_SCREENSHOTS": session.create_tmp()})


@nox.session
def notebooks(session: nox.Session) -> None:
    """Execute the notebooks and compare them with what they hold; ``-- --write`` keeps what they give now."""
    install(session, "notebooks", package=".[notebook]")
    session.run("python", "tools/run_notebooks.py", *session.posargs)
    session.run("pytest", "tests/notebooks")


@nox.session
def docs(session: nox.Session) -> None:
    """Run every example of the README, the docs and the notebooks, and build the site."""
    install(session, "docs", "site", "notebooks", package=".[notebook]")
    session.run("pytest", "README.md", "docs", *session.posargs)
    session.run("python", "tools/run_notebooks.py")
    build_site(session)


@nox.session
def site(session: nox.Session) -> None:
    """Build the documentation into site/html."""
    install(session, "site")
    build_site(session)


@nox.session
def bench(session: nox.Session) -> None:
    """The latency budget, enforced on the best of many rounds."""
    install(session, "bench")
    session.run("pytest", "benchmarks", "--benchmark-disable-gc", *session.posargs)


@nox.session(python="3.12")
def peers(session: nox.Session) -> None:
    """Cost beside librosa, Essentia and pyloudnorm, as ratios of one run; librosa 1.0 needs Python 3.12."""
    install(session, "peers")
    session.run("python", "benchmarks/peers.py", *session.posargs, env={"OPENBLAS_NUM_THREADS": "1"})
