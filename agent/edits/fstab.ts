// Format: fstab, https://man7.org/linux/man-pages/man5/fstab.5.html
import { decodeOctalEscapes } from '../base/octal-escapes.ts';
import type { FstabEdit, FstabEntry } from '../engine/kinds/storage.ts';
import { componentsOf } from '../host/real-path.ts';

/** The option that marks an entry as made from user-data: that of cloud-init, so that either can replace the other. */
export const mark = 'comment=cloudconfig';

/** Edits the text of an fstab and leaves every other line as it is. */
export function editFstab(text: string, edit: FstabEdit): string {
  const lines = text.split('\n');
  const tail = lines.pop() ?? '';
  if (tail !== '') lines.push(tail);
  const kept = 'put' in edit ? placed(lines, edit.put) : lines.filter((line) => !isDropped(line, edit));
  const isSame = kept.length === lines.length && kept.every((line, index) => line === lines[index]);
  return isSame ? text : kept.map((line) => `${line}\n`).join('');
}

/** Puts the entry in place of the first one with the same key, or at the end, and drops other entries with that key. */
function placed(lines: readonly string[], entry: FstabEntry): readonly string[] {
  const key = keyOfEntry(entry);
  const isOld = (line: string): boolean => {
    const old = entryIn(line);
    return old !== undefined && keyOfEntry(old) === key;
  };
  const at = lines.findIndex(isOld);
  const first = lines[at];
  const line = first !== undefined && saysTheSame(first, entry) ? first : fstabLine(entry);
  if (at === -1) return [...lines, line];
  return lines.flatMap((each, index) => (index === at ? [line] : isOld(each) ? [] : [each]));
}

function isDropped(line: string, edit: Exclude<FstabEdit, { put: FstabEntry }>): boolean {
  const entry = entryIn(line);
  if (!entry) return false;
  if ('drop' in edit) return entry.spec === edit.drop;
  return entry.options.split(',').includes(mark) && !edit.keep.includes(keyOfEntry(entry));
}

/** Returns what identifies an entry: its mount point, or the device or file for swap. */
export const keyOfEntry = ({ spec, file, type }: Pick<FstabEntry, 'spec' | 'file' | 'type'>): string =>
  type === 'swap' || file === 'none' || file === 'swap' ? spec : mountPoint(file);

/** Returns a mount point as systemd and the kernel write it: /data for /data/ and //data. */
export const mountPoint = (file: string): string => (file.startsWith('/') ? `/${componentsOf(file).join('/')}` : file);

/** Returns the entry in a line; undefined for comments, empty lines, and lines that are not entries. */
export function entryIn(line: string): FstabEntry | undefined {
  const [spec, file, type, options = 'defaults', dump = '0', pass = '0'] = line.trim().split(/[ \t]+/);
  if (!spec || spec.startsWith('#') || !file || !type) return undefined;
  return {
    spec: decodeOctalEscapes(spec),
    file: decodeOctalEscapes(file),
    type: decodeOctalEscapes(type),
    options: decodeOctalEscapes(options),
    dump,
    pass,
  };
}

export const fstabLine = ({ spec, file, type, options, dump, pass }: FstabEntry): string =>
  [spec, file, type, options, dump, pass].map(escaped).join('\t');

function saysTheSame(line: string, entry: FstabEntry): boolean {
  const old = entryIn(line);
  return old !== undefined && fstabLine(old) === fstabLine(entry);
}

const escaped = (field: string): string =>
  field.replace(/[ \t\r\n\\#]/g, (one) => `\\${one.charCodeAt(0).toString(8).padStart(3, '0')}`);
