import { meaning } from '../userdata/written.ts';
import { readYaml } from '../userdata/yaml.ts';
import { badMetadata } from './tree.ts';

/** What a YAML text means, as plain values; a key that stands twice counts as it stands last. */
export function yamlAt(text: string, where: string): unknown {
  const errors: string[] = [];
  const error = (_: string, { line, column }: { line: number; column: number }, message: string): void => {
    errors.push(`${line}:${column}: ${message}`);
  };
  const written = readYaml(text, where, { error, warning: () => {} });
  if (errors.length > 0) throw badMetadata(where, `no YAML: ${errors[0]}`);
  return written && meaning(written);
}
