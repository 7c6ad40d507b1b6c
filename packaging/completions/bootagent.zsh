#compdef bootagent
# Made from the table of commands.
local -a commands
commands=(
  'run:bring this machine to what its metadata and configuration ask'
  'plan:the same as run --dry-run\: print what is due and change nothing'
  'status:how the last boot went, what runs now, and what failed'
  'why:why the last boot failed, in at most ten lines'
  'analyze:what took time in a boot, as text, as a picture or as a trace'
  'report:write one archive for a bug report, with secrets hidden'
  'verify:compare this machine with what was applied to it, and name what no longer holds'
  'detect:which datasources there are, and what was detected of each'
  'query:a value of the metadata of this instance'
  'facts:the facts of this machine, as JSON'
  'config:the merged configuration, with the file and line each value comes from'
  'validate:everything that is wrong with user-data, with line and column, on any machine'
  'explain:what a problem code means and what to do about it'
  'reset:forget what was done, so that the next boot of this machine is a first boot again'
  'seal:remove the identity of this machine, or of an image tree, before it is saved as an image'
  'doctor:check that an image has what it needs, and nothing that belongs to one machine'
  'migrate:the configuration of an image, made from that of cloud-init'
  'version:the version of bootagent'
)
if (( CURRENT == 2 )); then
  _describe command commands
  return
fi
case $words[2] in
  run) _arguments '--dry-run[print what is due and change nothing]' '--retry-failed[only what failed before]' '--root[work on the image tree in DIR instead of this machine]:DIR:_directories' '--user-data[take the user-data from FILE ("-"\: standard input) and ask no source]:FILE:_files' '--seed[take meta-data and user-data from a NoCloud seed in DIR]:DIR:_directories' '--datasource[ask this source and no other]:NAME:' '--facts[plan for the machine whose "bootagent facts" are in FILE]:FILE:_files' '--only[take only these modules (names with commas between)]:MODULE:' '--as-new[forget what was done before\: what would a first boot do now?]' '--force[go through everything again, scripts too, even where bootagent is disabled]' '--detailed-exitcode[exit 10 when changes are due (with --dry-run)]' '--debug[print also the modules that were applied before]' '--format[text (default) or json]:FORMAT:(text json)' '*:argument:' ;;
  plan) _arguments '--root[work on the image tree in DIR instead of this machine]:DIR:_directories' '--user-data[take the user-data from FILE ("-"\: standard input) and ask no source]:FILE:_files' '--seed[take meta-data and user-data from a NoCloud seed in DIR]:DIR:_directories' '--datasource[ask this source and no other]:NAME:' '--facts[plan for the machine whose "bootagent facts" are in FILE]:FILE:_files' '--only[take only these modules (names with commas between)]:MODULE:' '--as-new[forget what was done before\: what would a first boot do now?]' '--force[go through everything again, scripts too, even where bootagent is disabled]' '--detailed-exitcode[exit 10 when changes are due (with --dry-run)]' '--debug[print also the modules that were applied before]' '--format[text (default) or json]:FORMAT:(text json)' '*:argument:' ;;
  status) _arguments '--wait[wait until the run at work has ended]' '--timeout[wait no longer than this (exit 124)]:SECONDS:' '--root[work on the image tree in DIR instead of this machine]:DIR:_directories' '--format[text (default) or json]:FORMAT:(text json)' '*::' ;;
  why) _arguments '--root[work on the image tree in DIR instead of this machine]:DIR:_directories' '--format[text (default) or json]:FORMAT:(text json)' '*::' ;;
  analyze) _arguments '--boot[0\: the last boot (default), 1\: the one before it; or a boot ID]:BOOT:' '--svg[write the timeline as an SVG picture]:FILE:_files' '--html[write the timeline as a page with the picture and tables]:FILE:_files' '--perfetto[write Chrome trace events, for ui.perfetto.dev]:FILE:_files' '--root[work on the image tree in DIR instead of this machine]:DIR:_directories' '--format[text (default) or json]:FORMAT:(text json)' '*:argument:' ;;
  report) _arguments '--out[write it to FILE; default\: bootagent-report-TIME.tar.gz here]:FILE:_files' '--root[work on the image tree in DIR instead of this machine]:DIR:_directories' '--format[text (default) or json]:FORMAT:(text json)' '*::' ;;
  verify) _arguments '--root[work on the image tree in DIR instead of this machine]:DIR:_directories' '--format[text (default), json or prometheus]:FORMAT:(text json prometheus)' '*::' ;;
  detect) _arguments '--root[work on the image tree in DIR instead of this machine]:DIR:_directories' '--format[text (default) or json]:FORMAT:(text json)' '*::' ;;
  query) _arguments '--list-keys[print the names of the values at PATH, without the values]' '--template[print this Jinja template, rendered with the metadata]:TEXT:' '--root[work on the image tree in DIR instead of this machine]:DIR:_directories' '--format[text (default) or json]:FORMAT:(text json)' '*:argument:' ;;
  facts) _arguments '--root[work on the image tree in DIR instead of this machine]:DIR:_directories' '--format[text (default) or json]:FORMAT:(text json)' '*::' ;;
  config) _arguments '--root[work on the image tree in DIR instead of this machine]:DIR:_directories' '--user-data[lay this user-data over it]:FILE:_files' '--show-secrets[print passwords, keys and tokens too]' '--format[text (default) or json]:FORMAT:(text json)' '*::' ;;
  validate) _arguments '--image-config[the files are configuration of an image, as are those below etc/bootagent\: they need no #cloud-config line]' '--template[Terraform, Ansible or Helm still fills in the files\: every mark of their templates counts as a value not yet known]' '--strict[exit 4 for warnings too]' '--format[text (default), json, github (annotations of a workflow run) or sarif (code scanning)]:FORMAT:(text json github sarif)' '*:argument:_files' ;;
  explain) _arguments '--format[text (default) or json]:FORMAT:(text json)' '*:argument:' ;;
  reset) _arguments '--yes[do it; without this it is only printed]' '--root[work on the image tree in DIR instead of this machine]:DIR:_directories' '--format[text (default) or json]:FORMAT:(text json)' '*::' ;;
  seal) _arguments '--yes[do it; without this it is only printed]' '--force[even a machine in service]' '--list[the operations, and why there is each of them]' '--only[only these operations (with commas between)]:NAMES:' '--skip[all but these]:NAMES:' '--poweroff[power the machine off when all went well]' '--root[work on the image tree in DIR instead of this machine]:DIR:_directories' '--format[text (default) or json]:FORMAT:(text json)' '*::' ;;
  doctor) _arguments '--disk[look at this disk or disk image (raw or qcow2) too]:FILE:_files' '--only[only these checks (with commas between)]:NAMES:' '--skip[all but these]:NAMES:' '--list[the checks, and why there is each of them]' '--fix[repair what can be repaired without harm]' '--dry-run[with --fix\: print what would be repaired]' '--root[work on the image tree in DIR instead of this machine]:DIR:_directories' '--format[text (default), json or junit]:FORMAT:(text json junit)' '*::' ;;
  migrate) _arguments '--write[install it as /etc/bootagent/conf.d/50-cloud-init.yaml]' '--force[with --write\: replace the file if it exists]' '--show-secrets[print passwords, keys and tokens too]' '--format[text (default) or json]:FORMAT:(text json)' '--root[work on the image tree in DIR instead of this machine]:DIR:_directories' '*:argument:' ;;
  version) _arguments '--format[text (default) or json]:FORMAT:(text json)' '*::' ;;
esac
