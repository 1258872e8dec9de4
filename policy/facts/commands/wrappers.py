"""Programs that run another program, and interpreters that run what they are given.

What a wrapper runs is judged as a process of its own. An option its row does not know refuses the
argv: it could take the next word as its value, and then another word would be the program.
"""

from __future__ import annotations

from holdfast.policy.facts.commands.spec import Spec

_HELP = " --help --version"
_PERL = (
    "-acfhlnpsStTuUvwWX -0?text -C?text -D?text -e:code -E:code -F?text -i?text -I:code -m:code "
    "-M:code -V?text -x?text"
)

WRAPPERS = (
    Spec("env", "command*", special="env", strict=True, options="-i0v -u:text -C:chdir -S^ "
         "--split-string^ "
         "--ignore-environment --null --unset:text --chdir:chdir --debug --block-signal?text "
         "--default-signal?text --ignore-signal?text --list-signal-handling -a^ --argv0^" + _HELP),
    Spec("sudo", "command*", special="env", strict=True, options="-AbBEHknNPSvKVl -U:text -C:text "
         "-g:text -h^ -p:text "
         "-T:text -u:text --askpass --background --preserve-env?text --set-home --non-interactive "
         "--stdin --user:text --group:text --prompt:text --validate --list --reset-timestamp "
         "--remove-timestamp -e^ --edit^ -i^ --login^ -s^ --shell^ -D^ --chdir^ -R^ --chroot^ "
         "-r^ -t^" + _HELP),
    Spec("doas", "command*", "-nL -u:text -C^ -s^ -a^", strict=True),
    Spec("nohup", "command*", _HELP, strict=True, special="nohup"),
    Spec("setsid", "command*", "-cfw --ctty --fork --wait" + _HELP, strict=True),
    Spec("timeout", "text command*", "-fpv -k:text -s:text --kill-after:text --signal:text "
         "--foreground --preserve-status --verbose" + _HELP, strict=True),
    Spec("nice", "command*", "-# -n:text --adjustment:text" + _HELP, strict=True),
    Spec("ionice", "command*", "-t -c:text -n:text -p^ -P^ -u^ --class:text --classdata:text "
         "--ignore" + _HELP, strict=True),
    Spec("chrt taskset", "text command*", "-abfimorvRc", strict=True),
    Spec("time", "command*", "-apqv -f:text -o:write --format:text --output:write --append "
         "--portability --quiet --verbose" + _HELP, strict=True, special="time"),
    Spec("stdbuf", "command*", "-i:text -o:text -e:text --input:text --output:text --error:text"
         + _HELP, strict=True),
    Spec("unbuffer", "command*", "-p", strict=True),
    Spec("command builtin", "command*", "-pvV", strict=True, special="builtin"),
    Spec("exec", "command*", strict=True),
    # What these run is not judged: their own options, or their applets' options, are not known.
    Spec("busybox toybox flock script scriptreplay unshare nsenter chroot setarch linux32 "
         "linux64 i386 x86_64 uname26 runuser su sg newgrp setpriv capsh prlimit numactl "
         "cgexec systemd-run start-stop-daemon daemonize bwrap firejail proot fakeroot "
         "fakechroot pkexec gosu su-exec runcon tini dumb-init parallel rush entr ltrace "
         "valgrind perf gdb gdbserver lldb rr tmux screen byobu dbus-run-session xvfb-run "
         "faketime rlwrap torsocks torify proxychains proxychains4 tsocks run-parts envdir "
         "envuidgid setuidgid softlimit chpst s6-setuidgid direnv dotenv eatmydata choom "
         "coproc catchsegv ssh-agent at batch crontab run0 machinectl ld.so", special="hides"),
    Spec("xargs", "command*", "-0oprtx -a^ --arg-file^ -d:text -E:text -e?text -I:text -i?text "
         "-L:text -l?text -n:text -P:text -s:text --null --delimiter:text --eof?text "
         "--replace?text --max-lines?text --max-args:text --max-procs:text --max-chars:text "
         "--interactive --no-run-if-empty --verbose --exit --open-tty --process-slot-var:text"
         + _HELP, strict=True, special="xargs"),
    Spec("watch", "command*", "-bcdegptxrw -n:text -q:text --beep --color --differences?text "
         "--errexit --chgexit --exec --interval:text --no-title --precise --no-wrap" + _HELP,
         strict=True, special="watch"),
    Spec("strace", "command*", "-a:text -cCdfFhiknqrtTvVwxyzZ -b:text -e:text -E:text -I:text "
         "-o:write -O:text -p:text -P:text -s:text -S:text -u:text -U:text -X:text",
         strict=True, runs_code=True),
)  # fmt: skip

INTERPRETERS = (
    Spec("sh bash dash ash", "script text*", special="shell", strict=True, options=(
        "-abcefhlmnpruvxCEPTs -o:text -O^ --posix --norc --noprofile --login "
        "--restricted --verbose --noediting --init-file^ --rcfile^ --debugger^ --dump-strings "
        "--help --version")),
    Spec("python", "script any*", "-bBdEhiIOPqsSuvVx -c:code -m:code -W:code -X:code "
         "--help --version --check-hash-based-pycs:text", special="interpreter"),
    Spec("node", "script any*", "-hiv -p:code -c -e:code -r:code -C:text --eval:code --print:code "
         "--require:code --import:code --loader:code --experimental-loader:code --check --test! "
         "--watch --inspect?text --inspect-brk?text --no-warnings --trace-warnings "
         "--trace-uncaught --enable-source-maps --env-file:read --version --help",
         special="interpreter"),
    Spec("ruby", "script any*", "-acdhlnpsSuUvwWxy -0?text -C:chdir -e:code -E:text -F?text "
         "-i?text -I:code -K?text -r:code -T?text --version --help --disable:text --enable:text "
         "--verbose --yjit", special="interpreter"),
    Spec("perl", "script any*", _PERL + _HELP, special="interpreter"),
    # Their strings are not parsed, and what they start with differs from what is: never judged.
    Spec("zsh ksh ksh93 mksh oksh pdksh fish csh tcsh rc es elvish nu xonsh oil osh ysh yash posh "
         "rbash rksh pwsh powershell", special="hides"),
    Spec("php lua luajit tclsh R Rscript julia groovy scala elixir guile expect",
         "script any*", "-v --version --help", runs_code=True, special="interpreter"),
)  # fmt: skip

ALL = (*WRAPPERS, *INTERPRETERS)
