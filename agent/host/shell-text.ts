import type { ShellList } from './host.ts';

/** The status line that the shell puts behind the output of an item, up to its status. */
export const endMarker = (item: number, of: number): string => `== (${item + 1} of ${of}) exit `;

/**
 * A list as files of shell text, by name: "list", and each item by its number, which the list reads in, so that a syntax
 * error stays its own. Taken together they behave like one plain script. An item records its own status, so that
 * reading it in is no failed command by itself, which would fire a `trap ERR`. Around the items tracing is off and its
 * lines are dropped, so that `set -x` shows the items alone.
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

/** The item begins in the first line, so that error messages count its lines; an empty line ends one that would go on. */
const itemText = (text: string): string => `${retrace}; ${text}\n\n{ __bootagent=$?; ${untrace}; } 2>/dev/null\n`;
