"""Version control: git by subcommand, and the forge's own command.

What `runs_code` says here is about the arguments: hooks, aliases, filters and configuration that
already lie in `.git` are protected by the rules on those paths.
"""

from __future__ import annotations

from holdfast.policy.facts.commands.spec import Spec

_DIFF = (
    "-# -abpquwzrtRsDm -M?text -B?text -U?text -S:text -G:text -O:read -C?text -l:text -I:text "
    "--patch "
    "--no-patch --stat?text --numstat --shortstat --dirstat?text --summary --name-only "
    "--name-status --check --raw --unified?text --color?text --no-color --color-words?text "
    "--word-diff?text --word-diff-regex:text --no-renames --find-renames?text "
    "--find-copies?text --ignore-all-space --ignore-space-change --ignore-space-at-eol "
    "--ignore-blank-lines --ignore-submodules?text --exit-code --quiet --text --binary "
    "--abbrev?text "
    "--full-index --minimal --patience --histogram --diff-algorithm:text --diff-filter:text "
    "--pickaxe-all --pickaxe-regex --function-context --inter-hunk-context:text --no-prefix "
    "--src-prefix:text --dst-prefix:text --relative?text --no-ext-diff --no-textconv "
    "--submodule?text --ws-error-highlight:text --compact-summary --output-indicator-new:text "
    "--output-indicator-old:text --cached --staged --merge-base --output:write --ext-diff! "
    "--textconv! "
)
_LOG = (
    "-# -giPEF -n:text -L:lines --oneline --graph --all --branches?text --tags?text --remotes?text "
    "--glob:text --decorate?text --no-decorate --max-count:text --skip:text --since:text "
    "--after:text --until:text --before:text --author:text --committer:text --grep:text "
    "--all-match --invert-grep --merges --no-merges --first-parent --follow --format:text "
    "--pretty?text --abbrev-commit --no-abbrev-commit --date:text --relative-date --reverse "
    "--topo-order --date-order --simplify-by-decoration --full-history --cherry-pick --left-right "
    "--boundary --show-signature --notes?text --no-notes --walk-reflogs --parents --children "
    "--left-only --right-only --cherry --cherry-mark --ancestry-path --dense --sparse --numbered "
    "--summary --email --count --no-walk?text --root --cc --diff-merges:text "
)
_SHORTLOG = (
    "-nsec -w?text --numbered --summary --email --committer --group:text --format:text --all "
    "--since:text --until:text --author:text --no-merges --merges --branches?text --tags?text "
)
_COMMIT = (
    "-asvqnepioS -m:text -F:read -C:text -c:text -t:read -u?text --message:text --file:read "
    "--all --amend --no-edit --no-verify --signoff --allow-empty --allow-empty-message "
    "--author:text --date:text --fixup:text --squash:text --reset-author --quiet --verbose "
    "--dry-run --short --porcelain --branch --only --include --reuse-message:text "
    "--template:read --cleanup:text --trailer:text --no-gpg-sign --gpg-sign?text --status "
    "--no-status --untracked-files?text --pathspec-from-file^ "
)
_MERGE = (
    "-nqvSe -m:text -F:read -X:text -s:code --no-commit --commit --no-edit --edit --ff --no-ff "
    "--ff-only --squash --no-squash --stat --no-stat --abort --continue --quit --quiet --verbose "
    "--no-verify --verify-signatures --strategy:code --strategy-option:text --signoff "
    "--allow-unrelated-histories --autostash --no-autostash --gpg-sign?text --no-gpg-sign "
    "--progress --no-progress --log?text --no-log --message:text --file:read "
)
_FETCH = (
    "-apfknqtuv46 --all --append --prune --prune-tags --tags --no-tags --depth:text "
    "--deepen:text --shallow-since:text --unshallow --force --keep --quiet --verbose "
    "--progress --recurse-submodules?text --no-recurse-submodules --dry-run --multiple "
    "--set-upstream --ipv4 --ipv6 --filter:text --atomic --upload-pack:code "
    "--server-option:text "
)

