"""Names in a program's environment that make it run something else.

Rules of this file:
1. The lists are published. A name on them, whatever its value, sets `runs_code`.
2. `PATH` and its like decide which program a bare name is: with them set, no argv can be judged.
"""

# ruff: noqa: SIM905 - tables are text that a reviewer reads and extends

from __future__ import annotations

from collections.abc import Iterable

from holdfast.policy.facts.model import Unjudgeable
from holdfast.policy.facts.names import quote

RUNS_CODE_NAMES = frozenset(
    """
    BASH_ENV BROWSER CC CFLAGS CPPFLAGS CXX CXXFLAGS CURL_HOME DOCKER_HOST EDITOR ENV FCEDIT
    GCONV_PATH GREP_OPTIONS GZIP HGEDITOR HGRCPATH HOSTALIASES IFS INPUTRC JAVA_TOOL_OPTIONS
    JDK_JAVA_OPTIONS KUBECONFIG KUBE_EDITOR LDFLAGS LESSCLOSE LESSEDIT LESSKEY LESSOPEN LOCPATH
    MAKEFILES MAKEFLAGS MANPAGER MANPATH MAVEN_OPTS NLSPATH NODE_OPTIONS NODE_PATH PAGER
    PROMPT_COMMAND PS4 RES_OPTIONS RSYNC_RSH RUSTC RUSTC_WRAPPER RUSTFLAGS SHELL SHELLOPTS
    SSH_ASKPASS SSH_AUTH_SOCK SSLKEYLOGFILE SUDO_ASKPASS SUDO_EDITOR SVN_EDITOR SVN_SSH TAR_OPTIONS
    TERMINFO TERMCAP TF_CLI_ARGS TF_CLI_CONFIG_FILE TF_PLUGIN_CACHE_DIR TZDIR VIMINIT VISUAL
    WGETRC XDG_CONFIG_DIRS XDG_CONFIG_HOME XDG_DATA_DIRS XDG_DATA_HOME XDG_RUNTIME_DIR
    ZDOTDIR ZIPOPT UNZIP _JAVA_OPTIONS http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
    all_proxy ftp_proxy FTP_PROXY HOME TMPDIR
    """.split()
)
"""These run code, load configuration that can, or send a program somewhere else."""

RUNS_CODE_PREFIXES = (
    "BASH_FUNC_", "BUN_", "CARGO_", "CLASSPATH", "CMAKE_", "COMPOSER_", "DENO_", "DYLD_", "GCC_",
    "GEM_", "GIT_", "GLIBC_", "GO", "GRADLE_", "LD_", "LUA_", "MALLOC_", "NPM_CONFIG_",
    "PERL", "PHP", "PIP_", "POETRY_", "PYTEST_", "PYTHON", "R_", "RIPGREP_", "RUBY", "RUSTUP_",
    "TF_VAR_", "UV_", "VIM", "npm_config_",
)  # fmt: skip
"""So does every name that begins with one of these."""

HARMLESS = frozenset(
    """
    GIT_AUTHOR_DATE GIT_AUTHOR_EMAIL GIT_AUTHOR_NAME GIT_COMMITTER_DATE GIT_COMMITTER_EMAIL
    GIT_COMMITTER_NAME GIT_OPTIONAL_LOCKS GIT_TERMINAL_PROMPT GOARCH GOMAXPROCS GOOS
    GIT_MERGE_AUTOEDIT
    PYTHONDONTWRITEBYTECODE PYTHONHASHSEED PYTHONIOENCODING PYTHONUNBUFFERED PYTHONUTF8
    CARGO_INCREMENTAL CARGO_TERM_COLOR PIP_DISABLE_PIP_VERSION_CHECK PIP_NO_INPUT
    """.split()
)
"""Names with such a prefix that only hold data."""

DECIDES_PROGRAM = frozenset({"PATH", "CDPATH", "FPATH", "EXECIGNORE"})
"""With one of these set, a bare program name could be anything."""


def environment_runs_code(names: Iterable[str]) -> bool:
    """Whether one of these environment names makes a program run something else."""
    found = False
    for name in names:
        if name in DECIDES_PROGRAM:
            raise Unjudgeable(
                "env", f"{quote(name)} decides which program is run", "name the program by its path"
            )
        if name in HARMLESS:
            continue
        found = found or name in RUNS_CODE_NAMES or name.startswith(RUNS_CODE_PREFIXES)
    return found
