"""Build tools, package managers, test runners and linters.

Most of them run the project's own code: that is what they are for, and `runs_code` says so. What
such code opens is the sandbox profile's to hold; path rules see only what the argv names.
"""

from __future__ import annotations

from holdfast.policy.facts.commands.spec import Spec

_NPM = (
    "-gDEOPSBwysdq --global --save --save-dev --save-exact --save-optional --no-save --production "
    "--silent --force --legacy-peer-deps --no-audit --no-fund --ignore-scripts --prefer-offline "
    "--offline --frozen-lockfile --no-frozen-lockfile --immutable --json --long --depth:text "
    "--omit:text --include:text --workspaces --workspace:text --if-present --yes --dry-run "
    "--tag:text --access:text --otp:text --dev --exact --no-optional --registry:url "
    "--cache:write --userconfig:read --globalconfig:read --script-shell:code --node-options:code "
    "--prefix:chdir --cwd:chdir -C:chdir --help --version"
)
_PIP = (
    "-qvIUy -r:read -c:read -e:package -t:write -i:url -f:package -d:write --requirement:read "
    "--constraint:read --editable:package --target:write --index-url:url --extra-index-url:url "
    "--find-links:package --dest:write --upgrade --upgrade-strategy:text --no-deps --pre --user "
    "--force-reinstall --ignore-installed --no-cache-dir --cache-dir:write --no-index "
    "--only-binary:text --no-binary:text --require-hashes --quiet --verbose --yes --no-input "
    "--disable-pip-version-check --no-build-isolation --break-system-packages --root:write "
    "--prefix:write --dry-run --report:write --outdated --format:text --python:code --proxy^ "
    "--all --files --log:write --isolated --trusted-host:text --cert:read --no-compile "
    "--use-pep517 --config-settings:text --help --version"
)
_CARGO = (
    "-qvr -j:text -F:text --release -p:text --package:text --workspace --all --exclude:text "
    "--lib --bin:text "
    "--bins --example:text --examples --test:text --tests --bench:text --benches --all-targets "
    "--features:text --all-features --no-default-features --target:text --target-dir:write "
    "--manifest-path:read --message-format:text --verbose --quiet --color:text --frozen --locked "
    "--offline --jobs:text --keep-going --no-run --no-fail-fast --doc --profile:text --fix "
    "--allow-dirty --allow-staged --check --open --no-deps --document-private-items --git:url "
    "--path:package --force --root:write --list --edition:text --name:text "
    "--vcs:text "
    "--config:code -Z:code -C:chdir"
)

