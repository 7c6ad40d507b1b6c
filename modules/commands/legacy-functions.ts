/**
 * Shell functions that replace programs of old distributions; the shell finds a function before it searches PATH. Each runs
 * in a subshell, so that it changes no variable of the commands.
 */
export const functions = {
  /** A unit that is ordered after bootagent is started with --no-block: waiting for it would be a deadlock. */
  service: `service() (
  unit=\${1%.service}.service
  case "\${2:-}" in
    forcerestart) verb=restart ;;
    condrestart) verb=try-restart ;;
    force-reload) verb=reload-or-restart ;;
    *) verb=\${2:-status} ;;
  esac
  if [ "$unit" = network.service ] && ! systemctl cat "$unit" >/dev/null 2>&1; then
    echo 'bootagent: there is no service "network" here, and nothing needs it restarted'
    exit 0
  fi
  wait=
  case "$(systemctl show --property=After --value "$unit" 2>/dev/null)" in
    *bootagent*) wait=--no-block ;;
  esac
  systemctl $wait "$verb" "$unit"
)`,

  chkconfig: `chkconfig() (
  case "\${1:-}" in
    --level) shift 2 ;;
    --add) exit 0 ;;
    --del) set -- "$2" off ;;
    --list | '') exec systemctl list-unit-files --type=service ;;
  esac
  case "\${2:-}" in
    on) systemctl enable "\${1%.service}.service" ;;
    off) systemctl disable "\${1%.service}.service" ;;
    reset) systemctl preset "\${1%.service}.service" ;;
    *) systemctl is-enabled --quiet "\${1%.service}.service" ;;
  esac
)`,

  /** An interface that does not exist is replaced by the one of the default route, since interface names have changed. */
  ifconfig: `ifconfig() (
  [ $# -le 1 ] || exec ifconfig "$@"
  name=\${1:-}
  if [ -z "$name" ] || ! ip link show dev "$name" >/dev/null 2>&1; then
    set -- $(ip -4 route show default)
    while [ $# -gt 1 ] && [ "$1" != dev ]; do shift; done
    name=\${2:-}
    # Without a default route, the first that can be reached from elsewhere.
    [ "$name" ] || { set -- $(ip -4 -o addr show scope global); name=\${2:-}; }
  fi
  set -- $(ip -4 -o addr show dev "$name")
  while [ $# -gt 1 ] && [ "$1" != inet ]; do shift; done
  bits=\${2#*/}
  mask= left=\${bits:-32}
  for each in 1 2 3 4; do
    if [ "$left" -ge 8 ]; then part=255 left=$((left - 8)); else part=$((256 - (1 << (8 - left)))) left=0; fi
    mask=$mask\${mask:+.}$part
  done
  read -r mac 2>/dev/null <"/sys/class/net/$name/address"
  printf '%-9s Link encap:Ethernet  HWaddr %s\\n' "$name" "\${mac:-}"
  [ -z "\${2:-}" ] || printf '          inet addr:%s  Mask:%s\\n' "\${2%/*}" "$mask"
)`,

  /** Passes the secret on standard input, which no other process can see. */
  condor_store_cred: `condor_store_cred() (
  left=$# given=
  while [ "$left" -gt 0 ]; do
    if [ "$1" = -p ] && [ "$left" -gt 1 ]; then
      secret=$2 given=yes left=$((left - 2))
      shift 2
    else
      set -- "$@" "$1"
      shift
      left=$((left - 1))
    fi
  done
  if [ "$given" ]; then printf '%s\\n' "$secret" | command condor_store_cred "$@"; else command condor_store_cred "$@"; fi
)`,
} as const;

export type Program = keyof typeof functions;