_GIT = (
    Spec("status", "pread*", "-sbuvz -u?text --short --branch --show-stash --porcelain?text --long "
         "--verbose --untracked-files?text --ignore-submodules?text --ignored?text --column?text "
         "--no-column --ahead-behind --no-ahead-behind --renames --no-renames "
         "--find-renames?text"),
    Spec("diff", "rev*", _DIFF + "-1 -2 -3 -0 --base --ours --theirs --no-index"),
    Spec("log whatchanged", "rev*", _DIFF + _LOG),
    Spec("shortlog", "rev*", _SHORTLOG),
    Spec("show", "rev*", _DIFF + _LOG),
    Spec("diff-tree diff-index diff-files", "rev*", _DIFF + "-r -t --stdin --no-commit-id --root"),
    Spec("rev-parse", "rev*", "-q --verify --quiet --short?text --abbrev-ref?text --symbolic "
         "--symbolic-full-name --show-toplevel --show-prefix --show-cdup --git-dir "
         "--absolute-git-dir --git-common-dir --is-inside-work-tree --is-inside-git-dir "
         "--is-bare-repository --is-shallow-repository --all --branches?text --tags?text "
         "--remotes?text --revs-only --no-revs --flags --no-flags --not"),
    Spec("rev-list name-rev describe merge-base cherry range-diff for-each-ref show-ref "
         "show-branch "
         "var", "rev*", _LOG + "-a --always --dirty?text --tags --long --match:text --exact-match "
         "--candidates:text --contains?text --exclude:text --is-ancestor --fork-point --octopus "
         "--sort:text --heads --verify --hash?text --dereference --name-only --objects -d -s"),
    Spec("ls-files", "pread*", "-cdmoiskutvfz -x:text -X:read --cached --deleted --modified "
         "--others --ignored --stage --unmerged --killed --directory --no-empty-directory "
         "--exclude:text --exclude-from:read --exclude-per-directory:text --exclude-standard "
         "--error-unmatch --full-name --abbrev?text --debug --eol --deduplicate "
         "--recurse-submodules --with-tree:text"),
    Spec("ls-tree", "rev*", "-drtlz --long --name-only --name-status --full-name --full-tree "
         "--object-only --format:text --abbrev?text"),
    Spec("cat-file", "text rev*", "-tspe --textconv! --filters! --batch?text --batch-check?text "
         "--batch-all-objects", head_unless="-t -s -p -e"),
    Spec("blame annotate", "rev*", "-bcefFhlnprstw -L:lines -M?text -C?text -S:read "
         "--show-email --show-name --show-number --line-porcelain --porcelain --date:text "
         "--since:text --root --abbrev?text --contents:read --ignore-rev:text "
         "--ignore-revs-file:read --reverse --color-lines --color-by-age"),
    Spec("grep", "text rev*", "-# -aiIwvhHEGPFnlLzcopqWrr -A:text -B:text -C:text -e:text "
         "-f:read -m:text -O! --open-files-in-pager! --cached --untracked --no-index "
         "--ignore-case --word-regexp --invert-match --full-name --extended-regexp "
         "--basic-regexp --perl-regexp --fixed-strings --line-number --column "
         "--files-with-matches --name-only --files-without-match --count --color?text --no-color "
         "--break --heading --show-function --context:text --after-context:text "
         "--before-context:text --function-context --threads:text --and --or --not --all-match "
         "--quiet --max-depth:text --recursive --no-recursive --recurse-submodules",
         head_unless="-e -f", default="read"),
    Spec("add stage", "pread*", default="pread", options=
         "-nvfipPAuN --dry-run --verbose --force --interactive --patch "
         "--edit! -e! --all --no-all --ignore-removal --update --sparse --intent-to-add --refresh "
         "--ignore-errors --ignore-missing --renormalize --chmod:text --pathspec-from-file^"),
    Spec("rm", "pdelete*", "-frnq --force --dry-run --cached --ignore-unmatch --quiet --sparse "
         "--pathspec-from-file^", deep="-r"),
    Spec("mv", "move* dest", "-fknv --force --dry-run --verbose --sparse", deep="*"),
    Spec("restore", "pwrite*", "-s:text -SWqmp2 --source:text --staged --worktree --quiet "
         "--progress --no-progress --ours --theirs --merge --conflict:text --ignore-unmerged "
         "--overlay --no-overlay --patch --recurse-submodules --pathspec-from-file^"),
    Spec("checkout", "pwrite*", special="discard", options=
         "-b:text -B:text -qftldmp23 --quiet --progress --no-progress "
         "--force --ours "
         "--theirs --track?text --no-track --detach --orphan:text --merge --conflict:text --patch "
         "--guess --no-guess --overlay --no-overlay --recurse-submodules --no-recurse-submodules "
         "--overwrite-ignore --ignore-skip-worktree-bits --pathspec-from-file^"),
    Spec("switch", "text*", special="discard", options=
         "-c:text -C:text -dfmtq --create:text --force-create:text --detach "
         "--guess --no-guess --force --discard-changes --merge --conflict:text --quiet "
         "--track?text --no-track --orphan:text --recurse-submodules"),
    Spec("branch", "text*", "-acCdDfilmMqrtv -u:text --all --remotes --list --delete --force "
         "--move "
         "--copy "
         "--show-current --verbose --quiet --color?text --no-color --column?text --no-column "
         "--contains?text --no-contains?text --merged?text --no-merged?text --points-at:text "
         "--sort:text --format:text --set-upstream-to:text --unset-upstream --track?text "
         "--no-track --ignore-case --abbrev?text --create-reflog"),
    Spec("tag", "text*", "-adflsvi -m:text -F:read -n?text -u:text --annotate --sign --no-sign "
         "--local-user:text --force --delete --verify --list --sort:text --color?text "
         "--column?text "
         "--no-column --contains?text --no-contains?text --merged?text --no-merged?text "
         "--points-at:text --message:text --file:read --cleanup:text --format:text --ignore-case"),
    Spec("commit", "pread*", _COMMIT),
    Spec("reset", "rev*", special="discard", options=
         "-qNp --soft --mixed --hard --merge --keep --quiet --patch "
         "--refresh --no-refresh --intent-to-add --recurse-submodules --pathspec-from-file^"),
    Spec("clean", "pdelete*", "-dfinqxX -e:text --force --dry-run --quiet --interactive "
         "--exclude:text", default="delete", deep="*"),
    Spec("stash", "text pwrite*", special="discard", options=
         "-pkSuaqi -m:text --patch --keep-index --no-keep-index --staged "
         "--include-untracked --all --quiet --message:text --index --stat --pathspec-from-file^"),
    Spec("merge", "text*", _MERGE, special="worktree"),
    Spec("rebase", "text*", special="worktree", options=
         "-x:code --exec:code --root --onto:text --keep-base --continue --skip "
         "--abort --quit --edit-todo! -i! --interactive! --show-current-patch --autosquash "
         "--no-autosquash --autostash --no-autostash --update-refs --no-verify --verify --stat "
         "-nvq "
         "--quiet --verbose --force-rebase --no-ff --rebase-merges?text --fork-point "
         "--no-fork-point --empty:text --apply --merge --strategy:code --strategy-option:text "
         "-s:code -X:text --signoff --reapply-cherry-picks --committer-date-is-author-date -f -m"),
    Spec("cherry-pick revert", "text*", special="worktree", options=
         "-enxsS -m:text -X:text --edit --no-edit --no-commit "
         "--mainline:text --signoff --ff --continue --skip --abort --quit --allow-empty "
         "--keep-redundant-commits --strategy:code --strategy-option:text --gpg-sign?text"),
    Spec("fetch", "repo text*", "-j:text --jobs:text " + _FETCH, strict=True),
    Spec("pull", "repo text*", "-j?text --jobs?text " + _FETCH + _MERGE + "--rebase?text "
         "--no-rebase -r", strict=True, special="worktree"),
    Spec("push", "repo text*", "-dfnquv -o:text --all --branches --mirror --delete --tags "
         "--follow-tags --signed?text --atomic --force --no-force --force-with-lease?text "
         "--no-force-with-lease --force-if-includes --dry-run --porcelain --set-upstream --quiet "
         "--verbose --progress --prune --no-verify --verify --push-option:text --thin --no-thin "
         "--ipv4 --ipv6 --recurse-submodules:text --receive-pack:code --exec:code --repo:repo",
         strict=True ),
    Spec("clone", "clone write", "-lsnqv46 -b:text -o:text -j:text -c:code -u:code --local "
         "--no-hardlinks --shared --no-checkout --bare --mirror --depth:text --branch:text "
         "--single-branch --no-single-branch --no-tags --recurse-submodules?text "
         "--shallow-submodules --shallow-since:text --filter:text --quiet --verbose --progress "
         "--origin:text --jobs:text --sparse --reference:read --reference-if-able:read "
         "--dissociate --separate-git-dir:write --config:code --upload-pack:code --template:code",
         strict=True, special="clone", deep="*"),
    Spec("ls-remote", "repo text*", "-htqbs --heads --tags --refs --quiet --exit-code --get-url "
         "--symref --sort:text --upload-pack:code --exec:code", strict=True),
    Spec("remote", "text*", "-v --verbose", special="remote"),
    Spec("init", "write", "-q -b:text --quiet --bare --initial-branch:text --object-format:text "
         "--shared?text --template:code --separate-git-dir:write",
         default="write", special="init"),
    Spec("apply", "read*", "-# -RNqv -p:text -C:text --stat --numstat --summary --check --index "
         "--cached --3way --reverse --reject --recount --whitespace:text --allow-empty "
         "--exclude:text --include:text --directory:text --verbose --quiet --unidiff-zero "
         "--ignore-whitespace --binary --unsafe-paths^ --apply^",
         special="patch"),
    Spec("am", "read*", "-# -3iksmuqc -p:text -C:text --continue --skip --abort --quit "
         "--show-current-patch --signoff --keep --3way --quiet --no-verify --reject",
         special="patch"),
    Spec("format-patch", "rev*", _DIFF + _LOG + "-k -n -N -s -o:write -v:text "
         "--output-directory:write --stdout --cover-letter --signoff --subject-prefix:text "
         "--start-number:text --keep-subject --attach --inline --thread?text --to:text --cc:text",
         special="patch"),
    Spec("worktree", "text any*", "-vfdq --porcelain --detach --force"),
    Spec("bisect", "text*", "--term-old:text --term-new:text --no-checkout --first-parent",
         special="bisect"),
    Spec("reflog", "rev*", _LOG + _DIFF),
    Spec("notes", "text*", "-m:text -f --list"),
    Spec("config", "text*", "-lz -f:write --global --system --local --worktree --get --get-all "
         "--get-regexp --list --name-only --show-origin --show-scope --type:text --bool --int "
         "--path --null --includes --no-includes --file:write", special="gitconfig"),
    Spec("gc prune pack-refs repack count-objects fsck verify-commit verify-tag "
         "update-index write-tree", "text*", "-adfqvH --auto --quiet --all --prune?text "
         "--aggressive --verbose --human-readable --refresh --really-refresh --raw"),
    Spec("archive", "rev*", "-lv -# -o:write --format:text --output:write --prefix:text --list "
         "--verbose --worktree-attributes --remote:repo --exec:code --add-file:read "
         "--add-virtual-file:text"),
    Spec("check-ignore check-attr", "list*", "-qvzna --quiet --verbose --no-index --stdin --all "
         "--non-matching --cached"),
    Spec("help version", "text*", "-agiwm --all --guides --build-options"),
)  # fmt: skip

