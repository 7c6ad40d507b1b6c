import { badMetadata, notText, type Tree, utf8 } from '../metadata/tree.ts';
import { collect } from '../userdata/schema/findings.ts';
import type { SourceNode } from '../userdata/schema/source-node.ts';
import { readYaml } from '../userdata/yaml/read-yaml.ts';

/** Returns a YAML file of a tree as plain JSON; undefined if the file does not exist. `judge` returns what is wrong with it. */
export async function yamlIn(
  tree: Tree,
  path: string,
  judge: (value: unknown) => string | undefined = () => undefined,
): Promise<unknown> {
  const wrongIn = (text: string): string | undefined => {
    const { value, wrong } = parsed(text);
    return wrong ?? judge(value);
  };
  const body = await tree.read(path, (bytes) => notText(bytes) ?? wrongIn(utf8(bytes)));
  return body && parsed(utf8(body)).value;
}

/** Returns a YAML text as plain JSON; `where` is its place in error messages. */
export function yamlAt(text: string, where: string): unknown {
  const { value, wrong } = parsed(text);
  if (wrong !== undefined) throw badMetadata(where, wrong);
  return value;
}

function parsed(text: string): { readonly value?: unknown; readonly wrong?: string } {
  const findings = collect('bad-metadata');
  const written = readYaml(text, '', findings);
  if (written) return { value: plain(written) };
  const error = findings.found.find(({ level }) => level === 'error');
  return { wrong: error ? `line ${error.place.line}: ${error.message}` : 'no YAML' };
}

function plain(written: SourceNode): unknown {
  if (written.is === 'list') return written.items.map(plain);
  if (written.is === 'mapping') {
    return Object.fromEntries([...written.entries].map(([key, { value }]) => [key, plain(value)]));
  }
  const { value } = written;
  if (typeof value === 'bigint') return String(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}