_NODE = (
    Spec("install i ci add update up upgrade remove rm uninstall un link", "package*", _NPM,
         runs_code=True),
    Spec("run run-script test t start stop restart build dev lint exec x dlx create rebuild",
         "text any*", _NPM, runs_code=True),
    Spec("ls list outdated audit view info show why explain root bin prefix whoami ping search "
         "fund help doctor version config", "text*", _NPM),
    Spec("pack publish init cache dedupe prune", "any*", _NPM, runs_code=True),
)  # fmt: skip
_PIP_VERBS = (
    Spec("install download wheel", "package*", _PIP, runs_code=True),
    Spec("uninstall list show freeze check search help debug", "text*", _PIP),
    Spec("cache config index hash inspect", "any*", _PIP),
)
_PYTHON_VERBS = (
    Spec("run tool", "command*", "-qv --quiet --verbose --frozen --locked --offline --no-sync "
         "--isolated --no-project -p:code --python:code --with:package --extra:text --group:text "
         "--all-extras --dev --no-dev --env-file:read --directory:chdir --project:chdir -m^ "
         "--module^ -s^ --script^", runs_code=True, strict=True),
    Spec("sync lock install add remove update build venv export tree init publish show check "
         "version python self", "package*",
         "-qvnUD -G:text --quiet --verbose --frozen --locked --offline --dev --no-dev --all-extras "
         "--extra:text --group:text --upgrade --upgrade-package:text --no-root --with:text "
         "--without:text --only:text --no-interaction --sync -r:read --requirements:read "
         "-o:write --output-file:write --python:code -p:code --directory:chdir --project:chdir "
         "--index-url:url --index:url --default-index:url --seed --clear --all-packages "
         "--no-install-project --package:text --dry-run --format:text --help --version",
         runs_code=True),
)  # fmt: skip
_CONTAINER = (
    Spec("ps images version info inspect logs top stats port events diff history search login "
         "logout pull start stop restart kill pause unpause wait rename rm rmi tag network volume "
         "system container image context builder buildx manifest", "text*",
         "-aflqstvnd --all --filter:text --format:text --no-trunc --quiet --follow "
         "--tail:text --since:text --until:text --timestamps --force --volumes --size --last:text "
         "--time:text --signal:text --help"),
    Spec("push commit save export load import", "any*", "-aqf -o:write -i:read --output:write "
         "--input:read --all-tags --quiet"),
    Spec("build", "read*", "-q -f:read -t:text --file:read --tag:text --target:text "
         "--build-arg:text --no-cache --pull --quiet --platform:text --progress:text "
         "--label:text --network:text --iidfile:write --rm --force-rm --squash --load --push "
         "-o:code --output:code --secret:code --ssh:code", runs_code=True, deep="*"),
    Spec("run create exec", "text text*",
         "-diPt -e:text -h:text -l:text -m:text -p:text -u:text -w:text -v:volume --detach "
         "--env:text "
         "--env-file:read --interactive --tty --rm --name:text --hostname:text --label:text "
         "--memory:text --cpus:text --publish:text --user:text --workdir:text --volume:volume "
         "--network:text --net:text --pull:text --platform:text --restart:text --entrypoint:code "
         "--read-only --init --tmpfs:text --cap-drop:text --cap-add:text --security-opt:text "
         "--shm-size:text --ulimit:text --cidfile:write", runs_code=True, strict=True),
    Spec("compose", "text any*", "-p:text -f:read --file:read --project-name:text --profile:text "
         "--env-file:read --project-directory:chdir -d --detach --build -v --volumes",
         runs_code=True),
    Spec("cp", "from* to", "-aLq --archive --follow-link --quiet"),
)  # fmt: skip
_KUBE = (
    "-n:text -l:text -o:text -c:text -L:text -f:package -k:read -AwRipt --namespace:text "
    "--selector:text --output:text --container:text --filename:package --kustomize:read "
    "--all-namespaces --watch --all --follow --tail:text --since:text --previous --timestamps "
    "--context:text --cluster:text --user:text --kubeconfig:read --dry-run?text --force "
    "--grace-period:text --wait?text --timeout:text --replicas:text --type:text --patch:text "
    "--from-literal:text --from-file:form --show-labels --sort-by:text --field-selector:text "
    "--no-headers --ignore-not-found --recursive --cascade?text --server-side --overwrite "
    "--for:text --image:text --port:text --target-port:text --name:text --as:text "
    "--delete-emptydir-data --ignore-daemonsets --raw^ --token:text --server^ -s^"
)
_TERRAFORM = (
    "-auto-approve -chdir:chdir -compact-warnings -destroy -input:text -json -lock:text "
    "-lock-timeout:text -no-color -out:write -parallelism:text -refresh:text -refresh-only "
    "-replace:text -state:update -state-out:write -target:text -var:text -var-file:read "
    "-backup:write -backend:text -backend-config:any -reconfigure -migrate-state -upgrade "
    "-check -diff -recursive -write:text -raw -detailed-exitcode -help -version -from-module^ "
    "-plugin-dir:code -force"
)
_GO = (
    "-o:write -v -x -n -a -race -short -count:text -run:text -bench:text -benchmem -timeout:text "
    "-cover -coverprofile:write -covermode:text -coverpkg:text -tags:text -mod:text "
    "-modfile:update "
    "-ldflags:code -gcflags:code -asmflags:code -exec:code -toolexec:code -overlay:code "
    "-p:text -json -m -u -f:text -C:chdir -c -failfast -parallel:text -vet:code -trimpath "
    "-buildvcs:text -cpuprofile:write -memprofile:write -e -deps -test -w -s -d -l"
)

