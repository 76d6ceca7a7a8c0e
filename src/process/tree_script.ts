/**
 * The helper that ends process trees, for any POSIX `sh`: dash, bash, busybox. It runs in the sandbox as a child of the
 * daemon, like its targets, and needs nothing but `/proc` or `ps`.
 *
 * `sh <hundredths> [e|f]<pid>…` sends SIGTERM to the whole tree of each process, and SIGKILL to what is left after so
 * many hundredths of a second (0: at once). It tells of each, as soon as that is so: `<pid> none`, `<pid> gone`, or
 * `<pid> left <pid>…`.
 */

/**
 * The time that passes between the signals, in hundredths of a second, then the targets. It outlives a daemon that
 * hangs up.
 */
const PRELUDE = `exec 2>/dev/null
trap '' HUP INT TERM PIPE
PATH=$PATH:/usr/bin:/bin
grace=$1 owned= want= hard= turn=0 round=0
shift`;

/**
 * Takes in what lives of some processes: `P_` parent, `G_` group, `S_` session. What was known by a process
 * id that is another's by now is forgotten (`B_` is when it began). A dead process whose threads live is not dead.
 */
const SCAN = `note() { eval "P_$1=$pp G_$1=$gr S_$1=$se; [ \\"\\$B_$1\\" = $be ] || O_$1= B_$1=$be"; }
keep() {
  case $st in [ZX]*) [ $th -gt 1 ] || return 0 ;; esac
  note $1
  live="$live $1"
}
scan() {
  live=
  for p; do look $p && keep $p; done
}`;

/**
 * Finds out whose tree each process is in, `O_`: by its session (`T_`), its parent, or because it was before. A session
 * that is met in a tree was made there, and belongs to it whole, unless a tree's own root was born into it (`N_`), as
 * into the daemon's. Each is looked at by itself before it is taken for one of a tree: a name can make a list of many
 * say anything.
 */
const SORT_OUT = `sort_out() {
  todo=$live more=1
  while [ "$more" ]; do
    more= rest=
    for p in $todo; do
      case $p in 1 | $$ | $PPID) continue ;; esac
      eval "s=\\$S_$p q=\\$P_$p o=\\$O_$p"
      [ "$o" ] || eval "o=\\\${T_$s:-\\$O_$q}"
      if [ -z "$o" ]; then
        rest="$rest $p"
        continue
      fi
      look $p || continue
      note $p
      eval "o=\\$O_$p"
      [ "$o" ] || eval "o=\\\${T_$se:-\\$O_$pp}"
      [ "$o" ] || continue
      eval "[ \\"\\$N_$se\\" ] || T_$se=$o"
      eval O_$p=$o
      more=1
    done
    todo=$rest
  done
}`;

/** Who is left, all together and for each target, `L_`. */
const TALLY = `tally() {
  owned=
  for t in $want; do eval L_$t=; done
  for p in $live; do
    eval "o=\\$O_$p"
    [ "$o" ] && owned="$owned $p" && eval "L_$o=\\"\\$L_$o $p\\""
  done
}`;

/**
 * Signals all that are left: whole groups at a blow, from which nothing escapes by forking, and one by one only what
 * shares the daemon's session. What was stopped goes on, so that it can end.
 */
const STRIKE = `strike() {
  round=$((round + 1))
  for p in $owned; do
    eval "s=\\$S_$p gr=\\$G_$p"
    eval "t=\\$T_$s k=\\$K_$gr"
    if [ "$t" ] && [ $gr -gt 1 ]; then
      [ "$k" = $round ] && continue
      eval K_$gr=$round
      p=-$gr
    fi
    kill -$1 $p
    kill -CONT $p
  done
}`;

/**
 * Looks again where nothing is left to be seen of a target, and its group is there all the same: what forks fast enough
 * is never met where it was listed, but for a group that stands still.
 */
const PROBE = `probe() {
  held=
  for t in $want; do
    eval "l=\\$L_$t"
    for p in $live; do eval "[ \\$G_$p = $t ]" && l=$p; done
    [ -z "$l" ] && kill -STOP -$t && held="$held $t"
  done
  [ "$held" ] || return
  all
  sort_out
  tally
  for t in $held; do kill -CONT -$t; done
}`;

