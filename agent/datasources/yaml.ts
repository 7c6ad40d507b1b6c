import { parse } from 'yaml';
import { badMetadata } from './tree.ts';

/** What a YAML text means, as plain values. */
export function yamlAt(text: string, where: string): unknown {
  try {
    return parse(text, { version: '1.1', uniqueKeys: false, logLevel: 'silent' });
  } catch (cause) {
    throw badMetadata(where, 'no YAML', cause);
  }
}
