import { ownPaths } from '../base/own-paths.ts';
import { withoutUrlSecrets } from '../base/shown-url.ts';
import type { Instance } from '../metadata/datasource.ts';

/** Returns the variables of templates and queries, under cloud-init's names. */
export function variablesOf(instance: Instance): Record<string, unknown> {
  const { id, datasource, hostname, zone, region, metadata } = instance;
  const v1 = {
    instance_id: id,
    cloud_name: datasource,
    platform: datasource,
    local_hostname: hostname,
    availability_zone: zone,
    region,
    public_ssh_keys: instance.publicKeys,
  };
  const vendordata = instance.vendorData.length > 0 ? instance.vendorData.map(textOf).join('\n') : undefined;
  return { ...v1, v1, ds: metadata, userdata: textOf(instance.userData), vendordata };
}

/** The file with the public variables, which all users can read. */
export const publicPath = ownPaths.instance;

/** Matches the names of metadata that may hold a secret without saying so. */
export const secretMetadata = /user-?_?data|vendor-?_?data|admin_?pass|random_seed|start_script/i;

const secretWord = /passw|token|secret|credential/i;

/** Returns the variables without secrets: user-data may contain passwords, as may values under these names. */
export function publicVariables(instance: Instance): Readonly<Record<string, unknown>> {
  const hide = (key: string, value: unknown): unknown => {
    if (typeof value !== 'string') return value;
    const isSecret = secretMetadata.test(key) || secretWord.test(key) || instance.secrets.includes(value);
    return isSecret ? '(for root alone)' : withoutUrlSecrets(value);
  };
  // The value is plain JSON, so the round trip keeps its shape.
  return JSON.parse(JSON.stringify(variablesOf(instance), hide)) as Record<string, unknown>;
}

/** Returns the value at a path such as `v1.instance_id` or `ds.meta_data.tags[0]`; the empty path returns all variables. */
export function valueAt(variables: unknown, path: string): unknown {
  let here: unknown = variables;
  for (const word of path.split(/[.[\]]+/).filter((each) => each !== '')) {
    if (typeof here !== 'object' || here === null) return undefined;
    const members = Object.entries(here);
    // Templates write instance_id for the metadata key instance-id.
    const found =
      members.find(([name]) => name === word) ?? members.find(([name]) => name.replaceAll('-', '_') === word);
    here = found?.[1];
  }
  return here;
}

const textOf = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes);