ALL = (
    Spec("make", "text*", "-BdehikLnpqrRsStvw -j?text -l?text -C:chdir -f:read -I:read -o:text "
         "-W:text -O?text -E:code --eval:code --jobs?text --directory:chdir --file:read "
         "--makefile:read --include-dir:read --always-make --keep-going --silent --quiet "
         "--dry-run --just-print --question --touch --version --help --print-directory "
         "--no-print-directory --output-sync?text --trace --warn-undefined-variables --debug?text "
         "--ignore-errors --no-builtin-rules --no-builtin-variables --environment-overrides",
         runs_code=True),
    Spec("npm yarn pnpm", options=_NPM, subcommands=_NODE, special="bare"),
    Spec("npx bunx pnpx uvx pipx", "text any*", "-yq --yes --no -p:package --package:package "
         "-c:code --call:code --from:package --with:package --version --help", runs_code=True),
    Spec("cargo", options=_CARGO, subcommands=(
        Spec("build check test run bench clippy doc b c t r rustc fix nextest fmt", "text*", _CARGO,
             runs_code=True),
        Spec("clean update fetch tree metadata search add remove generate-lockfile vendor "
             "verify-project locate-project pkgid help version audit deny", "text*", _CARGO),
        Spec("install publish package new init uninstall", "any*", _CARGO, runs_code=True),
    )),
    Spec("pip", options=_PIP, subcommands=_PIP_VERBS),
    Spec("uv", options="-qv --quiet --verbose --offline --directory:chdir --project:chdir "
         "--no-cache --cache-dir:write --config-file:read --version --help",
         subcommands=(*_PYTHON_VERBS, Spec("pip", "text package*", _PIP, runs_code=True),
                      Spec("cache help", "text*"))),
    Spec("poetry pdm hatch rye", options="-qvn --quiet --verbose --no-interaction --no-ansi "
         "-C:chdir --directory:chdir --project:chdir --version --help",
         subcommands=_PYTHON_VERBS),
    Spec("pytest", "read*", "-qvxslh -k:text -m:text -n:text -p:code -c:code -W:text -r:text "
         "-o:code "
         "--co --collect-only --maxfail:text --lf --last-failed --ff --failed-first --sw "
         "--stepwise --durations:text --tb:text --cov?text --cov-report:write --cov-config:read "
         "--cov-fail-under:text --no-cov --junitxml:write --junit-xml:write --ignore:text "
         "--ignore-glob:text --deselect:text --rootdir:read --basetemp:delete --confcutdir:read "
         "--strict-markers --strict-config --strict --import-mode:text --disable-warnings "
         "--no-header --no-summary --color:text --capture:text --exitfirst --verbose --quiet "
         "--showlocals --pdb --timeout:text --numprocesses:text --dist:text --fixtures --markers "
         "--cache-clear --version --help --config-file:code --override-ini:code -V "
         "--randomly-seed:text "
         "--log-level:text --log-cli-level:text --log-file:write --doctest-modules --pyargs",
         runs_code=True, strict=False),
    Spec("ruff", options="--version --help -V -h --quiet -q --verbose -v --silent --config:any "
         "--isolated --color:text", subcommands=(
        Spec("check", "read*", "-nqvwe --fix --unsafe-fixes --no-fix --diff --watch "
             "--output-format:text --output-file:write -o:write --select:text --ignore:text "
             "--extend-select:text --extend-ignore:text --exclude:text --target-version:text "
             "--preview --statistics --exit-zero --no-cache --cache-dir:write --config:any "
             "--show-files --show-settings --quiet --verbose --isolated --line-length:text "
             "--force-exclude --add-noqa --per-file-ignores:text --exit-non-zero-on-fix",
             write_if="--fix --add-noqa --unsafe-fixes", default="read"),
        Spec("format", "read*", "-nqv --check --diff --exclude:text --line-length:text "
             "--target-version:text --preview --no-cache --cache-dir:write --config:any --quiet "
             "--verbose --isolated --force-exclude", special="formatter", default="read"),
        Spec("rule config linter clean version help", "text*", "--all --output-format:text"),
    )),
    Spec("mypy", "read*", "-m:text -p:text --strict --config-file:code --python-version:text "
         "--platform:text --ignore-missing-imports --follow-imports:text --no-incremental "
         "--cache-dir:write --show-error-codes --pretty --no-error-summary --exclude:text "
         "--explicit-package-bases --namespace-packages --install-types --non-interactive "
         "--junit-xml:write --html-report:write --txt-report:write --python-executable:code "
         "--no-color-output --warn-unused-ignores --version --help -V -h -v", runs_code=True),
    Spec("black isort", "read*", "-qvSCh -l:text -t:text -c:text --check --diff --color --fast "
         "--safe --line-length:text --target-version:text --exclude:text --include:text "
         "--extend-exclude:text --force-exclude:text --profile:text --check-only --config:read "
         "--settings-path:read --quiet --verbose --workers:text --version --help",
         special="formatter"),
    Spec("pyright", "read*", "-p:read --project:read --level:text --outputjson "
         "--pythonversion:text "
         "--pythonplatform:text --pythonpath:code --stats --verbose --warnings --version --help"),
    Spec("gofmt", "read*", "-d -e -l -s -w -r:text", words=True, write_if="-w"),
    Spec("go", subcommands=(
        Spec("build test vet generate install get tool work", "read*", _GO, words=True,
             runs_code=True),
        Spec("run", "read any*", _GO, words=True, runs_code=True),
        Spec("fmt fix mod clean", "any*", _GO, words=True),
        Spec("version env list doc help", "text*", _GO, words=True),
    )),
    Spec("docker podman nerdctl", options="-D -l:text --debug --log-level:text --version --help -v "
         "-H^ --host^ --context:text --config:read", strict=True, subcommands=_CONTAINER),
    Spec("kubectl oc", options=_KUBE, strict=True, subcommands=(
        Spec("get describe delete logs rollout scale label annotate top explain api-resources "
             "api-versions cluster-info version config auth cordon uncordon drain taint wait "
             "set events expose autoscale create patch", "text*", _KUBE, strict=True),
        Spec("apply diff replace kustomize", "package*", _KUBE, strict=True),
        Spec("exec run debug attach port-forward proxy edit", "text*", _KUBE, runs_code=True,
             strict=True),
        Spec("cp", "from* to", _KUBE, strict=True),
    )),
    Spec("terraform tofu", options="-chdir:chdir -help -version", words=True, subcommands=(
        Spec("plan apply destroy init refresh console test import", "any*", _TERRAFORM, words=True,
             runs_code=True),
        Spec("validate show output providers version graph state workspace get login logout "
             "force-unlock taint untaint", "any*", _TERRAFORM, words=True),
        Spec("fmt", "update*", _TERRAFORM, words=True, default="update"),
    )),
)  # fmt: skip
