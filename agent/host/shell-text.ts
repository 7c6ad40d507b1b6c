import { shellQuoted } from '../base/shell-quote.ts';
import type { ShellList } from './host.ts';

/** Returns the beginning of the line that the shell writes after the output of an item; the exit status follows it. */
export const endMarker = (item: number, of: number): string => `== (${item + 1} of ${of}) exit `;

/**
 * Returns the shell files of a list by name: "list", and one file per item, named by its index. The list sources the items,
 * so that a syntax error affects only its own item; otherwise they behave like one script. An item records its own status:
 * a failed `.` command would trigger a `trap ERR`. Tracing is off between the items, so that `set -x` shows only the items.
 */
export function shellFiles(
  { items, before = '', from = 0, stopOnError = false }: ShellList,
  folder: string,
): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const lines: string[] = ['exec 7>&1 </dev/null', '__bootagent_x=', before];
  items.forEach((text, index) => {
    if (index < from) return;
    files.set(String(index), itemText(text));
    lines.push(
      `{ echo began ${index} >&8; read __bootagent <&9 || exit 1; __bootagent=; } 2>/dev/null`,
      `command . ${folder}/${index} 7>&- 8>&- 9<&-`,
      `{ __bootagent=\${__bootagent:-$?}; ${untrace}`,
      `echo "${endMarker(index, items.length)}$__bootagent" >&7; echo ended ${index} $__bootagent >&8`,
      'read __bootagent_go <&9 || exit 1; } 2>/dev/null',
      ...(stopOnError ? ['[ "$__bootagent" = 0 ] || exit "$__bootagent"'] : []),
    );
  });
  return files.set('list', `${[...lines, retrace].join('\n')}\n`);
}

const untrace = 'case $- in *x*) __bootagent_x=x; set +x ;; esac';
const retrace = '[ -z "$__bootagent_x" ] || { __bootagent_x=; set -x; }';

/** The item begins in line 1, so that line numbers in errors match; the empty line ends a trailing line continuation. */
const itemText = (text: string): string => `${retrace}; ${text}\n\n{ __bootagent=$?; ${untrace}; } 2>/dev/null\n`;

/** Returns the shell text that runs a list with its output in the log, and in the programs that `output` names. */
export function withOutput(list: string, log: string, output: ShellList['output']): string {
  if (!output || 'both' in output) return `${list} 2>&1 | ${reader(log, output?.both)}`;
  return `{ ${list} 2>&3 3>&- | ${reader(log, output.stdout)} 3>&-; } 3>&1 | ${reader(log, output.stderr)}`;
}

/**
 * Reads one stream: into the log, and into a program. A log that cannot be written, and a program that fails or ends early, do
 * not affect the list: `tee -p` goes on without the program. The errors of the program go to the log.
 */
function reader(log: string, program: string | undefined): string {
  const plain = `{ cat >>${log} || cat >/dev/null; } 8>&- 9<&-`;
  if (program === undefined) return plain;
  const failed = `echo "== output: the program that reads the output ended with exit $?" >>${log}`;
  return `{ tee -p -a ${log} | sed -u ${withoutMarkers} | { /bin/sh -c ${shellQuoted(program)} >/dev/null 2>>${log} || ${failed}; }; } 8>&- 9<&-`;
}

const marker = '== ([0-9]* of [0-9]*) exit [0-9]*$';
/** The lines that end an item are for the log alone. */
const withoutMarkers = `-e '/^${marker}/d' -e 's/${marker}//'`;
