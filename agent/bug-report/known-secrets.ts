import { credentialNames, readCredentials } from '../config/credentials.ts';
import type { Schedule } from '../engine/module.ts';
import type { ReadHost } from '../host/host.ts';
import { secretMetadata } from '../identity/variables.ts';
import type { Instance } from '../metadata/datasource.ts';
import { decodeFields } from '../userdata/schema/decode.ts';
import { isPrivateFile, isSecretKey, publicNames, secretTexts } from '../userdata/schema/secret-keys.ts';
import type { Mapping } from '../userdata/schema/source-node.ts';

/** The secrets of a machine, and the words that are public although a secret may equal them. */
export interface KnownSecrets {
  readonly secrets: ReadonlySet<string>;
  readonly publicWords: readonly string[];
}

/** Returns every secret that the configuration and the metadata hold. */
export async function knownSecrets(
  configs: readonly Mapping[],
  {
    instance,
    schedule,
    host,
  }: { readonly instance: Instance | undefined; readonly schedule: Schedule; readonly host: ReadHost },
): Promise<KnownSecrets> {
  const secrets = new Set<string>(instance?.secrets ?? []);
  const add = (secret: string): void => void secrets.add(secret);
  const silent = { error: () => {}, warning: () => {}, secret: add };
  const modules = Object.values(schedule).flat();
  for (const config of configs) {
    for (const secret of [...secretTexts(config), ...privateContents(config)]) add(secret);
    for (const module of modules) decodeFields(module.reads, config, '', silent);
  }
  for (const secret of secretsOfMetadata(instance?.metadata, '')) add(secret);
  const credentials = await readCredentials(configs.flatMap(credentialNames), host, undefined);
  for (const secret of credentials.values()) add(secret);
  return { secrets, publicWords: configs.flatMap(publicNames) };
}

/** Whether the metadata at a key may be secret: metadata has names of its own beside those of the configuration. */
export const isSecretMetadata = (key: string): boolean => secretMetadata.test(key) || isSecretKey(key);

function secretsOfMetadata(value: unknown, key: string): readonly string[] {
  if (typeof value === 'string') return isSecretMetadata(key) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    secretsOfMetadata(each, isSecretMetadata(key) || Array.isArray(value) ? key : name),
  );
}

/** Returns the contents of files that users other than their owner may not read. */
function privateContents(config: Mapping): readonly string[] {
  const files = config.entries.get('write_files')?.value;
  if (files?.is !== 'list') return [];
  return files.items.flatMap((file) => {
    if (file.is !== 'mapping' || !isPrivateFile(file)) return [];
    const content = file.entries.get('content')?.value;
    return content?.is === 'scalar' ? [content.raw] : [];
  });
}
