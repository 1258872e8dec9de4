"""Which paths hold credentials, keys or tokens: the published list, and the test for it.

Rules of this file:
1. The list is data (`SHAPES`), one row per shape with its reason; the docs page is made of it.
2. Matching errs towards sensitive: case is ignored, so are invisible characters, trailing dots
   and spaces, whatever follows a `:` (an alternate stream), and what editors, rotations and
   people add to the names of copies. Somewhere each of those opens, or holds, the very same bytes.
3. A directory makes everything below it sensitive, at any depth, and itself.
"""

from __future__ import annotations

from typing import Literal, NamedTuple
from unicodedata import category, normalize


class Shape(NamedTuple):
    """One row of the published list."""

    kind: Literal["name", "prefix", "suffix", "extension", "directory", "path"]
    patterns: tuple[str, ...]
    holds: str


SHAPES = (
    Shape("prefix", (".env",), "environment files: application secrets"),
    Shape("prefix", ("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_xmss"), "SSH private keys"),
    Shape("suffix", ("_rsa", "_dsa", "_ecdsa", "_ed25519", "deploy_key", "deploy-key"),
          "SSH private keys"),
    Shape("prefix", ("ssh_host_",), "SSH host keys"),
    Shape("prefix", ("client_secret", "service-account", "service_account", "serviceaccount"),
          "cloud service accounts and OAuth clients"),
    Shape("prefix", ("kubeconfig",), "Kubernetes credentials"),
    Shape("prefix", (".vault_pass", "vault_pass", ".vault-pass", ".vault-token"),
          "vault passwords and tokens"),
    Shape("extension", ("pem", "key", "p8", "pk8", "p12", "pfx", "pkcs12", "ppk", "agekey"),
          "private keys"),
    Shape("extension", ("jks", "keystore", "bks", "truststore", "keytab", "kdb", "keychain",
                        "keychain-db"), "key stores"),
    Shape("extension", ("kdbx", "kwallet", "psafe3", "agilekeychain", "opvault", "1pux"),
          "password stores"),
    Shape("extension", ("tfstate", "tfvars"), "Terraform state and variables"),
    Shape("extension", ("env", "secret", "secrets", "credentials", "token", "htpasswd"),
          "secrets by their own name"),
    Shape("extension", ("ovpn", "rdp"), "remote access profiles"),
    Shape("name", ("identity", "authorized_keys", "secring.gpg"), "SSH and OpenPGP keys"),
    Shape("name", (".netrc", "_netrc", ".curlrc", ".wgetrc", ".msmtprc", ".fetchmailrc"),
          "passwords for network clients"),
    Shape("name", (".npmrc", ".yarnrc.yml", ".pypirc", ".pip.conf", ".gemrc", "auth.json",
                   "credentials.toml", "settings-security.xml"), "package registry tokens"),
    Shape("name", (".git-credentials", ".gitcookies", ".hub"), "source forge tokens"),
    Shape("name", ("credentials", ".credentials", "credentials.json", ".credentials.json",
                   "credentials.csv", "credentials.yml", "credentials.yaml", "credentials.db",
                   "credentials.yml.enc", "application_default_credentials.json",
                   "accesstokens.json", "access_tokens.db", "adc.json"), "cloud credentials"),
    Shape("name", (".secrets", "secrets.yml", "secrets.yaml", "secrets.json", "secrets.toml",
                   "secret.yml", "secret.yaml", "secret.json", "secret.toml", "secrets.env",
                   ".secret", "secret.txt", "secrets.txt", "token.txt", ".token", "token.json",
                   "passwords.txt", "password.txt"), "secrets by their own name"),
    Shape("name", (".dockercfg", ".dockerconfigjson", ".terraformrc", "terraform.rc",
                   "credentials.tfrc.json", ".boto", ".s3cfg", "rclone.conf", ".rclone.conf",
                   ".databrickscfg", ".flyrc", "kaggle.json", ".claude.json"),
          "tool and service tokens"),
    Shape("name", (".pgpass", "pgpass.conf", ".my.cnf", ".mylogin.cnf", "wp-config.php"),
          "database passwords"),
    Shape("name", (".htpasswd", "htpasswd", "shadow", "shadow-", "gshadow", "gshadow-",
                   "master.passwd", "sudoers", "opasswd"), "account passwords and rights"),
    Shape("name", ("environ",), "a process's environment"),
    Shape("name", ("logins.json", "key3.db", "key4.db", "login data", "cookies",
                   "cookies.sqlite", "wallet.dat"), "browser and wallet secrets"),
    Shape("name", (".bash_history", ".zsh_history", ".zhistory", ".sh_history", ".ash_history",
                   ".ksh_history", ".history", "fish_history", ".python_history",
                   ".node_repl_history", ".irb_history", ".psql_history", ".mysql_history",
                   ".sqlite_history", ".rediscli_history", ".mongo_history", ".dbshell",
                   "consolehost_history.txt"), "histories: secrets once typed"),
    Shape("directory", (".ssh", ".gnupg", ".password-store", "keychains", "keyrings",
                        ".local/share/kwalletd", "etc/ssl/private", "etc/ssh"), "keys"),
    Shape("directory", (".aws", ".azure", ".kube", ".oci", ".aliyun", ".config/gcloud",
                        ".config/doctl", ".terraform.d", ".pulumi", ".snowflake", ".tsh"),
          "cloud credentials"),
    Shape("directory", (".config/gh", ".config/glab-cli", ".config/hub", ".subversion/auth",
                        ".config/rclone", ".config/op", ".config/sops", ".config/containers",
                        ".1password", ".config/configstore"), "tool and service tokens"),
    Shape("directory", (".secrets", "run/secrets", "etc/sudoers.d", "etc/krb5.keytab.d"),
          "secrets by their own name"),
    Shape("path", (".docker/config.json", ".m2/settings.xml", ".gradle/gradle.properties",
                   ".nuget/nuget.config", ".codex/auth.json", ".mc/config.json",
                   ".dbt/profiles.yml", ".fly/config.yml", "huggingface/token",
                   ".huggingface/token", ".netlify/config.json", ".cargo/credentials.toml",
                   ".bundle/config", ".jupyter/jupyter_server_config.json"),
          "tool and service tokens"),
    Shape("path", (".git/config", ".git/config.worktree"),
          "a repository's remotes, often with a token in the address"),
    Shape("directory", (".git/modules",), "the same of its submodules"),
)  # fmt: skip
"""The published list. A row is added with its reason; none is removed without a changelog line."""

