import type { ReadHost } from '../host/host.ts';

/** What a device holds, and its label. */
export interface Content {
  /** A type of blkid, "a gpt table", "data of no known kind", or "nothing". */
  readonly is: string;
  readonly label?: string | undefined;
}

/** Identifies what a device holds: by the signatures of blkid, and without one by whether it is all zeros. */
export async function contentOf(path: string, host: ReadHost): Promise<Content> {
  const { stdout } = await host.query(['blkid', '-p', '-c', '/dev/null', '-o', 'export', path]);
  // For a partition blkid also prints fields of the partition table, which are not content.
  const values = new Map(stdout.split('\n').map((line) => line.split('=', 2) as [string, string]));
  const [type, table] = [values.get('TYPE'), values.get('PTTYPE')];
  if (type !== undefined) return { is: type, label: values.get('LABEL') };
  if (table !== undefined) return { is: `a ${table} table` };
  const head = await host.readBytes(path, { from: 0, length: 2 ** 20 });
  return { is: head?.every((byte) => byte === 0) ? 'nothing' : 'data of no known kind' };
}