_FORGE = (
    "-dfHwacelmrsyQ -R:text --repo:text --json:text -q:text --jq:text -t:text --template:text "
    "--help -b:text -B:text -F:read -L:text -S:text --body:text --body-file:read --title:text "
    "--base:text --head:text --draft --fill --label:text --assignee:text --reviewer:text "
    "--milestone:text --web --state:text --limit:text --author:text --search:text --comments "
    "--merge --squash --rebase --delete-branch --auto --admin --yes --watch --interval:text "
    "--required --log --log-failed --failed --job:text --branch:text --workflow:text "
    "--exit-status --name-only --patch --public --private --add-label:text --remove-label:text "
    "--comment:text --reason:text --approve --request-changes --notes:text --notes-file:read "
    "--generate-notes --prerelease --latest --target:text"
)

ALL = (
    Spec("git", options="-C:chdir -p -P -h -v --paginate --no-pager --version --help -c:code "
         "--config-env:code --exec-path?code --html-path --man-path --info-path --bare "
         "--no-replace-objects --literal-pathspecs --no-optional-locks --git-dir^ --work-tree^ "
         "--namespace^ --glob-pathspecs^ --icase-pathspecs^ --super-prefix^ --attr-source^",
         subcommands=_GIT),
    Spec("gh", options="--help --version -R:text --repo:text", strict=True, subcommands=(
        Spec("pr issue auth label search status project cache ruleset", "text*", _FORGE),
        Spec("run release repo gist", "text any*", _FORGE),
    )),
)  # fmt: skip
