import { ownPaths } from '../base/own-paths.ts';
import { withoutUrlSecrets } from '../base/shown-url.ts';
import type { Instance } from '../metadata/datasource.ts';

/** What templates and queries may name: cloud-init's words for what the source said. */
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
  return { ...v1, v1, ds: metadata, userdata: textOf(instance.userData) };
}

/** Where everybody finds what everybody may know. */
export const publicPath = ownPaths.instance;

const hidden = /user-?_?data|vendor-?_?data|passw|admin_?pass|token|secret|credential|random_seed|start_script/i;

/** The same without what is secret: user-data holds passwords, and so may what the source calls by such names. */
export function publicVariables(instance: Instance): Readonly<Record<string, unknown>> {
  const hide = (key: string, value: unknown): unknown => {
    if (typeof value !== 'string') return value;
    return hidden.test(key) || instance.secrets.includes(value) ? '(for root alone)' : withoutUrlSecrets(value);
  };
  // It is plain JSON, and so comes back as it went in.
  return JSON.parse(JSON.stringify(variablesOf(instance), hide)) as Record<string, unknown>;
}

/** The value at a path such as `v1.instance_id` or `ds.meta_data.tags[0]`; all of them at the empty path. */
export function valueAt(variables: unknown, path: string): unknown {
  let here: unknown = variables;
  for (const word of path.split(/[.[\]]+/).filter((each) => each !== '')) {
    if (typeof here !== 'object' || here === null) return undefined;
    const members = Object.entries(here);
    // Templates write instance_id for what the source calls instance-id.
    const found =
      members.find(([name]) => name === word) ?? members.find(([name]) => name.replaceAll('-', '_') === word);
    here = found?.[1];
  }
  return here;
}

const textOf = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes);
