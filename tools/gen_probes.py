"""Write a built-in probe corpus: the facts of the intents below, one per line.

A shipped corpus never changes: bundles name it, and their fingerprints were computed over it. So
what is committed is compared with its pin (tests/policy/test_stored.py), never with what today's
normalisers would make of these intents. A new corpus gets a new name, new intents and a new pin.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from holdfast.policy.facts.kinds import facts_of
from holdfast.policy.facts.mentions import UNKNOWN
from holdfast.policy.facts.model import World
from holdfast.policy.facts.stored import store_facts
from holdfast.proto import canonical_json

ROOT = Path(__file__).resolve().parent.parent

WORLD = World(
    workspaces={"main": "/workspace", "docs": "/docs"},
    resolved={
        "api.example.com": ("93.184.216.34",),
        "registry.example.org": ("2606:2800:220:1::1",),
        "plant.internal": ("10.1.2.3",),
        "pump.plant.internal": ("10.1.2.4",),
        "rebind.example.net": ("93.184.216.34", "127.0.0.1"),
    },
    pinned=frozenset({("files", "read")}),
)

READ = """
src/app.py README.md .env .env.local config/.env.production src/deep/er/still/x.rs .git/config
.git/hooks/pre-commit .github/workflows/ci.yml .claude/settings.json .ssh/id_ed25519 key.pem
certs/server.key telemetry/2026/01/pump.csv node_modules/left-pad/index.js docs/index.md a
secrets/prod.json .aws/credentials .npmrc Makefile data/report.pdf src/.hidden/x tests/test_app.py
"""
WRITE = """
src/app.py README.md .env .git/hooks/post-commit .github/workflows/ci.yml .claude/settings.json
telemetry/new.csv docs/index.md package.json Makefile .vscode/tasks.json tests/test_app.py key.pem
"""
EXEC = """
git status|git diff src/app.py|git log --oneline|git diff --output=.git/hooks/post-commit
git -c core.pager=sh log|git push origin main|git push --force origin main|git reset --hard
git commit -m x|git checkout -- .|git clean -fd|git fetch origin|ls|ls -la src|cat src/app.py
cat src/../.env|cat /etc/passwd|grep -rn TODO src|rg secret .|find . -name x|find . -delete
find . -exec rm {} ;|sed -n 1,5p src/app.py|sed -i s/a/b/ src/app.py|awk {print} src/app.py
rm src/old.py|rm -rf src|rm -rf /|cp src/app.py /tmp/x|mv src/a.py src/b.py|mkdir -p build
touch build/x|chmod +x run.sh|tar czf out.tgz src|tar xzf in.tgz|make|make test|cargo build
cargo test|npm install|npm test|npm run build|npx cowsay|pip install requests|pytest -q
python script.py|python -c print(1)|python -m http.server|node app.js|bash run.sh|sh -c ls
./scripts/deploy.sh|/usr/bin/git status|/tmp/evil|curl https://api.example.com/v1
curl -o out.json https://api.example.com/v1|wget https://127.1/|ssh host.example.com uptime
scp src/app.py host.example.com:/tmp|docker run alpine|kubectl get pods|kubectl delete pod x
terraform plan|terraform apply|sudo ls|env FOO=1 ls|xargs -0 echo|echo hello|true|jq .a data.json
tee out.txt|dd if=/dev/zero of=disk.img|unknown-program file.txt|ln -s src link|diff a b
"""
SHELL = (
    "git status && git diff src/app.py",
    "cat src/app.py | grep TODO",
    "echo hi > out.txt",
    "cd src && ls",
    "rm -rf build; make",
    "(cat README.md) 2>/dev/null",
)
URLS = """
https://api.example.com/v1/items?page=2 https://registry.example.org/ https://plant.internal/status
https://pump.plant.internal:8443/valve https://127.1/ http://localhost/ http://[::1]/
http://169.254.169.254/latest/meta-data/ http://10.0.0.1/ https://rebind.example.net/
https://unknown.example.com/ http://0x7f000001/ https://192.168.1.1/admin http://100.64.0.1/
http://224.0.0.1/ https://example.com/
"""
OTHER: tuple[tuple[str, dict[str, object]], ...] = (
    ("tool.echo", {"text": "hello"}),
    ("mcp.call", {"server": "files", "tool": "read", "arguments": {}}),
    ("mcp.call", {"server": "shell", "tool": "run", "arguments": {"x": 1}}),
    ("secret.checkout", {"name": "deploy-token", "destination": "api.example.com", "uses": 1}),
    ("secret.use", {"name": "deploy-token", "destination": "api.example.com"}),
    ("repo.publish", {"remote": "https://git.example.com/acme/web.git", "branch": "main"}),
    (
        "repo.publish",
        {"remote": "https://git.example.com/acme/web.git", "branch": "feature/x", "force": True},
    ),
)


def intents() -> Iterator[tuple[str, dict[str, object]]]:
    """Every intent of the corpus, in its order."""
    for path in READ.split():
        yield "fs.read", {"path": path}
    yield "fs.read", {"path": "guide.md", "workspace": "docs"}
    yield "fs.list", {}
    yield "fs.list", {"path": "src"}
    for path in WRITE.split():
        yield "fs.write", {"path": path, "content": "x" * 100}
        yield "fs.delete", {"path": path}
    yield "fs.write", {"path": "src/large.bin", "content": "x" * 2_000_000}
    for line in EXEC.strip().replace("\n", "|").split("|"):
        yield "process.exec", {"argv": line.split(" ")}
    for command in SHELL:
        yield "shell.exec", {"command": command}
    for url in URLS.split():
        yield "net.request", {"method": "GET", "url": url}
    yield "net.request", {"method": "POST", "url": URLS.split(maxsplit=1)[0], "body": "x" * 5000}
    yield from OTHER


def corpus() -> bytes:
    """Return the corpus as today's normalisers make it."""
    lines = [
        canonical_json.dumps(store_facts(facts_of(kind, params, UNKNOWN, WORLD)))
        for kind, params in intents()
    ]
    return b"\n".join(lines) + b"\n"


def main() -> int:
    """Write a new corpus and say how to pin it; a shipped one is never written again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help="of the new corpus, such as core-2")
    name = parser.parse_args().name
    path = ROOT / "policy" / "probes" / f"{name}.jsonl"
    if path.exists():
        print(f"{path.name} is there already: a shipped corpus never changes", file=sys.stderr)
        return 1
    data = corpus()
    path.write_bytes(data)
    print(f"{path.name}: {len(data.splitlines())} facts, {len(data)} bytes; in CORPORA write")
    print(f'    "{name}": "{hashlib.sha256(data).hexdigest()}",')
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