/** Says of the targets of which nothing is left that it is so. */
const REPORT = `report() {
  probe
  rest=
  for t in $want; do
    eval "l=\\$L_$t"
    if [ "$l" ]; then rest="$rest $t"; else echo $t $1; fi
  done
  want=$rest
}`;

/**
 * Looks at processes: by `/proc`, where a name may hold anything, even the end of a line; elsewhere by POSIX `ps`. A
 * shell reads byte by byte, so that `cat` has all of them much sooner. Where of that a field is missing or no number, it
 * comes from a name, and must not get to `eval`.
 */
const SYSTEM = `if [ -r /proc/self/stat ]; then
  cd /proc
  look() {
    x=
    while l=; read -r l || [ "$l" ]; do x="$x$l "; done <$1/stat
    case $x in *\\)*) ;; *) return 1 ;; esac
    fields
  }
  fields() {
    l=\${x#*)}
    case $l in *\\)*) l=\${x##*)} ;; esac
    set -- $l
    st=$1 pp=$2 gr=$3 se=$4 th=\${18} be=\${20}
  }
  all() {
    list=$(cat [0-9]*/stat)
    if [ -z "$list" ]; then
      scan [0-9]*
      return
    fi
    live=
    set -f
    IFS='
'
    set -- $list
    unset IFS
    for x; do
      p=\${x%% *}
      case $p in '' | *[!0-9]*) continue ;; esac
      fields
      case \${be:--}$pp$gr$se$th in *[!0-9]*) look $p || continue ;; esac
      keep $p
    done
    set +f
  }
  known() { scan $owned; }
else
  look() {
    eval "set -- \\$R_$1"
    [ $# = 3 ] || return 1
    st=$1 pp=$2 gr=$3 se=0 th=1 be=1
  }
  list() {
    for p in $ids; do eval R_$p=; done
    ids=
    while read -r p pp gr st l; do eval "R_$p=\\"$st $pp $gr\\"" && ids="$ids $p"; done <<EOT
$(ps -A -o pid= -o ppid= -o pgid= -o stat=)
EOT
  }
  all() { list; scan $ids; }
  known() { all; }
  list
fi
now() { if read -r u l </proc/uptime; then now=$((\${u%.*} * 100 + 1\${u#*.} - 100)); else now=$(date +%s)00; fi; }`;

/**
 * Never touches process 0 (to `kill`, the group of the helper itself), process 1, the daemon, their sessions, or a
 * process that is no child of the daemon. `e<pid>` is one whose end was told: what has its process id is another, but
 * its session is nobody else's. `f<pid>` is one that is known for what it is by whoever asks, and need not be a child of
 * the daemon.
 */
const MAIN = `look $PPID
theirs=$se
look $$
own=$se
eval N_0=1 N_$own=1 N_$theirs=1
for a; do
  t=\${a#[ef]}
  case $t in 0 | 1 | $$ | $PPID | $own | $theirs) echo $t none; continue ;; esac
  if look $t; then
    if [ $a != f$t ] && { [ $a != $t ] || [ $pp != $PPID ]; }; then echo $t none; continue; fi
    [ $se = $t ] || eval N_$se=1
    eval "O_$t=$t B_$t=$be"
  fi
  eval T_$t=$t
  want="$want $t"
done
all
sort_out
tally
report none
now
end=$((now + grace))
if [ $grace = 0 ]; then hard=1 end=$((now + 300)); strike KILL; else strike TERM; fi
while [ "$want" ]; do
  known
  tally
  few=$want
  for t in $want; do
    eval "l=\\$L_$t"
    [ "$l" ] || few=
  done
  if [ "$hard" ] || [ -z "$few" ]; then
    all
    sort_out
    tally
    report gone
  fi
  now
  if [ "$hard" ]; then
    strike KILL
    [ $now -ge $end ] && break
  elif [ $now -ge $end ]; then
    hard=1 end=$((now + 300))
    continue
  fi
  turn=$((turn + 1))
  if [ $turn -gt 12 ]; then sleep 0.05 || sleep 1; elif [ $turn -gt 2 ]; then sleep 0.01 || sleep 1; fi
done
for t in $want; do eval "echo $t left\\$L_$t"; done`;

/** The whole helper. */
export const TREE_SCRIPT: string = [PRELUDE, SCAN, SORT_OUT, TALLY, STRIKE, PROBE, REPORT, SYSTEM, MAIN].join("\n");