_COPIES = frozenset({
    "bak", "backup", "old", "orig", "save", "tmp", "copy", "swp", "swo",
    "gz", "bz2", "xz", "zst", "zip", "tar", "tgz", *"0123456789",
})  # fmt: skip
"""What stands behind the last dot of a copy's name."""


def _patterns(kind: str) -> frozenset[str]:
    return frozenset(p for shape in SHAPES if shape.kind == kind for p in shape.patterns)


_NAMES = _patterns("name") | {p for p in _patterns("directory") if "/" not in p}
_PREFIXES = tuple(_patterns("prefix"))
_SUFFIXES = tuple(_patterns("suffix"))
_EXTENSIONS = _patterns("extension")
_DIRECTORIES = frozenset(p for p in _patterns("directory") if "/" not in p)
_DEEP_DIRECTORIES = tuple(f"/{p}/" for p in _patterns("directory") if "/" in p)
_TAILS = tuple(f"/{p}" for p in _patterns("path") | _patterns("directory") if "/" in p)
_TAIL_NAMES = frozenset(tail.rpartition("/")[2] for tail in _TAILS)


def is_sensitive(path: str) -> bool:
    """Whether a path, relative or absolute, names credentials, keys or tokens."""
    parent, _, name = path.rpartition("/")
    return sensitive_directory(parent) or sensitive_name(name, parent)


def sensitive_directory(parent: str) -> bool:
    """Whether everything in this directory is sensitive."""
    segments = _fold_path(parent)
    if not _DIRECTORIES.isdisjoint(segments):
        return True
    whole = f"/{'/'.join(segments)}/"
    return any(deep in whole for deep in _DEEP_DIRECTORIES)


def sensitive_name(name: str, parent: str) -> bool:
    """Whether a file of this name in this directory is sensitive by its own shape."""
    folded = _fold(name)
    if "#" in folded:
        folded = folded.strip("#")  # an editor's `#x#` holds `x`
    if _matches(folded, parent):
        return True
    while (shorter := _without_copy(folded)) is not None:
        folded = shorter
        # An editor's `.x.swp` holds `x`, and of a dotfile `..x.swp`.
        if _matches(folded, parent) or _matches(folded[1:], parent):
            return True
    return False


def _matches(name: str, parent: str) -> bool:
    if name in _NAMES or name.startswith(_PREFIXES) or name.endswith(_SUFFIXES):
        return True
    if name.rpartition(".")[2] in _EXTENSIONS and "." in name:
        return True
    if name not in _TAIL_NAMES:
        return False
    return f"/{'/'.join(_fold_path(parent))}/{name}".endswith(_TAILS)


def _without_copy(name: str) -> str | None:
    """Return the name that a copy's was made of, None when it is no copy's."""
    stem, dot, last = name.rpartition(".")
    if dot and last in _COPIES:
        return stem
    return name[:-1] if name[-1:] == "~" else None


def _fold_path(path: str) -> list[str]:
    return [_fold(segment) for segment in path.split("/")]


def _fold(segment: str) -> str:
    """Return what the most lenient file system would take this segment for."""
    if not segment.isascii():
        segment = "".join(c for c in normalize("NFKC", segment) if category(c) != "Cf").casefold()
    if ":" in segment:
        segment = segment.partition(":")[0]
    return segment.lower().rstrip(". ")
