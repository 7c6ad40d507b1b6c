import type { ReadHost } from '../host/host.ts';

/** What is on a device, in a word, and the label of it. */
export interface Content {
  /** A type of blkid's, "a gpt table", "data of no known kind", or "nothing". */
  readonly is: string;
  readonly label?: string | undefined;
}

/** Looks at a device: by the signatures that blkid knows, and where there is none of them, for anything but zeros. */
export async function contentOf(path: string, host: ReadHost): Promise<Content> {
  const { stdout } = await host.query(['blkid', '-p', '-c', '/dev/null', '-o', 'export', path]);
  // Of a partition blkid also tells what the table says of it, which is no content.
  const values = new Map(stdout.split('\n').map((line) => line.split('=', 2) as [string, string]));
  const [type, table] = [values.get('TYPE'), values.get('PTTYPE')];
  if (type !== undefined) return { is: type, label: values.get('LABEL') };
  if (table !== undefined) return { is: `a ${table} table` };
  const head = await host.readBytes(path, { from: 0, length: 2 ** 20 });
  return { is: head?.every((byte) => byte === 0) ? 'nothing' : 'data of no known kind' };
}
