import { Problem } from '../base/problem.ts';
import type { ReadHost } from '../host/host.ts';
import { isRefused } from '../host/with-context.ts';
import type { Mapping, SourceNode } from '../userdata/schema/source-node.ts';

const folders = [
  '/usr/lib/bootagent/conf.d',
  '/etc/bootagent/bootagent.yaml',
  '/etc/bootagent/conf.d',
  '/run/bootagent/conf.d',
] as const;

export interface Layer {
  readonly path: string;
  readonly text: string;
}

/** The files of the image's own configuration, least important first. A file masks one of its name further down. */
export async function layerFiles(host: ReadHost, onRefused?: (path: string) => void): Promise<Layer[]> {
  const found = new Map<string, Layer>();
  for (const place of folders) {
    const names = place.endsWith('.yaml') ? [''] : (await host.list(place)).filter((name) => /\.ya?ml$/.test(name));
    for (const name of names) {
      const path = name === '' ? place : `${place}/${name}`;
      const key = name === '' ? path : name;
      found.delete(key);
      const masked = (await host.readLink(path)) === '/dev/null';
      const text = masked ? undefined : await readable(path, host, onRefused);
      if (text !== undefined) found.set(key, { path, text });
    }
  }
  return [...found.values()];
}

/** The text of a file; undefined, and reported, where only root may read it. */
async function readable(path: string, host: ReadHost, onRefused?: (path: string) => void): Promise<string | undefined> {
  try {
    return await host.readText(path);
  } catch (error) {
    if (host.privileged || !onRefused || !isRefused(error)) throw error;
    onRefused(path);
    return undefined;
  }
}

/** Reads them. A file that is wrong is told with its line and left out: the machine must stay reachable. */
export async function readLayers(files: readonly Layer[], tell: (problem: Problem) => void): Promise<Mapping[]> {
  const wanted = files.filter(({ text }) => /^[^#\s]/m.test(text));
  if (wanted.length === 0) return [];
  const { readYaml } = await import('../userdata/yaml/read-yaml.ts');
  const findings = (path: string) => ({
    error: (_: string, { line, column }: { line: number; column: number }, message: string) =>
      tell(new Problem('bad-config', `${path}:${line}:${column}: ${message}`)),
    warning: () => {},
    secret: () => {},
  });
  return wanted.flatMap(({ path, text }) => {
    const written: SourceNode | undefined = readYaml(text, path, findings(path));
    if (written?.is === 'mapping') return [written];
    if (written) tell(new Problem('bad-config', `${path}: is no mapping from keys to values`));
    return [];
  });
}
