import { ownPaths } from '../base/own-paths.ts';
import { asProblem, Problem } from '../base/problem.ts';
import type { ReadHost } from '../host/host.ts';
import { isRefused } from '../host/with-context.ts';
import type { Mapping, SourceNode } from '../userdata/schema/source-node.ts';

const folders = [
  ownPaths.packageConfig,
  ownPaths.imageConfig,
  ownPaths.imageConfigFolder,
  ownPaths.runtimeConfigFolder,
] as const;

export interface Layer {
  readonly path: string;
  readonly text: string;
}

/**
 * Returns the files of the image's own configuration, least important first. A file masks files of the same name in less
 * important directories. A file that cannot be read is reported and left out: the machine must stay reachable.
 */
export async function layerFiles(host: ReadHost, unread: (problem: Problem) => void = () => {}): Promise<Layer[]> {
  const found = new Map<string, Layer>();
  const orNothing = (error: unknown): undefined => unread(asProblem(error)) as undefined;
  for (const place of folders) {
    const all = place.endsWith('.yaml') ? [''] : ((await host.list(place).catch(orNothing)) ?? []);
    for (const name of all.filter((each) => each === '' || /\.ya?ml$/.test(each))) {
      const path = name === '' ? place : `${place}/${name}`;
      const key = name === '' ? path : name;
      found.delete(key);
      const text = await textOf(path, host).catch((error) => unread(unreadProblem(path, error, host)) as undefined);
      if (text !== undefined) found.set(key, { path, text });
    }
  }
  return [...found.values()];
}

async function textOf(path: string, host: ReadHost): Promise<string | undefined> {
  const masked = (await host.readLink(path)) === '/dev/null';
  return masked ? undefined : host.readText(path);
}

/** Returns the problem of an unreadable file. A plan without root continues without files that only root can read. */
const unreadProblem = (path: string, error: unknown, host: ReadHost): Problem =>
  host.privileged || !isRefused(error)
    ? asProblem(error)
    : new Problem('needs-root', `${path} can be read only by root: left out`);

/** Reads the layers. A file with an error is reported with its line and left out: the machine must stay reachable. */
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
    if (written) tell(new Problem('bad-config', `${path}: is not a mapping from keys to values`));
    return [];
  });
}
